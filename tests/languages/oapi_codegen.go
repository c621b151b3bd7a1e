// A round trip with oapi-codegen.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"legnext.example/client"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	key := client.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("x-api-key", os.Getenv("LEGNEXT_API_KEY"))
		return nil
	})
	api := must(client.NewClientWithResponses(os.Getenv("LEGNEXT_BASE_URL"), key))
	done := func(job *client.TaskResponse) *client.TaskResponse {
		for job.Status != "completed" {
			if job.Status == "failed" {
				panic(job.JobId + " failed")
			}
			time.Sleep(20 * time.Millisecond)
			job = must(api.GetWithResponse(ctx, job.JobId)).JSON200
		}
		return job
	}

	balance := must(api.BalanceWithResponse(ctx)).JSON200
	grid := done(must(api.DiffusionWithResponse(ctx, client.DiffusionRequest{Text: "a fox --v 7"})).JSON200)
	enlarge := client.UpscaleRequest{JobId: grid.JobId, ImageNo: 3, Type: client.UPSCALETYPECREATIVE}
	large := done(must(api.UpscaleWithResponse(ctx, enlarge)).JSON200)
	number, size := 0, client.VIDEOTYPESD480P
	animate := client.VideoDiffusionRequest{JobId: &grid.JobId, ImageNo: &number, VideoType: &size}
	video := done(must(api.VideoDiffusionWithResponse(ctx, animate)).JSON200)
	longer := done(must(api.ExtendVideoWithResponse(ctx, client.ExtendVideoRequest{JobId: video.JobId, VideoNo: 0})).JSON200)
	fmt.Println(balance.Data.AvailableCredits, large.JobId, len(*longer.Output.VideoUrls))
}
