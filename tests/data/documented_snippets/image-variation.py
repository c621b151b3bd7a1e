response = client.midjourney.variation(
    job_id="original-job-id",
    image_no=0,
    type=1,  # 0=Subtle, 1=Strong
    remix_prompt="add more clouds",
    callback="https://your-domain.com/webhook"  # Optional
)
