response = client.midjourney.extend_video(
    job_id="original-video-job-id",
    video_no=0,
    prompt="continue with dramatic lighting",
    callback="https://your-domain.com/webhook"
)
