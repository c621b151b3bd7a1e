response = client.midjourney.blend(
    img_urls=[
        "https://example.com/image1.png",
        "https://example.com/image2.png"
    ],
    aspect_ratio="1:1",  # "2:3", "1:1", or "3:2"
    callback="https://your-domain.com/webhook"  # Optional
)
