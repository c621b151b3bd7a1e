import asyncio
from legnext import AsyncClient

async with AsyncClient(api_key=os.getenv("LEGNEXT_API_KEY")) as client:
    responses = await asyncio.gather(*[
        client.midjourney.diffusion(text=f"prompt {i}")
        for i in range(5)
    ])
