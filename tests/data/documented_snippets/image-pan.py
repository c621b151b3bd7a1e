response = client.midjourney.pan(
    job_id="original-job-id",
    image_no=0,
    direction=0,  # 0=Down, 1=Right, 2=Up, 3=Left
    scale=1.5,  # 1.1-3.0
    remix_prompt="add mountains",
    callback="https://your-domain.com/webhook"  # Optional
)
