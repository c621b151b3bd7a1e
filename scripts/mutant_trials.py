"""Run the tests of a module with its changes in it, each in a process of its own: what `scripts/mutate.py` asks for.

The tests are collected once, with all changes woven in and none in force. Then a copy of that process is made for each
change, puts it in force, and runs the tests that reach it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import hypothesis
import pytest
from mutants import ASK, Mutant, mutants_of, woven

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import CodeType, ModuleType

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "legnext_client" / "core"

EXAMPLES = 25
_TOO_LONG = 5.0
"""A test of so many seconds is not run a thousand times."""
_MEMORY = 4 * 2**30


class Result(NamedTuple):
    """What became of one change: `killed`, `survived`, or `unreached` by any test."""

    mutant: Mutant
    fate: str


class Survey(NamedTuple):
    """Of each test, by its place: how long it took, and the changes that it reaches; and which fail without any."""

    seconds: dict[int, float]
    reached: dict[int, set[int]]
    failing: list[str]


def tried(module: str, tests: Sequence[str], lines: Sequence[int] | None) -> list[Result]:
    """What becomes of each change of a module of the core, or of those in some lines, with these tests."""
    source = (CORE / f"{module}.py").read_text("utf-8")
    mutants = [mutant for mutant in mutants_of(source) if not lines or mutant.line in lines]
    late, order = in_child(partial(_session, module, tests, _Late([mutant for mutant in mutants if not mutant.early])))
    early = [mutant for mutant in mutants if mutant.early]
    return sorted(
        [*late, *(Result(one, in_child(partial(_session, module, tests, _Early(one, order)))) for one in early)]
    )


def _session(module: str, tests: Sequence[str], trial: _Trial) -> Any:
    """Collect the tests of a module, with its changes in it, and let the trial run them."""
    os.chdir(ROOT)
    _silence()
    early = trial.mutant.number if isinstance(trial, _Early) else None
    sys.meta_path.insert(0, _Finder(f"legnext_client.core.{module}", CORE / f"{module}.py", early))
    settings = hypothesis.settings
    settings.register_profile(
        "mutants",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    settings.load_profile("mutants")
    pytest.main(
        ["-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler", *tests],
        [trial],
    )
    return trial.result


class _Trial:
    """A pytest plugin that runs the collected tests in its own way."""

    result: Any = "killed"  # what cannot even be imported is noticed

    def __init__(self) -> None:
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = getattr(item, "obj", None)
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if test is not None and own is not None:
                few = hypothesis.settings(
                    hypothesis.settings.get_profile("mutants"), max_examples=min(EXAMPLES, own.max_examples)
                )
                getattr(test, "__func__", test)._hypothesis_internal_use_settings = few

    def _passes(self, item: pytest.Item, usual: float = 1.0) -> bool:
        # A change may make a test run for ever: the process ends, by its own time or by that on the wall.
        signal.setitimer(signal.ITIMER_PROF, 3.0 + 10 * usual)
        signal.setitimer(signal.ITIMER_REAL, 8.0 + 8 * usual)
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed


class _Late(_Trial):
    """Tries each change of the functions in a process that has everything imported and collected."""

    def __init__(self, mutants: list[Mutant]) -> None:
        super().__init__()
        self._mutants = mutants

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        module = next(finder for finder in sys.meta_path if isinstance(finder, _Finder)).module
        survey: Survey = in_child(partial(self._surveyed, session.items, module))
        for name in survey.failing:
            print(f"  fails without any change, and is left out: {name}", file=sys.stderr)
        results: list[Result] = []
        kills = dict.fromkeys(survey.seconds, 0)
        for mutant in self._mutants:
            places = [place for place, reached in survey.reached.items() if mutant.number in reached]
            places.sort(key=lambda place: survey.seconds[place] / (1 + kills[place]))
            killer = in_child(partial(self._killer, mutant, places, session, module, survey), "killed")
            if isinstance(killer, int):
                kills[killer] += 1
            fate = "unreached" if not places else "survived" if killer is None else "killed"
            results.append(Result(mutant, fate))
            if fate != "killed":  # at once: a module may take an hour
                said = f"  {len(results)} of {len(self._mutants)}, line {mutant.line}, {fate}: {mutant.name}"
                print(said, file=sys.stderr, flush=True)
        order = sorted(survey.seconds, key=lambda place: (not survey.reached[place], survey.seconds[place]))
        self.result = results, [session.items[place].nodeid for place in order]
        return True

    def _surveyed(self, items: Sequence[pytest.Item], module: ModuleType) -> Survey:
        survey = Survey({}, {}, [])
        for place, item in enumerate(items):
            reached: set[int] = set()
            module.__dict__[ASK] = _noting(reached)
            for value in list(module.__dict__.values()):  # what is remembered from one test is not reached by the next
                getattr(value, "cache_clear", int)()
            begun = time.process_time()
            passes, seconds = self._passes(item, 30.0), time.process_time() - begun
            if not passes:
                survey.failing.append(item.nodeid)
            elif seconds < _TOO_LONG:
                survey.seconds[place], survey.reached[place] = seconds, reached
        return survey

    def _killer(
        self, mutant: Mutant, places: Iterable[int], session: pytest.Session, module: ModuleType, survey: Survey
    ) -> int | None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        module.__dict__[ASK] = mutant.number.__eq__
        return next((place for place in places if not self._passes(session.items[place], survey.seconds[place])), None)


class _Early(_Trial):
    """Tries one change that takes effect when the module is imported."""

    def __init__(self, mutant: Mutant, order: list[str]) -> None:
        super().__init__()
        self.mutant = mutant
        self._order = order

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not session.testsfailed:
            items = {item.nodeid: item for item in session.items}
            passes = all(self._passes(items[name], 10.0) for name in self._order if name in items)
            self.result = "survived" if passes else "killed"
        return True


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the module under trial, with its changes in it."""

    module: ModuleType

    def __init__(self, name: str, path: Path, early: int | None) -> None:
        self._name, self._path, self._early = name, path, early

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Loader(fullname, str(self._path))
        loader.finder, loader.early = self, self._early
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    finder: _Finder
    early: int | None

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[ASK] = (-1).__eq__
        self.finder.module = module
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  # named as it is there
        return compile(woven(Path(self.path).read_text("utf-8"), self.early), self.path, "exec")


def _noting(reached: set[int]) -> Callable[[int], bool]:
    def asked(number: int) -> bool:
        reached.add(number)
        return False

    return asked


def in_child(work: Callable[[], Any], otherwise: Any = "killed") -> Any:
    """What a function gives in a process of its own; `otherwise` when that process does not live to tell."""
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if not child:
            try:
                pickle.dump(work(), told)
                told.flush()
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        told.seek(0)
        try:
            return pickle.load(told)
        except EOFError:
            return otherwise


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
