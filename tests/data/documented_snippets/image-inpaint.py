with open("mask.png", "rb") as f:
    mask_data = f.read()

response = client.midjourney.inpaint(
    job_id="original-job-id",
    image_no=0,
    mask=mask_data,
    remix_prompt="add a rainbow in the sky",
    callback="https://your-domain.com/webhook"  # Optional
)
