response = client.midjourney.upscale(
    job_id="original-job-id",
    image_no=0,
    type=1,  # 0=Subtle, 1=Creative
    callback="https://your-domain.com/webhook"  # Optional
)
