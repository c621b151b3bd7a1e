"""What users write. Type checkers have nothing to say to it; nobody runs it."""

import argparse
import asyncio
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_type

import httpx

from legnext_client import (
    AsyncClient,
    AsyncJob,
    Balance,
    BatchRow,
    Budget,
    Canvas,
    CanvasImg,
    Client,
    Estimate,
    Job,
    JobFailed,
    LegnextError,
    Mask,
    Polygon,
    Prompt,
    ResponseInfo,
    Retries,
    SubmissionUnknown,
    VideoChain,
    WaitTimeout,
    check_prompt,
    price,
    progress,
)
from legnext_client.exceptions import InsufficientCreditsError, LegnextAPIError, RateLimitError, ValidationError
from legnext_client.generated.models import DiffusionRequest, OutputFormat, UpscaleType, VideoType
from legnext_client.otel import instrument
from legnext_client.testing import MockServer
from legnext_client.uploads import LocalFile, PutUploader, S3Uploader


def show(job: Job) -> None:
    print(f"{job.progress} %")


def make(client: Client, texts: Sequence[str]) -> list[str]:
    jobs = [client.midjourney.diffusion(text=text, callback="https://example.com/done") for text in texts]
    for job in client.wait_all(jobs, timeout=600, poll_interval=3, on_progress=show):
        assert_type(job, Job)
        print(job.job_id, job.status, job.ok, job.points, job.created_at)
    return [url for job in jobs for url in job.image_urls]


def keep(client: Client, job: Job) -> str | None:
    again = Job.from_dict(job.to_dict(), client)
    assert_type(again, Job)
    assert_type(Job.from_dict(job.raw), Job)
    if again.response is None:
        return None
    response: ResponseInfo = again.response
    assert_type(response.elapsed, float)
    return response.headers.get("date") or response.request_id


def connect(own: httpx.Client, context: ssl.SSLContext) -> Client:
    client = Client("a", default_headers={"X-Team": "films"}, user_agent="shop/1", http_client=own)
    client.close()
    return Client("a", proxy="http://proxy.example:3128", ssl_context=context)


def at_once(client: Client) -> list[Path]:
    made = client.make("imagine", text="a lighthouse", download="out/", on_progress=show, timeout=600, key="a")
    assert_type(made, Job)
    assert_type(client.make("upscale", job_id="a", image_no=0, type="creative", download=Path("out")), Job)
    assert_type(client.make("describe", img_url="https://example.com/1.png").texts, list[str])
    return made.result().files + client.midjourney.diffusion(text="a fox").result(download="out/").files


async def at_once_async(client: AsyncClient) -> list[Path]:
    assert_type(await client.midjourney.diffusion(text="a fox"), AsyncJob)
    assert_type(await client.midjourney.diffusion(text="a fox").result(download="out/", timeout=600), AsyncJob)
    made = await client.make("imagine", text="a lighthouse", download="out/")
    assert_type(made, AsyncJob)
    both = await asyncio.gather(client.midjourney.diffusion(text="1"), made.upscale(image_no=0, type=0).result())
    assert_type(both, tuple[AsyncJob, AsyncJob])
    assert_type(await asyncio.create_task(client.midjourney.diffusion(text="2")), AsyncJob)
    assert_type(await asyncio.wait_for(client.midjourney.diffusion(text="3").result(), 60), AsyncJob)
    return made.files


async def keep_async(client: AsyncClient, job: AsyncJob) -> AsyncJob:
    return await AsyncJob.from_dict(job.to_dict(), client).wait()


def follow(client: Client) -> None:
    job = client.midjourney.imagine(text=Prompt("a lighthouse", ar="16:9", version=7))
    assert_type(job.wait(timeout=300, on_progress=show), Job)
    for update in job.updates(poll_interval=5.0):
        assert_type(update.progress, int)
    poster = job.upscale(image_no=2, type=1).wait()
    assert_type(poster, Job)
    job.upscale(image_no=0, type=UpscaleType.CREATIVE)
    job.insist().pan(image_no=0, direction="up", scale=1.5, remix_prompt="add mountains")
    chain = job.video_diffusion(image_no=0, video_type=VideoType.HD_720P, prompt="waves")
    chain.wait().extend_video(video_no=1).wait().video_upscale(video_no=0)
    client.midjourney.video_diffusion(prompt="a flowing river", video_type="720p")
    client.midjourney.blend(img_urls=["https://example.com/1.png", "https://example.com/2.png"], aspect_ratio="1:1")
    client.midjourney.blend(img_urls=["https://example.com/1.png", Path("2.png")], aspect_ratio="1:1")
    client.midjourney.describe(img_url=b"\x89PNG")
    job.inpaint(image_no=0, mask={"url": Path("mask.png")})
    client.midjourney.enhance_upscale(
        image_url="https://example.com/1.png", target_resolution="4K", output_format=OutputFormat.PNG
    )
    mask = Mask(areas=[Polygon(width=1024, height=1024, points=[100, 100, 500, 100, 500, 500])])
    client.midjourney.inpaint(job_id=job.job_id, image_no=0, mask=mask, remix_prompt="a rainbow")
    client.midjourney.edit(
        job_id=job.job_id,
        image_no=0,
        canvas=Canvas(width=1024, height=1024),
        img_pos=CanvasImg(width=512, height=512, x=-10, y=256),
        remix_prompt="a sunset",
        mask={"url": "https://example.com/mask.png"},
    )
    print(job.output.image_urls, job.error.message, job.meta.usage, job.raw["job_id"])


