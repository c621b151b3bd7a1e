// A round trip with openapi-typescript and openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./client";

type Job = components["schemas"]["TaskResponse"];

const client = createClient<paths>({
  baseUrl: process.env.LEGNEXT_BASE_URL,
  headers: { "x-api-key": process.env.LEGNEXT_API_KEY },
});

async function done(answer: Promise<{ data?: Job; error?: unknown }>): Promise<Job> {
  let { data, error } = await answer;
  while (data?.status !== "completed") {
    if (!data || data.status === "failed") throw new Error(JSON.stringify(error ?? data));
    await new Promise((resolve) => setTimeout(resolve, 20));
    ({ data, error } = await client.GET("/v1/job/{job_id}", { params: { path: { job_id: data.job_id } } }));
  }
  return data;
}

async function main(): Promise<void> {
  const { data: left } = await client.GET("/account/balance");
  const grid = await done(client.POST("/v1/diffusion", { body: { text: "a fox --v 7" } }));
  const large = await done(client.POST("/v1/upscale", { body: { jobId: grid.job_id, imageNo: 3, type: 1 } }));
  const image = { jobId: grid.job_id, imageNo: 0, videoType: 0 as const };
  const video = await done(client.POST("/v1/video-diffusion", { body: image }));
  const longer = await done(client.POST("/v1/extend-video", { body: { jobId: video.job_id, videoNo: 0 } }));
  console.log(left!.data.available_credits, grid.output?.image_urls?.length, large.job_id, longer.output?.video_urls?.length);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
