response = client.midjourney.diffusion(text="...")
result = client.tasks.wait_for_completion(response.job_id)

upscale = client.midjourney.upscale(
    job_id=response.job_id,
    image_no=0
)
