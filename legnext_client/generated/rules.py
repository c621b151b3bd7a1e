"""The data under the spec's `x-legnext`: models, prompt parameters, and what changes a price or a duration.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

PromptKind: TypeAlias = Literal["image", "video"]
"""What a prompt is for."""
ModelName: TypeAlias = Literal["6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7", "video"]

POINTS_PER_USD = 1000
OUTPUT_DAYS = 30
LEAST_OUTPUT_DAYS = 7
FOLLOW_UP_DAYS = 3
JOBS_AT_ONCE = 6


class Seen(NamedTuple):
    """Where a fact comes from that is not in the service's documents. `second_hand`: the service has not said it."""

    by: str
    date: str
    second_hand: bool = False


class Model(NamedTuple):
    """A model, and the flag and value by which a prompt names it."""

    model: ModelName
    flag: str | None = None
    value: str | None = None
    default: bool = False
    plan: str | None = None
    sunset: str | None = None
    seen: Seen | None = None


class Parameter(NamedTuple):
    """A prompt flag as it is with some models. No row for a model: the flag is not supported there.

    `excludes` are flags that do not go together with it, or flags with a value: `quality 4`.
    """

    flag: str
    models: tuple[str, ...] = ()
    takes: str | None = None
    short: str | None = None
    long: str | None = None
    values: tuple[str | float, ...] = ()
    range: tuple[float, float] | None = None
    default: str | float | None = None
    optional: bool = False
    use: str = "supported"
    instead: str | None = None
    at_most: int | None = None
    excludes: tuple[str, ...] = ()
    seen: Seen | None = None


class Factor(NamedTuple):
    """A factor on a price or a duration. Of the rows in one tier, one counts; `reserve` is what a budget counts."""

    factor: float
    models: tuple[str, ...]
    flag: str | None = None
    value: str | float | None = None
    tier: str | None = None
    reserve: float | None = None
    seen: Seen | None = None


