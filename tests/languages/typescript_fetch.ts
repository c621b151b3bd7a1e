// A round trip with typescript-fetch of openapi-generator.
import { AccountApi, Configuration, MidjourneyApi, TasksApi, type TaskResponse, UpscaleType, VideoType } from "./client";

const settings = new Configuration({ basePath: process.env.LEGNEXT_BASE_URL, apiKey: process.env.LEGNEXT_API_KEY });
const midjourney = new MidjourneyApi(settings);
const tasks = new TasksApi(settings);

async function done(job: TaskResponse): Promise<TaskResponse> {
  while (job.status !== "completed") {
    if (job.status === "failed") throw new Error(`${job.jobId} failed`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    job = await tasks.get({ jobId: job.jobId });
  }
  return job;
}

async function main(): Promise<void> {
  const balance = await new AccountApi(settings).balance();
  const grid = await done(await midjourney.diffusion({ diffusionRequest: { text: "a fox --v 7" } }));
  const upscaleRequest = { jobId: grid.jobId, imageNo: 3, type: UpscaleType.UPSCALE_TYPE_CREATIVE };
  const large = await done(await midjourney.upscale({ upscaleRequest }));
  const videoDiffusionRequest = { jobId: grid.jobId, imageNo: 0, videoType: VideoType.VIDEO_TYPE_SD_480P };
  const video = await done(await midjourney.videoDiffusion({ videoDiffusionRequest }));
  const longer = await done(await midjourney.extendVideo({ extendVideoRequest: { jobId: video.jobId, videoNo: 0 } }));
  console.log(balance.data.availableCredits, grid.output?.imageUrls?.length, large.jobId, longer.output?.videoUrls?.length);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
