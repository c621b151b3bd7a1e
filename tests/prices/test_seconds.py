"""How long a job usually takes, for what its prompt tells."""

from __future__ import annotations

from typing import Any

import pytest

from legnext_client.generated.operations import OPERATIONS
from legnext_client.prices import typical_seconds
from legnext_client.prompts import Prompt


@pytest.mark.parametrize(
    ("operation", "fields", "seconds"),
    [
        ("diffusion", {"text": "x"}, 45),
        ("diffusion", {"text": "x --draft"}, 4.5),
        ("diffusion", {"text": "x --turbo"}, 13.5),
        ("diffusion", {"text": "x --v 8.1"}, 13.5),
        ("diffusion", {"text": "x --v 8 --hd"}, 22.95),
        ("diffusion", {"text": "x --q 2"}, 90),
        ("diffusion", {"text": "x --q 0.5 --niji"}, 22.5),
        ("diffusion", {"text": "x --q 2 --turbo"}, 27),
        ("diffusion", {"text": Prompt("x", v=8)}, 13.5),
        ("diffusion", {"text": "x --v 9"}, 45),
        ("video_diffusion", {}, 210),
        ("video_diffusion", {"prompt": "x --turbo"}, 63),
        ("upscale", {"type": 1}, 45),
        ("describe", {}, 15),
        ("balance", {}, 0),
    ],
)
def test_flags_and_models_change_how_long_a_job_takes(operation: str, fields: dict[str, Any], seconds: float) -> None:
    assert typical_seconds(operation, fields) == pytest.approx(seconds)


def test_every_paid_job_takes_some_time() -> None:
    for operation in OPERATIONS.values():
        assert (typical_seconds(operation) > 0) == (operation.price is not None)
