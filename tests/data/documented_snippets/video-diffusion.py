# Generate from text only
response = client.midjourney.video_diffusion(
    prompt="a flowing river through mountains",
    video_type=1,  # Optional: 0=480p, 1=720p
    callback="https://your-domain.com/webhook"
)

# Generate from image URL in prompt
response = client.midjourney.video_diffusion(
    prompt="https://example.com/image.png a flowing river through mountains",
    video_type=1,
    callback="https://your-domain.com/webhook"
)

# Animate existing generated image
response = client.midjourney.video_diffusion(
    job_id="original-image-job-id",
    image_no=0,
    video_type=1,
    callback="https://your-domain.com/webhook"
)
