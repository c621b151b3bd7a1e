"""Checks: what a job costs, when its points are held, charged and given back, and that none are made or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .description import IMAGE_NUMBER, SOURCE, VIDEO_NUMBER, operations, paid
from .server import LONG
from .sources import EXTEND, IMAGES, VIDEOS, a_body, follow_ups, grid, plain_body, source_for, videos

if TYPE_CHECKING:
    from .server import Server
    from .start import Start

TEXT = IMAGES.rules["prompt"]["field"]
FAILS, NEVER_ENDS = "fail-this-job", "never-end-this-job"

# The service's price list in its own words, not in the document's: two readings of one thing.
POINTS = {
    "diffusion": 80,
    "variation": 120,
    "upscale": 120,
    "reroll": 80,
    "blend": 80,
    "describe": 20,
    "shorten": 20,
    "pan": 80,
    "outpaint": 80,
    "inpaint": 120,
    "remix": 120,
    "edit": 120,
    "upload_paint": 120,
    "retexture": 120,
    "remove_background": 80,
    "enhance": 80,
    "enhance_upscale": 120,
    "video_diffusion": 480,
    "extend_video": 480,
    "video_upscale": 480,
}
BY_PROMPT = {
    "a fox": (80, 80),
    "a fox --turbo": (160, 160),
    "a fox --fast": (80, 80),
    "a fox --v 7 --draft": (80, 40),
    "a fox --draft": (80, 40),
    "a fox --v 6 --draft": (80, 80),
    "a fox --niji 6 --draft": (80, 80),
    "a fox --v 7 --oref https://example.com/a.png": (160, 160),
    "a fox --v 7 --oref https://example.com/a.png --turbo": (320, 320),
    "a fox --v 8 --hd": (320, 320),
    "a fox --v 8 --q 4": (320, 320),
    "a fox --v 8 --q 4 --hd --sv 6": (320, 320),
    "a fox --v 8": (80, 80),
    "a fox --v 8.1 --hd": (80, 80),
}
BY_BATCH = {" --bs 1": 120, " --bs 2": 240, " --bs 4": 480, "": 480, " --turbo": 960}
BY_RESOLUTION = {"HD": 120, "FHD": 120, "2K": 120, "4K": 160, "6K": 200, "8K": 300, "12K": 540}


def frozen(server: Server, job_id: str) -> int:
    points: int = server.job(job_id)["meta"]["usage"]["frozen"]
    return points


def costs(server: Server, job_id: str, held: int, charged: int, label: str) -> None:
    server.advance(LONG / 100)
    usage = server.job(job_id)["meta"]["usage"]
    assert (usage["frozen"], usage["consume"]) == (held, charged), f"{label} costs {usage}, not {held} and {charged}"


def check_prices(start: Start) -> None:
    """Every operation costs what the price list says; what is newer than the list, what the document says."""
    assert POINTS.keys() <= {operation.name for operation in paid()}
    with start() as server:
        for operation in paid():
            source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
            body = plain_body(operation, source)
            body.pop("target_resolution", None)
            body.pop("videoType", None)
            price = POINTS.get(operation.name, operation.rules["price"]["points"])
            costs(server, server.accepted(operation, body), price, price, operation.name)
        for prompt, (held, charged) in BY_PROMPT.items():
            costs(server, server.accepted(IMAGES, {TEXT: prompt}), held, charged, prompt)


def check_prices_by_field(start: Start) -> None:
    """Some prices hang on a field, on the batch, or on the size of the source."""
    with start() as server:
        source = grid(server)
        upscale, resize = operations()["upscale"], operations()["enhance_upscale"]
        for kind, price in ((0, 120), (1, 160)):
            job_id = server.accepted(upscale, {SOURCE: source, IMAGE_NUMBER: 0, "type": kind})
            costs(server, job_id, price, price, f"upscale of type {kind}")
        for resolution, price in BY_RESOLUTION.items():
            body = {"image_url": "https://example.com/a.png", "target_resolution": resolution}
            costs(server, server.accepted(resize, body), price, price, f"upscale to {resolution}")
        for flag, price in BY_BATCH.items():
            costs(server, server.accepted(VIDEOS, {"prompt": f"a fox{flag}"}), price, price, f"a video{flag}")
        for kind, price in ((0, 480), (1, 1536)):
            chain = videos(server, videoType=kind)
            costs(server, chain, price, price, f"a video of type {kind}")
            for _ in range(2):
                chain = server.finished(EXTEND, {SOURCE: chain, VIDEO_NUMBER: 0})
                costs(server, chain, price, price, f"an extension of a video of type {kind}")


def check_points_are_held_charged_and_given_back(start: Start) -> None:
    """Held on acceptance, charged on completion, given back on failure; and the books agree at every step."""
    with start(credits=10_000, points=1_000) as server:
        usages: dict[str, dict[str, float]] = {}

        def agree() -> None:
            for job_id in server.ledger:
                usages[job_id] = server.job(job_id)["meta"]["usage"]
            balance = server.balance()
            server.witness.check_ledger(server.ledger)
            held = {job_id: usage["frozen"] for job_id, usage in usages.items()}
            assert server.points_in_the_ledger == held, "the ledger has other points than the jobs"
            server.witness.check_balance(balance["available_credits"] + balance["available_points"], usages)

        agree()
        prompts = ("a fox", f"a fox {FAILS}", "a fox --v 7 --draft", f"a fox --turbo {FAILS}", f"a fox {NEVER_ENDS}")
        for prompt in prompts:
            server.accepted(IMAGES, {TEXT: prompt})
            agree()
            for _ in range(12):
                server.advance(7)
                agree()
        server.advance(LONG)
        agree()
        assert server.post(IMAGES, {TEXT: ""}).status == 400
        assert server.post(IMAGES, {TEXT: "a fox"}, key="some-other-key").status == 401
        agree()
        balance = server.balance()
        assert balance["available_credits"] + balance["available_points"] == 11_000 - 80 - 40 - 80


def check_shortage(start: Start) -> None:
    """The last point can be spent, and not one more; failed jobs give the means to go on; nothing is held by a no."""
    price = POINTS["diffusion"]
    with start(credits=2 * price - 1) as server:
        server.accepted(IMAGES, {TEXT: "a fox"})
        short(server)
        short(server)
    with start(credits=price, points=price) as server:
        server.accepted(IMAGES, {TEXT: f"a fox {FAILS}"})
        server.accepted(IMAGES, {TEXT: f"a fox {FAILS}"})
        short(server)
        server.advance(LONG)
        server.accepted(IMAGES, {TEXT: "a fox"})
        server.advance(LONG)
        server.accepted(IMAGES, {TEXT: "a fox"})
        short(server)


def check_shortage_is_told_last(start: Start) -> None:
    """Who cannot pay still learns first what is wrong with the request."""
    with start(credits=POINTS["diffusion"]) as server:
        source = grid(server)
        for operation in follow_ups("image"):
            assert server.post(operation, {}).status == 400
            assert server.post(operation, a_body(operation, "no-such-job")).status == 404
        assert server.post(IMAGES, b"no JSON").status == 400
        assert server.post(IMAGES, {TEXT: "a fox"}, key="some-other-key").status == 401
        assert server.post(operations()["variation"], a_body(operations()["variation"], source)).status == 402


def short(server: Server) -> None:
    before: tuple[Any, Any] = (server.ledger, server.balance())
    answer = server.post(IMAGES, {TEXT: "a fox"})
    assert answer.status == 402, f"who has {before[1]['available_credits']} credits gets {answer.status}"
    assert answer.message
    after = server.balance()
    assert server.ledger == before[0]
    for name in ("available_credits", "available_points", "balance_usd"):
        assert after[name] == before[1][name], f"a refused job costs {name}"
