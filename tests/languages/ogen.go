// A round trip with ogen.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"legnext.example/client"
)

type key string

func (own key) ApiKey(context.Context, client.OperationName) (client.ApiKey, error) {
	return client.ApiKey{APIKey: string(own)}, nil
}

// A response is one of many types; the one of a success is a job.
func done[T any](api *client.Client, answer T, err error) *client.TaskResponse {
	job, ok := any(answer).(*client.TaskResponse)
	if err != nil || !ok {
		panic(fmt.Sprint(err, answer))
	}
	for ; job.Status != "completed"; job = looked(api, job.JobID) {
		if job.Status == "failed" {
			panic(job.JobID + " failed")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return job
}

func looked(api *client.Client, id string) *client.TaskResponse {
	answer, err := api.Get(context.Background(), client.GetParams{JobID: client.JobId(id)})
	if err != nil {
		panic(err)
	}
	job, ok := answer.(*client.TaskResponseHeaders)
	if !ok {
		panic(fmt.Sprint(answer))
	}
	return &job.Response
}

func main() {
	ctx := context.Background()
	api, err := client.NewClient(os.Getenv("LEGNEXT_BASE_URL"), key(os.Getenv("LEGNEXT_API_KEY")))
	if err != nil {
		panic(err)
	}
	left, err := api.Balance(ctx)
	balance, ok := left.(*client.BalanceResponse)
	if err != nil || !ok {
		panic(fmt.Sprint(err, left))
	}
	first, err := api.Diffusion(ctx, &client.DiffusionRequest{Text: "a fox --v 7"})
	grid := client.JobId(done(api, first, err).JobID)
	second, err := api.Upscale(ctx, &client.UpscaleRequest{JobId: grid, ImageNo: 3, Type: client.UpscaleType1})
	large := done(api, second, err)
	animate := &client.VideoDiffusionRequest{JobId: client.NewOptJobId(grid), ImageNo: client.NewOptNilInt(0)}
	third, err := api.VideoDiffusion(ctx, animate)
	video := done(api, third, err)
	extension := &client.ExtendVideoRequest{JobId: client.JobId(video.JobID), VideoNo: 0}
	fourth, err := api.ExtendVideo(ctx, extension)
	longer := done(api, fourth, err)
	fmt.Println(balance.Data.AvailableCredits, large.JobID, longer.Output.Value.VideoUrls.Value)
}
