response = client.midjourney.remix(
    job_id="original-job-id",
    image_no=0,
    remix_prompt="turn into a watercolor painting",
    mode=0,  # 0=Strong, 1=Subtle
    callback="https://your-domain.com/webhook"  # Optional
)
