response = client.midjourney.diffusion(
    text="...",
    callback="https://your-api.com/webhooks/image"
)
print(f"Job {response.job_id} will post to your webhook")
