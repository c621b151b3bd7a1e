async with AsyncClient(api_key="your-api-key") as client:
    # Start multiple jobs
    responses = await asyncio.gather(*[
        client.midjourney.diffusion(text=f"prompt {i}")
        for i in range(5)
    ])

    # Wait for all
    results = await asyncio.gather(*[
        client.tasks.wait_for_completion(r.job_id)
        for r in responses
    ])
