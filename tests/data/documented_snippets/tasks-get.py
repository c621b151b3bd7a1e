task = client.tasks.get(job_id="job-123")
print(f"Status: {task.status}")
