response = client.midjourney.video_upscale(
    job_id="original-video-job-id",
    video_no=0,
    callback="https://your-domain.com/webhook"
)
