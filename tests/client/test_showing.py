"""Jobs, results, chains and batches show themselves in a notebook; bars of Rich, tqdm and notebooks take one line."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from rich.console import Console
from traitlets.config import Config

from legnext_client import Client, ConfigurationError, JobFailed, VideoChain, WaitTimeout, progress
from legnext_client.testing import MockServer
from tests.facts import DIFFUSION

from .worlds import KEY, Colour, Service, done
from .worlds import job as _job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ROWS = [("diffusion", {"text": "a cat"}), ("describe", {"img_url": "https://example.com/a.png"})]


@pytest.fixture(scope="module")
def shell() -> Any:
    return InteractiveShell.instance(colors="nocolor", config=Config({"HistoryManager": {"enabled": False}}))


def shown(shell: Any, value: object) -> str:
    """The HTML that a notebook gets of a value."""
    data, _ = shell.display_formatter.format(value)
    assert data["text/plain"] == repr(value)
    return str(data["text/html"])


def test_a_running_job_is_a_bar_and_a_done_one_its_pictures(colour: Colour, shell: Any) -> None:
    running = _job("processing", output={"image_urls": []}, progress=40, meta={"usage": {"frozen": 80}})
    client = colour.client(Service(running, done(meta={"usage": {"consume": 80}})))
    made = colour.do(client.midjourney.diffusion(text="a cat"))
    html = shown(shell, made)
    assert '<progress max="100" value="40"></progress> 40 %' in html
    assert "processing · 80 points held · j1" in html
    colour.do(made.wait())
    html = shown(shell, made)
    assert html.count("<img ") == 4
    assert 'src="https://files.test/j1-0.png" loading="lazy" referrerpolicy="no-referrer"' in html
    assert "completed · 80 points · j1" in html
    assert "<progress" not in html
    assert KEY not in html
    assert len(client._transport._service.sent) == 2, "showing sends nothing"


def test_everything_is_escaped_and_only_web_addresses_are_sources(colour: Colour, shell: Any) -> None:
    evil = '"><script>alert(1)</script>'
    answer = done(
        task_type=evil,
        output={"image_urls": [f"https://x.test/{evil}", f"javascript:{evil}"], "prompts": [evil], "description": evil},
    )
    made = colour.do(colour.client(Service(answer)).tasks.get("j1"))
    failed = colour.do(colour.client(Service(_job("failed", error={"code": 1, "message": evil}))).tasks.get("j1"))
    for html in (shown(shell, made), shown(shell, failed)):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert all(
        source.startswith("https://x.test/&quot;")
        for source in re.findall(r'(?:src|href)="([^"]*)', shown(shell, made))
    )


def test_a_batch_and_its_results_show_themselves(colour: Colour, shell: Any, tmp_path: Path) -> None:
    with MockServer(in_process=True, credits=1000) as mock:
        mock.faults.add("job_fails", times=1)
        client: Any = mock.async_client() if colour.is_async else mock.client()
        batch = client.batch(ROWS, tmp_path / "run.db", concurrency=1)
        results = sorted(colour.do(batch) if colour.is_async else list(batch), key=lambda result: result.ok)
        failed, fine = (shown(shell, result) for result in results)
        assert "failed" in failed
        assert fine.count("<li>") or fine.count("<img ")
        assert re.search(
            r'<progress max="2" value="2"></progress> \w*Batch 1 done, 1 failed, 2 total, \d+ points',
            shown(shell, batch),
        )
        colour.do(client.close())


def test_a_chain_shows_its_video(colour: Colour, shell: Any) -> None:
    with MockServer(in_process=True, credits=10_000) as mock:
        client: Any = mock.async_client() if colour.is_async else mock.client()
        html = shown(shell, colour.do(client.run(VideoChain.start("waves").extend("night falls"))))
        colour.do(client.close())
    assert html.count("<video ") == 4
    assert "chain · 8 s · " in html
    assert html.count("<img ") == 0


# ---- bars ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits() -> Iterator[Client]:
    with MockServer(in_process=True, credits=1000) as mock, mock.client() as client:
        yield client


def screen() -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None, legacy_windows=False)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_rich_in_one_line(waits: Client, tmp_path: Path) -> None:
    console = screen()
    job = waits.midjourney.diffusion(text="a cat").wait(on_progress=progress.rich(console))
    assert re.search(rf"diffusion ━+ 100% completed, {DIFFUSION} points", written(console))
    assert written(console).endswith("\x1b[?25h"), "the cursor is back"
    job.download(tmp_path, on_progress=progress.rich(console))
    assert f"{job.job_id}_0" in written(console)


def test_tqdm_in_one_line(waits: Client, tmp_path: Path) -> None:
    file = io.StringIO()
    for result in waits.batch(ROWS, tmp_path / "run.db", on_progress=progress.tqdm(file=file, ncols=100)):
        assert result.ok
    text = file.getvalue()
    assert "rows 100% |" in text
    assert re.search(rf"diffusion-\w+  diffusion 100% \|.*completed, {DIFFUSION} points", text)


def test_what_is_printed_meanwhile_goes_where_it_is_piped(
    waits: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    console = screen()
    for result in waits.batch([*ROWS, *ROWS], tmp_path / "run.db", concurrency=1, on_progress=progress.rich(console)):
        print(result.key)
    assert len(capsys.readouterr().out.split()) == 4
    assert written(console).count("\x1b[?25l") == 1, "one display for all rows"
    assert "4 of 4" in written(console)


def test_an_async_client_takes_the_same_bars(tmp_path: Path) -> None:
    console, colour = screen(), Colour("async")
    with MockServer(in_process=True, credits=1000) as mock:
        client = mock.async_client()
        colour.do(client.batch(ROWS, tmp_path / "run.db", on_progress=progress.rich(console)))
        colour.do(client.close())
    assert "2 of 2" in written(console)
    assert written(console).endswith("\x1b[?25h")
    colour.close()


def test_a_wait_that_is_left_leaves_no_bar_behind(waits: Client) -> None:
    console = screen()
    job = waits.midjourney.diffusion(text="a cat")
    with pytest.raises(WaitTimeout):
        job.wait(timeout=0, on_progress=progress.rich(console))
    with progress.rich(console) as bars:
        bars(job)
    assert written(console).count("\x1b[?25l") == written(console).count("\x1b[?25h") == 2


def test_a_notebook_shows_the_job_while_it_is_waited_for(shell: Any, waits: Client) -> None:
    from IPython.utils.capture import capture_output

    shell.push({"client": waits, "progress": progress})
    with capture_output() as captured:
        ended = shell.run_cell(
            'client.midjourney.diffusion(text="a cat").wait(on_progress=progress.notebook()).status', silent=False
        )
    ended.raise_error()
    assert ended.result == "completed"
    first, *_, last = [output.data["text/html"] for output in captured.outputs]
    assert "<progress" in first
    assert last.count("<img ") == 4
    assert (
        len(
            {
                output.metadata.get("display_id") or output.transient["display_id"]
                for output in captured.outputs
                if output.transient
            }
        )
        == 1
    )


def test_a_failed_job_ends_its_bar() -> None:
    console, colour = screen(), Colour("sync")
    job = colour.client(Service(_job(), _job("failed", error={"code": 1, "message": "no luck"}))).tasks.get("j1")
    with pytest.raises(JobFailed):
        job.wait(on_progress=progress.rich(console))
    assert "failed" in written(console)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name, make in (
        ("rich.progress", progress.rich),
        ("tqdm.auto", progress.tqdm),
        ("IPython.display", progress.notebook),
    ):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(ConfigurationError, match=r"is not installed\. Run: pip install"):
            make()
