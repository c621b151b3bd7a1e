response = client.midjourney.shorten(
    prompt="a very detailed and long prompt text...",
    callback="https://your-domain.com/webhook"  # Optional
)