def money(client: Client) -> None:
    assert_type(client.account.balance(), Balance)
    credits = client.account.balance().available_credits
    assert_type(client.price("video_diffusion", prompt="waves", video_type=1), Estimate)
    assert_type(price("diffusion", {"text": "a fox --turbo"}).points, int)
    with client.budget(500) as budget:
        assert_type(budget, Budget)
        client.midjourney.shorten(prompt="a very long prompt")
    print(credits / 1000)
    print([str(problem) for problem in check_prompt("a fox --tubro")])


def many(client: Client) -> None:
    for result in client.batch([("imagine", {"text": "a fox"})], "run.db"):
        assert_type(result.job, Job | None)
        print(result.image_urls[:1], result.video_urls[:1])
    rows: list[BatchRow] = [
        ("imagine", {"text": "a lighthouse"}),
        {"key": "poster", "text": "a poster", "type": 1},
        VideoChain.start("waves roll in").extend("night falls"),
        DiffusionRequest(text="a fox"),
    ]
    mixed: list[BatchRow] = [("diffusion", {"text": "a fox"}), ("upscale", {"job_id": "a", "image_no": 0, "type": 1})]
    for result in client.batch([*rows, *mixed], journal="run.db"):
        print(result.key, result.state)
    client.batch([("diffusion", {"text": text}) for text in ("a fox", "a hare")])
    client.batch({"key": str(number), "text": text} for number, text in enumerate(("a fox", "a hare")))
    client.batch([VideoChain.start("waves"), VideoChain.start("clouds", video_type="720p").upscale()])
    client.batch(told())
    client.batch("rows.csv")
    client.batch([("imagine", {"text": "a fox"}), {"text": "a hare"}, VideoChain.start("waves")])


def told() -> Iterator[BatchRow]:
    yield "diffusion", {"text": "a fox"}
    yield {"text": "a hare"}


def from_a_command_line(client: Client, arguments: argparse.Namespace, size: int) -> None:
    client.midjourney.video_diffusion(prompt="waves", video_type=VideoType(size))
    client.midjourney.video_diffusion(prompt="waves", video_type=arguments.video_type)


def careful() -> None:
    client = Client("a-key", base_url="http://127.0.0.1:8000/api", timeout=10, retries=2, prompts="ignore")
    patient = client.with_options(retries=Retries(attempts=10, seconds=600), timeout=60)
    try:
        patient.tasks.get("job-123").refresh().wait()
        client.tasks.wait_for_completion("job-123", 600, on_progress=lambda job: print(job.progress))
    except JobFailed as failed:
        print(failed.code, failed.message, failed.job)
    except WaitTimeout as late:
        print(late.job)
    except SubmissionUnknown as unknown:
        print(unknown.sent, unknown.answer)
    except (RateLimitError, InsufficientCreditsError) as refused:
        print(refused.retry_after, refused.status_code, refused.request_id)
    except ValidationError as wrong:
        print(wrong.message)
    except (LegnextAPIError, LegnextError) as error:
        print(error)
    finally:
        client.close()


async def asynchronous() -> None:
    async with AsyncClient() as client:
        job = await client.midjourney.diffusion(text="a fox")
        assert_type(await job.wait(), AsyncJob)
        larger = await job.upscale(image_no=0, type=0)
        async for update in larger.updates():
            assert_type(update, AsyncJob)
        jobs = await asyncio.gather(*[client.midjourney.describe(img_url=url) for url in job.image_urls])
        async for done in client.wait_all([*jobs, "an-id"]):
            print(done.texts)
        assert_type(await client.account.balance(), Balance)


def test_my_app(legnext_mock: MockServer, legnext_client: Client) -> None:
    job = legnext_client.midjourney.diffusion(text="a fox").wait()
    assert legnext_mock.ledger[0].points == 80
    assert legnext_mock.jobs[job.job_id]["status"] == "completed"


if __name__ == "__main__":
    with Client() as one:
        print(make(one, ["a fox", "a hare"]))
    asyncio.run(asynchronous())


def to_my_server(file: LocalFile) -> str:
    return f"https://files.example.com/{file.name}"


async def to_my_server_async(file: LocalFile) -> str:
    return to_my_server(file)


def see(client: Client, job: Job, rows: list[BatchRow]) -> None:
    client.add_hook(print)
    instrument(client, prompts=True)
    job.wait(on_progress=progress.rich()).download("out", on_progress=progress.tqdm())
    with progress.notebook() as bars:
        for result in client.batch(rows, on_progress=bars):
            assert_type(result.ok, bool)


async def upload() -> None:
    Client(uploader=to_my_server)
    Client(uploader=PutUploader("https://dav.example.com/in/"))
    for uploader in (to_my_server, to_my_server_async, S3Uploader("pictures")):
        async with AsyncClient(uploader=uploader) as client:
            assert_type(await client.upload(Path("cat.png")), str)
