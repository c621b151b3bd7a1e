"""The same lines for two clients, the published SDK and this one: what is claimed of the two is run, not remembered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

CALLBACK = "http://127.0.0.1:9/called-back"
"""Given wherever the SDK would otherwise send `"callback": null`, which the documents do not allow."""

SITE = "https://example.com"

Settings = Mapping[str, Any]
NOTHING: Settings = MappingProxyType({})
WAITING: tuple[Settings, ...] = ({"job_id": "waiting", "status": "pending"},)


class Case(NamedTuple):
    """One row of the table: lines to run with `client` and `package`, and what to tell of the outcome.

    `ours` are our lines where the two need different ones; `counts` tells how many jobs were paid, `times` how long it
    took by the clock of the mock, `sends` what stood in that field of the request.
    """

    name: str
    lines: str
    ours: str = ""
    faults: tuple[Settings, ...] = ()
    jobs: tuple[Settings, ...] = ()
    server: Settings = NOTHING
    options: Settings = NOTHING
    counts: bool = False
    times: bool = False
    sends: str = ""


def fault(name: str, method: str, times: int = 1, **settings: Any) -> Settings:
    return {"name": name, "method": method, "times": times, **settings}


DRAW = """
client.midjourney.diffusion(text="a fox", callback=CALLBACK)
result = "a job"
"""
WAIT = """
job = client.midjourney.diffusion(text="a fox", callback=CALLBACK)
client.tasks.wait_for_completion(job.job_id)
result = "completed"
"""
RECORDED = """
refused = 0
for job_id in RECORDED:
    try:
        client.tasks.get(job_id)
    except Exception:
        refused += 1
result = f"raises for {refused} of {len(RECORDED)}"
"""
NOTEBOOK = """
import asyncio
async def cell():
    client.tasks.wait_for_completion("image")
asyncio.run(cell())
result = "completed"
"""
WORDS = """
try:
    client.tasks.get("nowhere")
except Exception as error:
    result = f"“{error.message}”"
"""
ADDRESS = """
job = client.tasks.get("job-completed-at-once")
result = f"`{type(job.output.image_urls[0]).__name__}`"
"""
TIME = """
job = client.tasks.get("job-offset-times")
result = f"`{type(job.meta.created_at).__name__}`"
"""
THEIR_BEGINNING = """
job = client.tasks.get("waiting")
result = f"`{job.meta.started_at}`"
"""
OUR_BEGINNING = """
job = client.tasks.get("waiting")
result = f"`{job.started_at}`"
"""
EMPTY = """
job = client.tasks.get("waiting")
result = f"`{job.output.image_url!r}`"
"""
ABSENT = """
job = client.tasks.get("waiting")
result = f"`{job.output.video_urls!r}`"
"""
THEIR_WHOLE = """
job = client.tasks.get("job-unknown-fields").model_dump()
result = "`model_dump()`, " + ("with" if "priority" in job["config"] else "without") + " unknown fields"
"""
OUR_WHOLE = """
job = client.tasks.get("job-unknown-fields").raw
result = "`raw`, " + ("with" if "priority" in job["config"] else "without") + " unknown fields"
"""
PICKLED = """
import pickle
try:
    client.tasks.get("nowhere")
except Exception as error:
    pickle.loads(pickle.dumps(error))
result = "the same error"
"""
FAILED = """
try:
    client.tasks.wait_for_completion("failed")
except Exception as error:
    job = getattr(error, "job", None)
    result = f"`{type(error).__name__}`, " + ("with the job" if job is not None else "without the job")
