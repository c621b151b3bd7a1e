"""What users get wrong. A type checker must mark every line that ends with `# wrong`, and no other; nobody runs it."""

from legnext_client import AsyncClient, BatchRow, Canvas, Client, Job, Journal, Mask, check_prompt, price
from legnext_client.generated.models import UpscaleType, VariationType


def values(client: Client) -> None:
    client.midjourney.upscale(job_id="a", image_no=0, type=7)  # wrong
    client.midjourney.upscale(job_id="a", image_no=0, type=2)  # wrong
    client.midjourney.upscale(job_id="a", image_no=0, type=True)  # wrong
    client.midjourney.upscale(job_id="a", image_no=0, type=VariationType.STRONG)  # wrong
    client.midjourney.upscale(job_id="a", image_no="0", type=1)  # wrong
    client.midjourney.upscale(job_id=7, image_no=0, type=1)  # wrong
    client.midjourney.upscale(job_id="a", image_no=0.5, type=1)  # wrong
    client.midjourney.upscale(job_id=None, image_no=0, type=UpscaleType.SUBTLE)  # wrong
    client.midjourney.inpaint(job_id="a", image_no=0, mask=b"\x89PNG")  # wrong
    client.midjourney.inpaint(job_id="a", image_no=0, mask="https://example.com/mask.png")  # wrong
    client.midjourney.blend(img_urls="https://example.com/1.png", aspect_ratio=1)  # wrong
    client.midjourney.blend(img_urls=["https://example.com/1.png"], aspect_ratio="16:9")  # wrong
    client.midjourney.pan(job_id="a", image_no=0, direction="upwards", scale=1.5)  # wrong
    client.midjourney.pan(job_id="a", image_no=0, direction=2, scale="1.5")  # wrong
    client.midjourney.diffusion(text=["a fox"])  # wrong
    client.midjourney.enhance_upscale(image_url="https://example.com/1.png", target_resolution="5K")  # wrong
    client.midjourney.video_diffusion(prompt="waves", video_type="1080p")  # wrong
    Mask(areas="all")  # wrong
    Canvas(width="1:1", height=1)  # wrong


def rows(client: Client, size: int) -> None:
    client.batch([("diffusion", "a fox")])  # wrong
    client.batch([7])  # wrong
    row: BatchRow = "a fox"  # wrong
    client.batch([row])
    client.midjourney.video_diffusion(prompt="waves", video_type=size)  # wrong


def arguments(client: Client, job: Job) -> None:
    client.midjourney.upscale(job_id="a", image_no=0)  # wrong
    client.midjourney.diffusion()  # wrong
    client.midjourney.diffusion("a fox")  # wrong
    client.midjourney.diffusion(prompt="a fox")  # wrong
    client.midjourney.diffusion(text="a fox", duration=4)  # wrong
    client.midjourney.upscale(jobId="a", image_no=0, type=1)  # wrong
    job.upscale(type=1)  # wrong
    job.upscale(job_id="a", image_no=0, type=1)  # wrong
    job.wait(until=3)  # wrong
    job.wait("600")  # wrong
    client.tasks.get()  # wrong
    client.tasks.wait_for_completion("a", on_progress=3)  # wrong
    Client(key="a")  # wrong
    Client("a", timeout="30")  # wrong
    price()  # wrong


def names(client: Client, job: Job) -> None:
    client.midjourny.diffusion(text="a fox")  # wrong
    client.midjourney.difusion(text="a fox")  # wrong
    client.tasks.cancel("a")  # wrong
    print(job.image_url)  # wrong
    job.describe()  # wrong
    print(client.account.balance().credits)  # wrong
    print(client.account.balance().available_credits + "1")  # wrong
    job.job_id = "another"  # wrong


def words(journal: Journal) -> None:
    check_prompt("a fox", kind="movie")  # wrong
    check_prompt("a fox", model="99")  # wrong
    journal.entries("unkown")  # wrong


async def colours(client: Client, awaited: AsyncClient) -> None:
    await client.midjourney.diffusion(text="a fox")  # wrong
    awaited.midjourney.diffusion(text="a fox").wait()  # wrong
    job = await awaited.midjourney.diffusion(text="a fox")
    print(job.wait().image_urls)  # wrong
    for _ in job.updates():  # wrong
        pass
    with awaited:  # wrong
        pass
    client.wait_all([job])  # wrong
    async for _ in client.wait_all(["a"]):  # wrong
        pass