MODELS: tuple[Model, ...] = (
    Model(model="6", flag="version", value="6"),
    Model(model="6.1", flag="version", value="6.1"),
    Model(model="7", flag="version", value="7", default=True),
    Model(model="8", flag="version", value="8", plan="pro", sunset="8.1"),
    Model(model="8.1", flag="version", value="8.1", plan="pro"),
    Model(
        model="8.2",
        flag="version",
        value="8.2",
        seen=Seen(by="two public applications", date="2026-07-24", second_hand=True),
    ),
    Model(model="niji 6", flag="niji", value="6"),
    Model(
        model="niji 7", flag="niji", value="7", seen=Seen(by="a public application", date="2026-11", second_hand=True)
    ),
    Model(model="video"),
)
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        flag="aspect", short="ar", takes="ratio", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7")
    ),
    Parameter(
        flag="aspect",
        short="ar",
        takes="ratio",
        use="ignored",
        models=("video",),
        instead="leave it out; its page names no ratio for videos",
    ),
    Parameter(flag="quality", short="q", takes="choice", values=(1, 2), default=1, models=("6",)),
    Parameter(
        flag="quality", short="q", takes="choice", values=(0.5, 1, 2), default=1, models=("6.1", "niji 6", "niji 7")
    ),
    Parameter(flag="quality", short="q", takes="choice", values=(1, 2, 4), default=1, models=("7",)),
    Parameter(flag="quality", short="q", takes="choice", values=(1, 4), default=1, models=("8", "8.2")),
    Parameter(flag="quality", short="q", use="rejected", models=("8.1",), instead="leave it out; HD is the default"),
    Parameter(
        flag="stylize",
        short="s",
        takes="integer",
        range=(0, 1000),
        default=100,
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(
        flag="chaos",
        short="c",
        takes="integer",
        range=(0, 100),
        default=0,
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(
        flag="weird",
        short="w",
        takes="integer",
        range=(0, 3000),
        default=0,
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(flag="fast", takes="switch", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7", "video")),
    Parameter(flag="turbo", takes="switch", models=("6", "6.1", "7", "niji 6", "niji 7", "video")),
    Parameter(flag="turbo", use="rejected", models=("8.1",), instead="leave it out; v8.1 has no turbo mode"),
    Parameter(
        flag="version", short="v", takes="model", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7")
    ),
    Parameter(
        flag="niji",
        takes="model",
        optional=True,
        default="6",
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(flag="raw", takes="switch", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7", "video")),
    Parameter(flag="tile", takes="switch", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7")),
    Parameter(flag="draft", takes="switch", models=("7",)),
    Parameter(
        flag="style",
        takes="choice",
        values=("raw",),
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7", "video"),
    ),
    Parameter(
        flag="seed",
        takes="integer",
        range=(0, 4294967295),
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(flag="stop", takes="integer", range=(10, 100), default=100, models=("6", "6.1", "7", "niji 6", "niji 7")),
    Parameter(flag="hd", takes="switch", models=("8",)),
    Parameter(
        flag="hd",
        takes="switch",
        models=("8.2",),
        seen=Seen(by="two public applications", date="2026-07-24", second_hand=True),
    ),
    Parameter(flag="hd", takes="switch", use="ignored", models=("8.1",), instead="leave it out; HD is the default"),
    Parameter(flag="sd", use="rejected", models=("8.1",), instead="choose SD in the web settings of the service"),
    Parameter(
        flag="iw",
        takes="number",
        range=(0, 3),
        default=1,
        models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7"),
    ),
    Parameter(flag="no", takes="words", models=("6.1", "7", "8", "8.2")),
    Parameter(flag="no", use="rejected", models=("8.1",), instead="say in the prompt what you want to see"),
    Parameter(flag="sref", takes="urls", models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7")),
    Parameter(
        flag="sw", takes="integer", range=(0, 1000), models=("6", "6.1", "7", "8", "8.1", "8.2", "niji 6", "niji 7")
    ),
    Parameter(flag="sv", takes="choice", values=(1, 2, 3, 4), models=("6", "6.1", "7", "8.1", "niji 6", "niji 7")),
    Parameter(flag="sv", takes="choice", values=(6,), models=("8",)),
    Parameter(flag="sv", takes="choice", values=(1, 2, 3, 4, 6), models=("8.2",)),
    Parameter(flag="cref", takes="urls", models=("6", "6.1", "7", "niji 6", "niji 7")),
    Parameter(flag="cref", use="rejected", models=("8.1",), instead="use --sref for a style, or an image prompt"),
    Parameter(flag="cw", takes="number", models=("6", "6.1", "7", "niji 6", "niji 7")),
    Parameter(flag="cw", use="rejected", models=("8.1",), instead="leave it out"),
    Parameter(flag="oref", takes="urls", at_most=1, excludes=("fast", "turbo", "quality 4"), models=("7",)),
    Parameter(flag="oref", takes="urls", models=("8", "8.2")),
    Parameter(flag="oref", use="rejected", models=("8.1",), instead="use an image prompt with --iw"),
    Parameter(flag="ow", takes="number", models=("7", "8", "8.2")),
    Parameter(flag="ow", use="rejected", models=("8.1",), instead="leave it out"),
    Parameter(flag="exp", takes="integer", optional=True, range=(0, 100), models=("7",)),
    Parameter(flag="exp", takes="integer", optional=True, models=("8", "8.1", "8.2")),
    Parameter(flag="p", takes="code", optional=True, models=("7", "8", "8.1", "8.2")),
    Parameter(flag="motion", takes="choice", values=("low", "high"), default="low", models=("video",)),
    Parameter(flag="end", takes="urls", models=("video",)),
    Parameter(flag="loop", takes="switch", models=("video",)),
    Parameter(flag="bs", long="batchsize", takes="choice", values=(1, 2, 4), default=4, models=("video",)),
    Parameter(flag="video", takes="switch", models=("video",)),
    Parameter(flag="relax", takes="switch", instead="use --fast or --turbo"),
    Parameter(flag="repeat", short="r", takes="integer", instead="send the request as often as you need it"),
    Parameter(flag="personalize", takes="code", optional=True, instead="use --p"),
    Parameter(flag="stealth", takes="switch", instead="leave it out"),
    Parameter(flag="public", takes="switch", instead="leave it out"),
)
PRICE_FACTORS: tuple[Factor, ...] = (
    Factor(flag="turbo", models=("6", "6.1", "7", "niji 6", "niji 7", "video"), factor=2),
    Factor(flag="draft", models=("7",), factor=0.5, reserve=1),
    Factor(flag="oref", models=("7",), factor=2),
    Factor(flag="hd", models=("8",), factor=4, tier="premium"),
    Factor(flag="quality", value=4, models=("8", "8.2"), factor=4, tier="premium"),
    Factor(flag="sv", value=6, models=("8", "8.2"), factor=4, tier="premium"),
    Factor(
        flag="hd",
        models=("8.2",),
        factor=1.5,
        reserve=4,
        tier="premium",
        seen=Seen(by="two public applications", date="2026-07-24", second_hand=True),
    ),
    Factor(flag="bs", value=1, models=("video",), factor=0.25),
    Factor(flag="bs", value=2, models=("video",), factor=0.5),
)
DURATION_FACTORS: tuple[Factor, ...] = (
    Factor(flag="draft", models=("7",), factor=0.1),
    Factor(flag="turbo", models=("6", "6.1", "7", "niji 6", "niji 7", "video"), factor=0.3),
    Factor(flag="quality", value=0.5, models=("6.1", "niji 6", "niji 7"), factor=0.5),
    Factor(flag="quality", value=2, models=("6", "6.1", "7", "niji 6", "niji 7"), factor=2),
    Factor(models=("8", "8.1"), factor=0.3),
    Factor(flag="hd", models=("8",), factor=1.7),
)
