// A round trip with the Go generator of openapi-generator.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"legnext.example/client"
)

func must[T any](value T, _ any, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	key := map[string]client.APIKey{"ApiKey": {Key: os.Getenv("LEGNEXT_API_KEY")}}
	ctx := context.WithValue(context.Background(), client.ContextAPIKeys, key)
	settings := client.NewConfiguration()
	settings.Servers = client.ServerConfigurations{{URL: os.Getenv("LEGNEXT_BASE_URL")}}
	api := client.NewAPIClient(settings)
	done := func(job *client.TaskResponse) *client.TaskResponse {
		for job.Status != "completed" {
			if job.Status == "failed" {
				panic(job.JobId + " failed")
			}
			time.Sleep(20 * time.Millisecond)
			job = must(api.TasksAPI.Get(ctx, job.JobId).Execute())
		}
		return job
	}

	balance := must(api.AccountAPI.Balance(ctx).Execute())
	grid := done(must(api.MidjourneyAPI.Diffusion(ctx).DiffusionRequest(*client.NewDiffusionRequest("a fox --v 7")).Execute()))
	enlarge := client.NewUpscaleRequest(grid.JobId, 3, client.UPSCALE_TYPE_CREATIVE)
	large := done(must(api.MidjourneyAPI.Upscale(ctx).UpscaleRequest(*enlarge).Execute()))
	animate := client.NewVideoDiffusionRequest()
	animate.SetJobId(grid.JobId)
	animate.SetImageNo(0)
	animate.SetVideoType(client.VIDEO_TYPE_SD_480P)
	video := done(must(api.MidjourneyAPI.VideoDiffusion(ctx).VideoDiffusionRequest(*animate).Execute()))
	extend := client.NewExtendVideoRequest(video.JobId, 0)
	longer := done(must(api.MidjourneyAPI.ExtendVideo(ctx).ExtendVideoRequest(*extend).Execute()))
	output := longer.GetOutput()
	fmt.Println(balance.Data.AvailableCredits, large.JobId, len(output.VideoUrls))
}
