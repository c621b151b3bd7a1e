// A round trip with @hey-api/openapi-ts.
import { balance, diffusion, extendVideo, get, upscale, videoDiffusion, type TaskResponse } from "./client";
import { client } from "./client/client.gen";

client.setConfig({ baseUrl: process.env.LEGNEXT_BASE_URL, auth: process.env.LEGNEXT_API_KEY, throwOnError: true });

async function done(answer: Promise<{ data?: TaskResponse }>): Promise<TaskResponse> {
  let job = (await answer).data!;
  while (job.status !== "completed") {
    if (job.status === "failed") throw new Error(`${job.job_id} failed`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    job = (await get({ path: { job_id: job.job_id } })).data!;
  }
  return job;
}

async function main(): Promise<void> {
  const left = (await balance()).data!;
  const grid = await done(diffusion({ body: { text: "a fox --v 7" } }));
  const large = await done(upscale({ body: { jobId: grid.job_id, imageNo: 3, type: 1 } }));
  const video = await done(videoDiffusion({ body: { jobId: grid.job_id, imageNo: 0, videoType: 0 } }));
  const longer = await done(extendVideo({ body: { jobId: video.job_id, videoNo: 0 } }));
  console.log(left.data.available_credits, grid.output?.image_urls?.length, large.job_id, longer.output?.video_urls?.length);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
