response = client.midjourney.enhance(
    job_id="draft-job-id",
    image_no=0,
    callback="https://your-domain.com/webhook"  # Optional
)
