"""`VideoChain`: describe a chain of a start, extensions and an upscale. Nothing is sent here.

    chain = VideoChain.start("waves roll in --motion high", video_type=1).extend("night falls").upscale()
    print(chain.price(), chain.seconds)

Requests that the service would refuse are refused while building, by the limits in the spec.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from attrs import frozen

from legnext_client._calls.items import CHAIN, Call, Choose, Row
from legnext_client._calls.job_view import JobView
from legnext_client._calls.planning import NUMBERS, size_of
from legnext_client._runs.chain_files import built, described, word_of, written
from legnext_client._runs.chain_steps import (
    Beginning,
    ChainPrice,
    at_most,
    beginning_of,
    checked_fields,
    digest_chain,
    look_at,
    many_made,
    size_field,
    wires,
    with_prompt,
)
from legnext_client.errors import InvalidRequest
from legnext_client.generated.operations import ROLES
from legnext_client.prices import price, typical_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from legnext_client.generated.models import VideoType
    from legnext_client.generated.operations import Operation

Number = int | Choose
"""The number of a video, or a function that chooses it from the finished job."""


@frozen(eq=False, repr=False)
class VideoChain:
    """A chain: begun with `start`, `from_image` or `from_video`, then extended, and upscaled last.

    Immutable: each method returns a new chain. Chains with the same steps are equal.

    Attributes:
        steps: The calls, in order; each after the first uses the job of the one before.
        beginning: The existing video that it extends, if any.
    """

    steps: tuple[Call, ...] = ()
    beginning: Beginning | None = None
    _job: JobView | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.steps, tuple) or not (self.steps or self.beginning):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidRequest("a chain must begin with VideoChain.start, from_image or from_video.")

    # ---- building -----------------------------------------------------------------------------------------------

    @classmethod
    def start(cls, prompt: str, video_type: VideoType | int | str = 0) -> VideoChain:
        """Begin with a prompt, or with an image URL and a prompt.

        Args:
            prompt: The scene to show, with flags at the end.
            video_type: The size: "480p" (0) or "720p" (1).
        """
        return cls._begun(ROLES["chain.start"], prompt, size_field(video_type))

    @classmethod
    def from_image(
        cls, job_or_id: JobView | str, image_no: int, prompt: str | None = None, video_type: VideoType | int | str = 0
    ) -> VideoChain:
        """Begin with an image of a job.

        Args:
            job_or_id: The job, or its id. A finished job is checked first.
            image_no: The number of the image, from 0.
            prompt: The action to show.
            video_type: The size: "480p" (0) or "720p" (1).
        """
        operation = ROLES["chain.start"]
        given = {"job_id": job_or_id, NUMBERS["image"]: image_no, **size_field(video_type)}
        if isinstance(job_or_id, JobView):
            look_at(job_or_id, operation, given, kinds=("images", "image"))
            given["job_id"] = job_or_id.job_id
        return cls._begun(operation, prompt, given)

    @classmethod
    def from_video(
        cls, job_or_id: JobView | str, *, source: str | None = None, extensions: int | None = None
    ) -> VideoChain:
        """Begin with an existing video.

        Args:
            job_or_id: The job, or its id. A finished job is checked first.
            source: The size of its videos (`480p`, `720p`); by default, taken from the job. If it is unknown, the
                higher price is assumed.
            extensions: The number of earlier extensions; by default, taken from the job.
        """
        job = job_or_id if isinstance(job_or_id, JobView) else None
        return cls((), beginning_of(job_or_id, source, extensions), job)

    def extend(self, prompt: str | None = None, video_no: Number = 0) -> VideoChain:
        """Extend a video of the previous step.

        Args:
            prompt: The next scene.
            video_no: The number of the video, from 0, or a function that chooses it from the finished job.
        """
        operation, most = ROLES["chain.extend"], at_most()
        if most is not None and self._extensions >= most:
            raise InvalidRequest(
                f"{operation.name}: a video can be extended at most {most} times; got extension {self._extensions + 1}."
            )
        return self._then(operation, prompt, {NUMBERS["video"]: video_no})

    def upscale(self, video_no: Number = 0) -> VideoChain:
        """Enlarge a video of the previous step. Always the last step of a chain. `video_no` is as for `extend`."""
        return self._then(ROLES["chain.upscale"], None, {NUMBERS["video"]: video_no})

    @classmethod
    def _begun(cls, operation: Operation, prompt: str | None, given: dict[str, Any]) -> VideoChain:
        fields = checked_fields(operation, with_prompt(operation, prompt, given), unknown=())
        return cls((Call(operation, fields, title=word_of(operation)),))

    def _then(self, operation: Operation, prompt: str | None, given: dict[str, Any]) -> VideoChain:
        last = ROLES["chain.upscale"]
        if self.steps and self.steps[-1].operation.role == last.role:
            raise InvalidRequest(f"{operation.name}: nothing comes after {last.name}, the last step of a chain.")
        given, choices = self._chosen(operation, with_prompt(operation, prompt, given))
        fields = checked_fields(operation, given, unknown=("job_id", *choices))
        step = Call(operation, fields, choices, self._size, self._title(operation))
        return VideoChain((*self.steps, step), self.beginning, self._job)

    def _chosen(self, operation: Operation, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Choose]]:
        """Split the fields from the function that chooses a video."""
        name = NUMBERS["video"]
        number: Any = given.get(name)
        if callable(number) and self.steps:
            return {field: value for field, value in given.items() if field != name}, {name: given[name]}
        if callable(number):
            if self._job is None or not self._job.ok or inspect.iscoroutinefunction(number):
                raise InvalidRequest(
                    f"{operation.name}: {name} of the first step must be a number, unless the chain begins with a "
                    "finished job for the function to choose by; got a function."
                )
            given = {**given, name: number(self._job)}
        if self.steps:
            self._look_at_last(operation, number)
        elif self._job is not None:
            look_at(self._job, operation, given)
        return given, {}

    def _look_at_last(self, operation: Operation, number: Any) -> None:
        made = many_made(self.steps[-1])
        if isinstance(number, int) and made is not None and number >= made:
            many = f"{made} video{'' if made == 1 else 's'}"
            raise InvalidRequest(
                f"{operation.name}: {NUMBERS['video']} must be below {made}; got {number}. "
                f"The {self.steps[-1].title} makes {many}."
            )

    # ---- properties ---------------------------------------------------------------------------------------------

    @property
    def seconds(self) -> int:
        """The length of the chain. For an existing video, only the known extensions count."""
        start, extension = ROLES["chain.start"].chain, ROLES["chain.extend"].chain
        return (start.adds if start else 0) + self._extensions * (extension.adds if extension else 0)

    @property
    def typical_seconds(self) -> float:
        """The usual time to make the chain."""
        return sum(typical_seconds(step.operation, step.fields) for step in self.steps)

    def price(self) -> ChainPrice:
        """Estimate the price, step by step; nothing is sent."""
        return ChainPrice(
            tuple((step.title, price(step.operation, step.fields, source=step.source)) for step in self.steps)
        )

    def row(self, key: str) -> Row:
        """Return the chain as a row to run, under a key."""
        if not self.steps:
            raise InvalidRequest(
                "a chain without a step cannot be run: extend or upscale the video that it begins with."
            )
        begins_with = self.beginning.job_id if self.beginning else ""
        return Row(key, digest_chain(self.steps, self.beginning), self.steps, {CHAIN: described(self)}, begins_with)

    def to_dict(self) -> dict[str, Any]:
        """Return the chain as JSON, for `from_dict`. A chain with a choosing function is refused."""
        return written(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VideoChain:
        """Rebuild a chain from `to_dict`, with all checks."""
        return built(cls, data)

    @property
    def _extensions(self) -> int:
        operation = ROLES["chain.extend"]
        before = self.beginning.extensions if self.beginning else 0
        return before + sum(step.operation.role == operation.role for step in self.steps)

    @property
    def _size(self) -> str | None:
        """The size of its videos, if known."""
        if self.beginning:
            return self.beginning.source
        return size_of(self.steps[0].operation, wires(self.steps[0]))

    def _title(self, operation: Operation) -> str:
        if operation.role == ROLES["chain.extend"].role:
            return f"extension {self._extensions + 1}"
        return word_of(operation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VideoChain) and (self.steps, self.beginning) == (other.steps, other.beginning)

    def __hash__(self) -> int:
        return hash((digest_chain(self.steps, self.beginning), *(tuple(step.choices.values()) for step in self.steps)))

    def __repr__(self) -> str:
        titles = [f"video of {self.beginning.job_id}"] if self.beginning else []
        titles += [step.title for step in self.steps]
        return f"<{type(self).__name__} of {self.seconds} s: {', '.join(titles)}>"
