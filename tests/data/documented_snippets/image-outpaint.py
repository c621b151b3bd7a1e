response = client.midjourney.outpaint(
    job_id="original-job-id",
    image_no=0,
    scale=1.3,  # 1.1-2.0
    remix_prompt="add forest background",
    callback="https://your-domain.com/webhook"  # Optional
)
