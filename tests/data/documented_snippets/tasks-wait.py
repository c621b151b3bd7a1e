result = client.tasks.wait_for_completion(
    job_id="job-123",
    timeout=600,
    on_progress=lambda t: print(f"Progress: {t.progress}%")
)
