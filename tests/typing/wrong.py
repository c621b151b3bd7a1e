"""What users get wrong. Type checkers mark each line with a `type: ignore`; one that is not needed is an error, too."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

import httpx

from legnext_client import AsyncClient, AsyncJob, BatchRow, Canvas, Client, Job, Journal, Mask, check_prompt, price
from legnext_client.generated.models import UpscaleType, VariationType


def values(client: Client) -> None:
    client.midjourney.upscale(job_id="a", image_no=0, type=7)  # type: ignore
    client.midjourney.upscale(job_id="a", image_no=0, type=2)  # type: ignore
    client.midjourney.upscale(job_id="a", image_no=0, type=True)  # type: ignore
    client.midjourney.upscale(job_id="a", image_no=0, type=VariationType.STRONG)  # type: ignore
    client.midjourney.upscale(job_id="a", image_no="0", type=1)  # type: ignore
    client.midjourney.upscale(job_id=7, image_no=0, type=1)  # type: ignore
    client.midjourney.upscale(job_id="a", image_no=0.5, type=1)  # type: ignore
    client.midjourney.upscale(job_id=None, image_no=0, type=UpscaleType.SUBTLE)  # type: ignore
    client.midjourney.inpaint(job_id="a", image_no=0, mask=b"\x89PNG")  # type: ignore
    client.midjourney.inpaint(job_id="a", image_no=0, mask="https://example.com/mask.png")  # type: ignore
    client.midjourney.blend(img_urls="https://example.com/1.png", aspect_ratio=1)  # type: ignore
    client.midjourney.blend(img_urls=["https://example.com/1.png"], aspect_ratio="16:9")  # type: ignore
    client.midjourney.pan(job_id="a", image_no=0, direction="upwards", scale=1.5)  # type: ignore
    client.midjourney.pan(job_id="a", image_no=0, direction=2, scale="1.5")  # type: ignore
    client.midjourney.diffusion(text=["a fox"])  # type: ignore
    client.midjourney.enhance_upscale(image_url="https://example.com/1.png", target_resolution="5K")  # type: ignore
    client.midjourney.video_diffusion(prompt="waves", video_type="1080p")  # type: ignore
    Mask(areas="all")  # type: ignore
    client.midjourney.describe(img_url=7)  # type: ignore
    Client(uploader="s3://pictures")  # type: ignore
    Client(uploader=lambda _: None)  # type: ignore
    client.add_hook("print")  # type: ignore
    Canvas(width="1:1", height=1)  # type: ignore


def at_once(client: Client) -> None:
    client.make("imagine")  # type: ignore
    client.make("imagine", text=7)  # type: ignore
    client.make("imagine", prompt="a fox")  # type: ignore
    client.make("imagin", text="a fox")  # type: ignore
    client.make("upscale", job_id="a", image_no=0, type="bigger")  # type: ignore
    client.make("imagine", text="a fox", download=7)  # type: ignore
    client.make("imagine", text="a fox", timeout="600")  # type: ignore


def rows(client: Client, size: int) -> None:
    client.batch([("diffusion", "a fox")])  # type: ignore
    client.batch([7])  # type: ignore
    row: BatchRow = "a fox"  # type: ignore
    client.batch([row])
    client.midjourney.video_diffusion(prompt="waves", video_type=size)  # type: ignore


def arguments(client: Client, job: Job) -> None:
    client.midjourney.upscale(job_id="a", image_no=0)  # type: ignore
    client.midjourney.diffusion()  # type: ignore
    client.midjourney.diffusion("a fox")  # type: ignore
    client.midjourney.diffusion(prompt="a fox")  # type: ignore
    client.midjourney.diffusion(text="a fox", duration=4)  # type: ignore
    client.midjourney.upscale(jobId="a", image_no=0, type=1)  # type: ignore
    job.upscale(type=1)  # type: ignore
    job.upscale(job_id="a", image_no=0, type=1)  # type: ignore
    job.wait(until=3)  # type: ignore
    job.wait("600")  # type: ignore
    client.tasks.get()  # type: ignore
    client.tasks.wait_for_completion("a", on_progress=3)  # type: ignore
    Client(key="a")  # type: ignore
    Client("a", timeout="30")  # type: ignore
    Client("a", default_headers={"X-Team": 1})  # type: ignore
    Client("a", ssl_context=False)  # type: ignore
    price()  # type: ignore


def stored(client: Client, other: AsyncClient, job: Job) -> None:
    Job.from_dict(job.to_dict(), other)  # type: ignore
    AsyncJob.from_dict(job.to_dict(), client)  # type: ignore
    Job.from_dict(job)  # type: ignore
    Client("a", http_client=httpx.AsyncClient())  # type: ignore
    AsyncClient("a", http_client=httpx.Client())  # type: ignore
    print(job.response.status)  # type: ignore


def names(client: Client, job: Job) -> None:
    client.midjourny.diffusion(text="a fox")  # type: ignore
    client.midjourney.difusion(text="a fox")  # type: ignore
    client.tasks.no_such_method("a")  # type: ignore
    print(job.image_url)  # type: ignore
    job.describe()  # type: ignore
    print(client.account.balance().credits)  # type: ignore
    print(client.account.balance().available_credits + "1")  # type: ignore
    job.job_id = "another"  # type: ignore


def words(journal: Journal) -> None:
    check_prompt("a fox", kind="movie")  # type: ignore
    check_prompt("a fox", model="99")  # type: ignore
    journal.entries("unkown")  # type: ignore


async def colours(client: Client, awaited: AsyncClient) -> None:
    await client.midjourney.diffusion(text="a fox")  # type: ignore
    await awaited.midjourney.diffusion(text="a fox").result(download=7)  # type: ignore
    await awaited.make("imagine", prompt="a fox")  # type: ignore
    print(awaited.make("imagine", text="a fox").files)  # type: ignore
    awaited.midjourney.diffusion(text="a fox").wait()  # type: ignore
    job = await awaited.midjourney.diffusion(text="a fox")
    print(job.wait().image_urls)  # type: ignore
    for _ in job.updates():  # type: ignore
        pass
    with awaited:  # type: ignore
        pass
    client.wait_all([job])  # type: ignore
    async for _ in client.wait_all(["a"]):  # type: ignore
        pass
