// A round trip with orval and its fetch client.
import { balance, diffusion, extendVideo, get, upscale, videoDiffusion, type TaskResponse } from "./client.js";

async function done(answer: Promise<{ data: unknown; status: number }>): Promise<TaskResponse> {
  const { data, status } = await answer;
  if (status !== 200) throw new Error(JSON.stringify(data));
  let job = data as TaskResponse;
  while (job.status !== "completed") {
    if (job.status === "failed") throw new Error(`${job.job_id} failed`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    job = (await get(job.job_id)).data as TaskResponse;
  }
  return job;
}

async function main(): Promise<void> {
  const left = await balance();
  if (left.status !== 200) throw new Error(JSON.stringify(left.data));
  const grid = await done(diffusion({ text: "a fox --v 7" }));
  const large = await done(upscale({ jobId: grid.job_id, imageNo: 3, type: 1 }));
  const video = await done(videoDiffusion({ jobId: grid.job_id, imageNo: 0, videoType: 0 }));
  const longer = await done(extendVideo({ jobId: video.job_id, videoNo: 0 }));
  console.log(left.data.data.available_credits, large.job_id, longer.output?.video_urls?.length);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
