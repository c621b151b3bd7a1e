# A round trip with the Ruby generator of openapi-generator.
$LOAD_PATH.unshift File.join(__dir__, 'client', 'lib')
require 'uri'
require 'legnext'

address = URI(ENV.fetch('LEGNEXT_BASE_URL'))
Legnext.configure do |settings|
  settings.scheme = address.scheme
  settings.host = "#{address.host}:#{address.port}"
  settings.base_path = address.path
  settings.server_index = nil
  settings.api_key['x-api-key'] = ENV.fetch('LEGNEXT_API_KEY')
end
$midjourney = Legnext::MidjourneyApi.new
$tasks = Legnext::TasksApi.new

def done(job)
  until job.status == 'completed'
    raise "#{job.job_id} failed" if job.status == 'failed'

    sleep 0.02
    job = $tasks.get(job.job_id)
  end
  job
end

balance = Legnext::AccountApi.new.balance
grid = done($midjourney.diffusion(Legnext::DiffusionRequest.new(text: 'a fox --v 7')))
enlarge = { job_id: grid.job_id, image_no: 3, type: Legnext::UpscaleType::UPSCALE_TYPE_CREATIVE }
large = done($midjourney.upscale(Legnext::UpscaleRequest.new(enlarge)))
animate = { job_id: grid.job_id, image_no: 0, video_type: Legnext::VideoType::VIDEO_TYPE_SD_480P }
video = done($midjourney.video_diffusion(Legnext::VideoDiffusionRequest.new(animate)))
longer = done($midjourney.extend_video(Legnext::ExtendVideoRequest.new(job_id: video.job_id, video_no: 0)))
puts [balance.data.available_credits, large.job_id, longer.output.video_urls.size].join(' ')
