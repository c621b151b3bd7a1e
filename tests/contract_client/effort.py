"""How hard a check tries: how many examples it draws, always the same ones or others each time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from hypothesis.strategies import SearchStrategy

DrawnT = TypeVar("DrawnT")


@dataclass(frozen=True)
class Effort:
    """`seed` None draws the same examples each time; `smallest` shrinks a failure; of listed cases, one in `step`.

    The two colours of client have one source; without `both`, they take turns from case to case.
    """

    examples: int = 10
    seed: int | None = None
    smallest: bool = True
    step: int = 1
    both: bool = True

    def some(self, cases: Iterable[DrawnT]) -> Iterator[DrawnT]:
        """Cases that are listed rather than drawn: all of them, or one in `step`."""
        return islice(cases, 0, None, self.step)

    def turns(self, colours: list[DrawnT]) -> Callable[[], list[DrawnT]]:
        """Give the colours to try a case with: both, or the one whose turn it is."""
        turn = cycle([each] for each in colours)
        return lambda: colours if self.both else next(turn)

    def each(self, drawn: SearchStrategy[DrawnT], promise: Callable[[DrawnT], None], *, times: int = 1) -> None:
        """Hold a promise against as many examples, or so many times as many where they are cheap."""
        phases = (Phase.generate, Phase.shrink) if self.smallest else (Phase.generate,)

        def kept(example: Any) -> None:
            promise(example)

        test = settings(
            max_examples=self.examples * times,
            derandomize=self.seed is None,
            database=None,
            deadline=None,
            phases=phases,
            report_multiple_bugs=False,
            verbosity=Verbosity.normal if self.smallest else Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )(given(drawn)(kept))
        (test if self.seed is None else seed(self.seed)(test))()


USUAL = Effort(examples=3, step=5, both=False)
"""For the tests: short, and always the same."""
HASTY = Effort(examples=60, smallest=False)
"""For a client that is known to be wrong: as soon as that is noticed, it is enough."""
