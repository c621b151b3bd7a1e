import os
from legnext import Client

client = Client(api_key=os.getenv("LEGNEXT_API_KEY"))

# Generate image
response = client.midjourney.diffusion(
    text="a beautiful sunset over mountains"
)

# Wait for completion
result = client.tasks.wait_for_completion(response.job_id)
print(f"Images: {result.output.image_urls}")
