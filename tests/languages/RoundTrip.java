// A round trip with the Java generator of openapi-generator (library native).
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.AccountApi;
import org.openapitools.client.api.MidjourneyApi;
import org.openapitools.client.api.TasksApi;
import org.openapitools.client.model.DiffusionRequest;
import org.openapitools.client.model.ExtendVideoRequest;
import org.openapitools.client.model.TaskResponse;
import org.openapitools.client.model.UpscaleRequest;
import org.openapitools.client.model.UpscaleType;
import org.openapitools.client.model.VideoDiffusionRequest;
import org.openapitools.client.model.VideoType;

public class RoundTrip {
    static TasksApi tasks;

    static TaskResponse done(TaskResponse job) throws Exception {
        while (!job.getStatus().equals("completed")) {
            if (job.getStatus().equals("failed")) throw new IllegalStateException(job.getJobId() + " failed");
            Thread.sleep(20);
            job = tasks.get(job.getJobId());
        }
        return job;
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("LEGNEXT_BASE_URL"));
        client.setRequestInterceptor(request -> request.header("x-api-key", System.getenv("LEGNEXT_API_KEY")));
        tasks = new TasksApi(client);
        MidjourneyApi midjourney = new MidjourneyApi(client);

        var balance = new AccountApi(client).balance();
        var grid = done(midjourney.diffusion(new DiffusionRequest().text("a fox --v 7")));
        var large = done(midjourney.upscale(
            new UpscaleRequest().jobId(grid.getJobId()).imageNo(3).type(UpscaleType.UPSCALE_TYPE_CREATIVE)));
        var video = done(midjourney.videoDiffusion(
            new VideoDiffusionRequest().jobId(grid.getJobId()).imageNo(0).videoType(VideoType.VIDEO_TYPE_SD_480P)));
        var longer = done(midjourney.extendVideo(new ExtendVideoRequest().jobId(video.getJobId()).videoNo(0)));
        System.out.println(balance.getData().getAvailableCredits() + " " + large.getJobId() + " "
            + longer.getOutput().getVideoUrls().size());
    }
}
