// A round trip with the Rust generator of openapi-generator.
use legnext::apis::{account_api, configuration, midjourney_api, tasks_api};
use legnext::models;
use std::env::var;
use std::{thread::sleep, time::Duration};

type Settings = configuration::Configuration;
type Failure = Box<dyn std::error::Error>;

async fn done(settings: &Settings, mut job: models::TaskResponse) -> Result<models::TaskResponse, Failure> {
    while job.status != "completed" {
        if job.status == "failed" {
            return Err(format!("{} failed", job.job_id).into());
        }
        sleep(Duration::from_millis(20));
        job = tasks_api::get(settings, &job.job_id).await?;
    }
    Ok(job)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let key = configuration::ApiKey { prefix: None, key: var("LEGNEXT_API_KEY")? };
    let settings = Settings { base_path: var("LEGNEXT_BASE_URL")?, api_key: Some(key), ..Settings::new() };

    let balance = account_api::balance(&settings).await?;
    let text = models::DiffusionRequest::new("a fox --v 7".into());
    let grid = done(&settings, midjourney_api::diffusion(&settings, text).await?).await?;
    let enlarge = models::UpscaleRequest::new(grid.job_id.clone(), 3, models::UpscaleType::UPSCALE_TYPE_CREATIVE);
    let large = done(&settings, midjourney_api::upscale(&settings, enlarge).await?).await?;
    let animate = models::VideoDiffusionRequest {
        job_id: Some(grid.job_id.clone()),
        image_no: Some(Some(0)),
        video_type: Some(Some(models::VideoType::VIDEO_TYPE_SD_480P)),
        ..models::VideoDiffusionRequest::new()
    };
    let video = done(&settings, midjourney_api::video_diffusion(&settings, animate).await?).await?;
    let extend = models::ExtendVideoRequest::new(video.job_id.clone(), 0);
    let longer = done(&settings, midjourney_api::extend_video(&settings, extend).await?).await?;
    let videos = longer.output.flatten().and_then(|output| output.video_urls.flatten()).unwrap_or_default();
    println!("{} {} {}", balance.data.available_credits, large.job_id, videos.len());
    Ok(())
}