"""
UP = """
client.midjourney.pan(
    job_id="image", image_no=0, direction=PanDirection.UP, scale=1.5, remix_prompt="sky", callback=CALLBACK
)
result = "a job"
"""
THEIR_INPAINT = """
client.midjourney.inpaint(job_id="image", image_no=0, mask=b"PNG")
result = "a job"
"""
OUR_INPAINT = """
client.midjourney.inpaint(job_id="image", image_no=0, mask={"url": f"{SITE}/mask.png"})
result = "a job"
"""
THEIR_ENVELOPE = """
from legnext.webhook import WebhookHandler
body = b'{"timestamp": 1764000000, "data": {"job_id": "a", "status": "completed"}}'
WebhookHandler("").handle(body, "", verify_signature=False)
result = "the job"
"""
OUR_ENVELOPE = """
from legnext_client import webhooks
body = b'{"timestamp": 1764000000, "data": {"job_id": "a", "status": "completed"}}'
assert webhooks.parse(body).job_id == "a"
result = "the job"
"""
SIGNED = """
import hashlib, hmac, time
body = b'{"job_id": "a", "model": "midjourney", "task_type": "diffusion", "status": "completed"}'
stamp = str(int(time.time()) - 365 * 24 * 3600)
signature = hmac.new(b"secret", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
"""
THEIR_REPLAY = """
from legnext.webhook import WebhookHandler
WebhookHandler("secret").handle(body, signature, stamp)
result = "the job"
"""
OUR_REPLAY = """
from legnext_client import webhooks
webhooks.parse(body, {"X-Legnext-Timestamp": stamp, "X-Legnext-Signature": signature}, secret="secret")
result = "the job"
"""
BUDGET = """
with client.budget(50):
    client.midjourney.diffusion(text="a fox", callback=CALLBACK)
result = "a job"
"""
BATCH = """
for _ in range(2):
    list(client.batch([{"text": "a fox"}, {"text": "a hare"}, {"text": "an owl"}], journal=f"{FOLDER}/run.db"))
result = "done"
"""
CHAIN = """
chain = client.run(package.VideoChain.start("waves").extend("night falls"), journal=f"{FOLDER}/chain.db")
result = f"a chain of {chain.seconds:g} s"
"""

CASES = (
    # ---- paying
    Case("the response to a paid call is lost", DRAW, faults=(fault("close_after", "POST"),), counts=True),
    Case(
        "the response to a paid call is too late",
        DRAW,
        faults=(fault("delay", "POST", 9, seconds=2),),
        options={"timeout": 0.5},
        counts=True,
    ),
    Case(
        "502 from a proxy, after the service accepted",
        DRAW,
        faults=(fault("error_after", "POST", 9, status=502),),
        counts=True,
    ),
    Case("a web page with status 200, after the service accepted", DRAW, faults=(fault("html", "POST"),), counts=True),
    Case(
        "429 with `Retry-After: 3600`",
        DRAW,
        faults=(fault("rate_limit", "POST", 9, seconds=3600),),
        times=True,
    ),
    # ---- answers
    Case('a job whose times are `""`, as in most documented examples', DRAW, server={"answers": "empty"}, counts=True),
    Case("the recorded responses of jobs in `tests/data`", RECORDED),
    Case("an unknown status while waiting", WAIT, faults=(fault("unknown_status", "GET"),)),
    Case("an unknown type of job while waiting", WAIT, faults=(fault("unknown_type", "GET"),)),
    Case("the message of an error in the first of the three documented shapes", WORDS),
    Case("the type of `output.image_urls[0]`", ADDRESS),
    Case("the type of `meta.created_at`", TIME),
    Case("the start time of a job that has not started", THEIR_BEGINNING, ours=OUR_BEGINNING, jobs=WAITING),
    Case('`output.image_url`, received as `""`', EMPTY, jobs=WAITING),
    Case("`output.video_urls`, missing from the response", ABSENT, jobs=WAITING),
    Case("a whole job as a `dict`", THEIR_WHOLE, ours=OUR_WHOLE),
    # ---- waiting
    Case("one broken response while waiting", WAIT, faults=(fault("close_after", "GET"),)),
    Case("one response of 520 while waiting", WAIT, faults=(fault("error_before", "GET", status=520),)),
    Case(
        "`wait_for_completion(…, timeout=10, poll_interval=60)`",
        'client.tasks.wait_for_completion("chain", timeout=10, poll_interval=60)',
        jobs=({"job_id": "chain", "operation": "video_diffusion", "status": "processing"},),
        times=True,
    ),
    Case("waiting in a notebook, with the sync client", NOTEBOOK, jobs=({"job_id": "image"},)),
    Case("a job that failed", FAILED, jobs=({"job_id": "failed", "status": "failed"},)),
    # ---- before sending
    Case(
        "`image_no=7`: the error to catch",
        'client.midjourney.upscale(job_id="image", image_no=7, type=0)',
        jobs=({"job_id": "image"},),
    ),
    Case(
        "the URL sent for `https://Example.com/ü.png`",
        'client.midjourney.describe(img_url="https://Example.com/ü.png", callback=CALLBACK)\nresult = "a job"',
        sends="imgUrl",
    ),
    Case(
        "the value sent for `PanDirection.UP`; the service's up is 2",
        "from legnext.types import PanDirection\n" + UP,
        ours="from legnext_client.generated.models import PanDirection\n" + UP,
        jobs=({"job_id": "image"},),
        sends="direction",
    ),
    Case(
        "a URL with `http://`, which would send the key unencrypted",
        'package.Client("a-key", base_url="http://203.0.113.1/api")\nresult = "accepted"',
    ),
    # ---- what can be called
    Case("`inpaint`", THEIR_INPAINT, ours=OUR_INPAINT, jobs=({"job_id": "image"},)),
    Case(
        "`enhance_upscale(…)`",
        'client.midjourney.enhance_upscale(job_id="image", image_no=0)\nresult = "a job"',
        jobs=({"job_id": "image"},),
    ),
    Case(
        "`video_diffusion(job_id=…, image_no=…)`",
        'client.midjourney.video_diffusion(job_id="image", image_no=0)\nresult = "a job"',
        jobs=({"job_id": "image"},),
    ),
    Case(
        "the documented `from ….exceptions import ValidationError`",
        "from legnext.exceptions import ValidationError\nresult = 'imported'",
        ours="from legnext_client.exceptions import ValidationError\nresult = 'imported'",
    ),
    Case("an error, pickled and unpickled", PICKLED),
    Case("a callback in an envelope", THEIR_ENVELOPE, ours=OUR_ENVELOPE),
    Case("a signed callback of last year, replayed", SIGNED + THEIR_REPLAY, ours=SIGNED + OUR_REPLAY),
    Case(
        "the price of a call: `client.price(…)`",
        "result = 'in points' if client.price('diffusion', text='a fox --turbo').points else 'none'",
    ),
    Case("a budget: `with client.budget(50):`", BUDGET, counts=True),
    Case(
        "a follow-up of a job: `job.upscale(…)`",
        'client.tasks.get("image").upscale(image_no=0, type=0)\nresult = "a job"',
        jobs=({"job_id": "image"},),
    ),
    Case(
        "the files of a job: `job.download(…)`",
        "result = f\"{len(client.tasks.get('image').download(FOLDER))} files\"",
        jobs=({"job_id": "image"},),
    ),
    Case("three prompts, run twice: `client.batch(…, journal=…)`", BATCH, counts=True),
    Case("a start and an extension: `client.run(chain)`", CHAIN, counts=True),
)

BEFORE = """
import functools, hashlib, hmac, os

# The page leads to the service.
os.environ["LEGNEXT_API_KEY"] = API_KEY
package.Client = functools.partial(package.Client, base_url=BASE_URL)
body = b'{"job_id": "a", "model": "midjourney", "task_type": "diffusion", "status": "completed", "output": {}}'
signature = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
"""
"""What the blocks of the page that are headed "before" need, to run against the mock."""
