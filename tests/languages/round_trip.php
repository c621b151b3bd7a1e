<?php
// A round trip with the PHP generator of openapi-generator.
require 'GuzzleHttp/autoload.php';
spl_autoload_register(function ($class) {
    $path = __DIR__ . '/client/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class) . '.php';
    if (is_file($path)) {
        require $path;
    }
});

use OpenAPI\Client\Api\AccountApi;
use OpenAPI\Client\Api\MidjourneyApi;
use OpenAPI\Client\Api\TasksApi;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\DiffusionRequest;
use OpenAPI\Client\Model\ExtendVideoRequest;
use OpenAPI\Client\Model\UpscaleRequest;
use OpenAPI\Client\Model\UpscaleType;
use OpenAPI\Client\Model\VideoDiffusionRequest;
use OpenAPI\Client\Model\VideoType;

$settings = (new Configuration())->setHost(getenv('LEGNEXT_BASE_URL'))->setApiKey('x-api-key', getenv('LEGNEXT_API_KEY'));
$http = new GuzzleHttp\Client();
$midjourney = new MidjourneyApi($http, $settings);
$tasks = new TasksApi($http, $settings);

function done($job)
{
    global $tasks;
    while ($job->getStatus() !== 'completed') {
        if ($job->getStatus() === 'failed') {
            throw new Exception($job->getJobId() . ' failed');
        }
        usleep(20000);
        $job = $tasks->get($job->getJobId());
    }
    return $job;
}

$balance = (new AccountApi($http, $settings))->balance();
$grid = done($midjourney->diffusion(new DiffusionRequest(['text' => 'a fox --v 7'])));
$enlarge = ['job_id' => $grid->getJobId(), 'image_no' => 3, 'type' => UpscaleType::UPSCALE_TYPE_CREATIVE];
$large = done($midjourney->upscale(new UpscaleRequest($enlarge)));
$animate = ['job_id' => $grid->getJobId(), 'image_no' => 0, 'video_type' => VideoType::VIDEO_TYPE_SD_480_P];
$video = done($midjourney->videoDiffusion(new VideoDiffusionRequest($animate)));
$longer = done($midjourney->extendVideo(new ExtendVideoRequest(['job_id' => $video->getJobId(), 'video_no' => 0])));
echo implode(' ', [
    $balance->getData()->getAvailableCredits(), $large->getJobId(), count($longer->getOutput()->getVideoUrls()),
]), "\n";
