"""Many lives, one loop: each row of a batch is a flow of its own, and takes neither a thread nor a task.

A life says what it waits for: a place among the jobs that may run at once, a moment, an answer. The scheduler resumes
it when that is there. What a life yields beside these is handed on to the driver.
"""

from __future__ import annotations

import heapq
from collections import deque
from contextlib import suppress
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from legnext_client._protocol.flow import Collect, Ended, Flow, Start, Told
from legnext_client._runs.wishes import Aside, Halt, Heard, Leave, LifeFlow, Occupy, Pause, Room, Stopped
from legnext_client.errors import BudgetExceeded, LegnextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from legnext_client._runs.rate import Pacing

DOWNLOADS = 4
"""So many lives fetch files at once, and so many more may wait to: rows are not begun faster than they are finished."""
MISSED = 10_000
"""So much is remembered of what was heard while nobody listened for it."""


class _Life:
    __slots__ = ("ear", "flow", "needed", "placed", "turn")

    def __init__(self, flow: LifeFlow[None]) -> None:
        self.flow = flow
        self.placed = False
        self.turn = 0
        """Grows with each thing that is waited for, so that what comes too late is known for it."""
        self.ear: str | None = None
        self.needed = True


_WAITS, _OUTSIDE = object(), object()


class Scheduler:
    """Runs lives to their ends; see the module."""

    def __init__(
        self,
        lives: Iterator[LifeFlow[None]],
        pacing: Pacing,
        *,
        clock: Callable[[], float],
        begins: bool = True,
        late: Callable[[str, Any], LifeFlow[None] | None] = lambda _ear, _value: None,
    ) -> None:
        """Without `begins`, nobody gets a place for something new. `late` makes a life of what nobody listened for."""
        self._begins, self._late = begins, late
        self._rows: Iterator[LifeFlow[None]] | None = lives
        self._pacing = pacing
        self._clock = clock
        self._alive: set[_Life] = set()
        self._occupied = 0
        self._ghosts: list[float] = []
        self._for_room: deque[tuple[_Life, Room]] = deque()
        self._for_requests: deque[tuple[_Life, Aside]] = deque()
        self._for_downloads: deque[tuple[_Life, Aside]] = deque()
        self._downloading = 0
        self._pauses: list[tuple[float, int, _Life, int]] = []
        self._ears: dict[str, _Life] = {}
        self.unheard: dict[str, Any] = {}
        """What was heard while nobody listened for it."""
        self._number = count()
        self._short_of_points = False
        self.halted: BaseException | None = None

    @property
    def occupied(self) -> int:
        """How many jobs run, or may be running."""
        now = self._clock()
        while self._ghosts and self._ghosts[0] <= now:
            heapq.heappop(self._ghosts)
            self._short_of_points = False
        return self._occupied + len(self._ghosts)

    def running(self) -> Flow[None]:
        """Run all lives; raises why it was halted when all that ran has ended."""
        try:
            while True:
                yield from self._begin()
                if not self._alive and self._all_read():
                    break
                for message in (yield Collect(self._patience())):
                    yield from self._take(message)
                yield from self._wake()
        finally:
            for life, _ in self._unsent():  # it may give back what it holds for this
                with suppress(Stopped):
                    life.flow.throw(Stopped())
            for life in self._alive:
                life.flow.close()
        if self.halted is not None:
            raise self.halted

    def halt(self, error: BaseException) -> None:
        """Begin nothing new any more. Of several errors, one that carries the id of a job is raised."""
        told = self.halted
        if told is None or error is told:
            self.halted = error
            return
        dearer = getattr(error, "job_id", None) and isinstance(told, LegnextError) and not getattr(told, "job_id", None)
        self.halted, also = (error, told) if dearer else (told, error)
        self.halted.add_note(f"Also: {also}")

    # ---- what begins --------------------------------------------------------------------------------------------

    def _begin(self) -> Flow[None]:
        yield from self._give_room()
        while self._wants_more():
            flow = self._next_row()
            if flow is None:
                break
            life = yield from self._live(flow)
            yield from self._give_room()
            if life not in self._alive:  # it was over before: who is told of thousands of these may say something
                break
        if self.halted is not None or not self._begins:
            yield from self._dismiss()
        yield from self._start_asides()

    def _all_read(self) -> bool:
        """Whether there is no row left; one that is there, and for which there is no room yet, is kept for later."""
        flow = self._next_row()
        if flow is not None:
            self._rows = chain([flow], self._rows or ())
        return flow is None

    def _next_row(self) -> LifeFlow[None] | None:
        """The next row, as long as there are any and something is begun."""
        flow = None
        if self._rows is not None and self.halted is None:
            try:
                flow = next(self._rows, None)
            except Exception as error:  # the rows cannot be read on: what runs is waited for
                self.halt(error)
        if flow is None:
            self._rows = None
        return flow

    def _live(self, flow: LifeFlow[None]) -> Flow[_Life]:
        life = _Life(flow)
        self._alive.add(life)
        yield from self._resume(life, None)
        return life

    def _wants_more(self) -> bool:
        fetching = self._downloading + len(self._for_downloads)
        return not self._for_room and self.occupied < self._pacing.jobs and fetching < 2 * DOWNLOADS

    def _give_room(self) -> Flow[None]:
        while self._for_room and self.halted is None and self._begins:
            if self._short_of_points or self.occupied >= max(1, self._pacing.jobs):
                return
            if self._pacing.next_submission > self._clock():
                return
            life, room = self._for_room.popleft()
            try:
                found = room.attempt()
            except BudgetExceeded as error:
                if self._occupied:
                    self._for_room.appendleft((life, room))
                    self._short_of_points = True
                    return
                self.halt(error)
                yield from self._resume(life, None, Stopped())
            except Exception as error:
                yield from self._resume(life, None, error)
            else:
                self._place(life)
                yield from self._resume(life, found)

    def _start_asides(self) -> Flow[None]:
        while self._for_requests and self._pacing.next_request <= self._clock():
            life, aside = self._for_requests.popleft()
            self._pacing.began()
            yield Start((life, life.turn, False), aside.flow, aside.finish)
        while self._for_downloads and self._downloading < DOWNLOADS:
            life, aside = self._for_downloads.popleft()
            self._downloading += 1
            yield Start((life, life.turn, True), aside.flow, aside.finish)

    def _dismiss(self) -> Flow[None]:
        """Send away who waits to begin something, or for what may never come."""
        waiting = [life for life, _ in self._for_room] + [life for life in self._ears.values() if not life.needed]
        self._for_room.clear()
        waiting += [life for life, _ in self._unsent()]
        for life in waiting:
            yield from self._resume(life, None, Stopped())

    def _unsent(self) -> list[tuple[_Life, Aside]]:
        """Who waits to send what was to be finished once begun; they wait no more."""
        unsent = [(life, aside) for life, aside in self._for_requests if aside.finish]
        self._for_requests = deque(one for one in self._for_requests if not one[1].finish)
        return unsent

    # ---- what happens -------------------------------------------------------------------------------------------

    def _patience(self) -> float:
        if self._rows is not None and self._wants_more():
            return 0.0
        moments: list[float] = []
        if self._pauses:
            moments.append(self._pauses[0][0])
        if self._for_requests:
            moments.append(self._pacing.next_request)
        if self.occupied >= self._pacing.jobs or self._short_of_points:
            moments.extend(self._ghosts[:1])
        elif self._for_room:
            moments.append(self._pacing.next_submission)
        return max(0.0, min(moments) - self._clock()) if moments else float("inf")

    def _take(self, message: Ended | Told) -> Flow[None]:
        if isinstance(message, Ended):
            life, turn, download = message.tag
            self._downloading -= download
            if turn == life.turn:
                yield from self._resume(life, message.result, message.error)
        elif isinstance(message.value, Heard):
            ear, value = message.value
            life = self._ears.get(ear)
            if life is not None:
                yield from self._resume(life, value)
            elif (flow := self._heard_late(ear, value)) is not None:
                yield from self._live(flow)
            else:
                self.unheard[ear] = value
                if len(self.unheard) > MISSED:
                    del self.unheard[next(iter(self.unheard))]
        else:
            self.halt(message.value)

    def _heard_late(self, ear: str, value: Any) -> LifeFlow[None] | None:
        try:
            return self._late(ear, value)
        except Exception as error:
            self.halt(error)
            return None

    def _wake(self) -> Flow[None]:
        now = self._clock()
        while self._pauses and self._pauses[0][0] <= now:
            _, _, life, turn = heapq.heappop(self._pauses)
            if turn == life.turn:
                yield from self._resume(life, None)

    # ---- lives --------------------------------------------------------------------------------------------------

    def _resume(self, life: _Life, value: Any, error: BaseException | None = None) -> Flow[None]:
        life.turn += 1
        if life.ear is not None:
            self._ears.pop(life.ear, None)
            life.ear = None
        try:
            while True:
                effect: Any = life.flow.send(value) if error is None else life.flow.throw(error)
                error = None
                value = self._answer(life, effect)
                if value is _WAITS:
                    return
                if value is _OUTSIDE:
                    value = yield effect
        except (StopIteration, Stopped):
            pass
        except Exception as failure:
            self.halt(failure)
        self._alive.discard(life)
        self._leave(life, None)

    def _answer(self, life: _Life, effect: Any) -> Any:
        """What a life gets for what it yields, if that is there already and can be had here."""
        match effect:
            case Room():
                self._leave(life, None)
                self._for_room.append((life, effect))
            case Aside(_, request):
                (self._for_requests if request else self._for_downloads).append((life, effect))
            case Pause(until, ear, needed):
                if ear is not None and ear in self.unheard:
                    return self.unheard.pop(ear)
                heapq.heappush(self._pauses, (until, next(self._number), life, life.turn))
                life.needed = needed
                if ear is not None:
                    life.ear = ear
                    self._ears[ear] = life
            case Occupy():
                return self._place(life)
            case Leave(until):
                return self._leave(life, until)
            case Halt(error):
                return self.halt(error)
            case _:
                return _OUTSIDE
        return _WAITS

    def _place(self, life: _Life) -> None:
        if not life.placed:
            life.placed = True
            self._occupied += 1

    def _leave(self, life: _Life, until: float | None) -> None:
        self._short_of_points = False
        if life.placed:
            life.placed = False
            self._occupied -= 1
            if until is not None:
                heapq.heappush(self._ghosts, until)
