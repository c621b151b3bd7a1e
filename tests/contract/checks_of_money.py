"""Checks: what a job costs, when its points are held, charged and given back, and that none are made or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .description import SOURCE, VIDEO_NUMBER, Operation, paid, resolved
from .server import LONG
from .sources import EXTEND, IMAGES, VIDEOS, a_body, follow_ups, grid, plain_body, source_for, videos

if TYPE_CHECKING:
    from .server import Server, Start

TEXT = IMAGES.rules["prompt"]["field"]
FAILS, NEVER_ENDS = "fail-this-job", "never-end-this-job"

# The service's price list in its own words: how often the price of an image, or of a video, is held and charged.
BY_PROMPT = {
    "a fox": (1, 1),
    "a fox --turbo": (2, 2),
    "a fox --fast": (1, 1),
    "a fox --v 7 --draft": (1, 0.5),
    "a fox --draft": (1, 0.5),
    "a fox --v 6 --draft": (1, 1),
    "a fox --niji 6 --draft": (1, 1),
    "a fox --v 7 --oref https://example.com/a.png": (2, 2),
    "a fox --v 7 --oref https://example.com/a.png --turbo": (4, 4),
    "a fox --v 8 --hd": (4, 4),
    "a fox --v 8 --q 4": (4, 4),
    "a fox --v 8 --q 4 --hd --sv 6": (4, 4),
    "a fox --v 8": (1, 1),
    "a fox --v 8.1 --hd": (1, 1),
}
BY_BATCH = {" --bs 1": 0.25, " --bs 2": 0.5, " --bs 4": 1, "": 1, " --turbo": 2}


def price_of(operation: Operation, body: dict[str, Any], size: str = "") -> int:
    """The price of this body, and of what it leaves out, by the document; `size` is that of the source."""
    fields = {name: resolved(schema) for name, schema in operation.body["properties"].items()}
    body = {name: schema["default"] for name, schema in fields.items() if "default" in schema} | body
    price: int = operation.rules["price"]["points"]
    for row in operation.rules["price"].get("when", ()):
        if body.get(row["field"]) == row["is"] if "field" in row else size == row["source"]:
            price = row["points"]
    return price


def frozen(server: Server, job_id: str) -> int:
    points: int = server.job(job_id)["meta"]["usage"]["frozen"]
    return points


def costs(server: Server, job_id: str, held: int, charged: int, label: str) -> None:
    server.advance(LONG / 100)
    usage = server.job(job_id)["meta"]["usage"]
    assert (usage["frozen"], usage["consume"]) == (held, charged), f"{label} costs {usage}, not {held} and {charged}"


def check_prices(start: Start) -> None:
    """Every operation costs what the document says, and a prompt what its flags make of it."""
    with start() as server:
        for operation in paid():
            source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
            priced = {row.get("field") for row in operation.rules["price"].get("when", ())}
            free = priced.difference(operation.body.get("required", ()))
            body = {name: value for name, value in plain_body(operation, source).items() if name not in free}
            price = price_of(operation, body)
            costs(server, server.accepted(operation, body), price, price, operation.name)
        price = IMAGES.rules["price"]["points"]
        for prompt, (held, charged) in BY_PROMPT.items():
            job_id = server.accepted(IMAGES, {TEXT: prompt})
            costs(server, job_id, int(held * price), int(charged * price), prompt)


def check_prices_by_field(start: Start) -> None:
    """Some prices hang on a field, on the batch, or on the size of the source."""
    with start() as server:
        for operation in paid():
            for name in {row["field"] for row in operation.rules["price"].get("when", ()) if "field" in row}:
                source = source_for(server, operation) if SOURCE in operation.body["properties"] else ""
                schema = resolved(operation.body["properties"][name])
                asked = [row["is"] for row in operation.rules["price"]["when"] if row.get("field") == name]
                for value in schema.get("enum", asked):
                    body = {**plain_body(operation, source), name: value}
                    price = price_of(operation, body)
                    costs(server, server.accepted(operation, body), price, price, f"{operation.name}, {name} {value}")
        for flag, factor in BY_BATCH.items():
            body = {VIDEOS.rules["prompt"]["field"]: f"a fox{flag}"}
            price = int(factor * price_of(VIDEOS, body))
            costs(server, server.accepted(VIDEOS, body), price, price, f"a video{flag}")
        for kind, size in enumerate(VIDEOS.rules["chain"]["sizes"]):
            sized: dict[str, Any] = {VIDEOS.rules["chain"]["size"]: kind}
            chain = videos(server, **sized)
            for _ in range(2):
                chain = server.finished(EXTEND, {SOURCE: chain, VIDEO_NUMBER: 0})
                price = price_of(EXTEND, {}, size)
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
        assert balance["available_credits"] + balance["available_points"] == 11_000 - price_of(IMAGES, {}) * 5 // 2


def check_shortage(start: Start) -> None:
    """The last point can be spent, and not one more; failed jobs give the means to go on; nothing is held by a no."""
    price = IMAGES.rules["price"]["points"]
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
    with start(credits=IMAGES.rules["price"]["points"]) as server:
        source = grid(server)
        for operation in follow_ups("image"):
            assert server.post(operation, {}).status == 400
            assert server.post(operation, a_body(operation, "no-such-job")).status == 404
        assert server.post(IMAGES, b"no JSON").status == 400
        assert server.post(IMAGES, {TEXT: "a fox"}, key="some-other-key").status == 401
        operation = follow_ups("image")[0]
        assert server.post(operation, a_body(operation, source)).status == 402


def short(server: Server) -> None:
    before: tuple[Any, Any] = (server.ledger, server.balance())
    answer = server.post(IMAGES, {TEXT: "a fox"})
    assert answer.status == 402, f"who has {before[1]['available_credits']} credits gets {answer.status}"
    assert answer.message
    after = server.balance()
    assert server.ledger == before[0]
    for name in ("available_credits", "available_points", "balance_usd"):
        assert after[name] == before[1][name], f"a refused job costs {name}"
