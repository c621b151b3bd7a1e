"""Where the files of a batch go: nothing that is paid for is overwritten by what is made anew under the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from legnext_client import VideoChain
from tests.systems import needs_links

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_what_a_changed_row_makes_leaves_the_files_that_were_paid_for_before(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    row: dict[str, Any] = {"key": "a", "text": "a fox"}
    [first], _ = world.batch([row], download=out)
    before = contents(out)
    assert [path.name for path in first.files] == [f"a_{n}.png" for n in range(4)]

    row["text"] = "a dog"
    [second], _ = world.batch([row], download=out)
    assert [path.name for path in second.files] == [f"a_{second.job.job_id}_{n}.png" for n in range(4)]
    after = contents(out)
    assert {name: after[name] for name in before} == before
    assert len(after) == 8

    second.files[0].unlink()
    [again], _ = world.batch([row], download=out)
    assert again.files == second.files, "a later run finds its own files again"
    assert contents(out) == after
    assert len(world.server.ledger) == 2

    row["text"] = "a fox"
    [third], _ = world.batch([row], download=out)
    assert third.job.job_id not in (first.job.job_id, second.job.job_id)
    assert len(contents(out)) == 12


def test_a_changed_chain_leaves_the_chain_before(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    world.batch([{"key": "chain", "chain": VideoChain.start("waves").upscale()}], download=out)
    before = contents(out)
    [chain], _ = world.batch([{"key": "chain", "chain": VideoChain.start("a storm").upscale()}], download=out)
    assert [path.name for path in chain.files] == [f"chain_{chain.job.job_id}_0.mp4"]
    assert contents(out) == before | {path.name: path.read_bytes() for path in chain.files}


def test_a_row_that_failed_before_has_made_nothing_and_is_named_by_its_key(world: World, tmp_path: Path) -> None:
    row = {"key": "a", "text": "a fox"}
    world.server.faults.add("job_fails", times=1)
    world.batch([row], download=tmp_path / "out")
    [made], _ = world.batch([row], download=tmp_path / "out", retry_failed=True)
    assert [path.name for path in made.files] == [f"a_{n}.png" for n in range(4)]


def test_names_by_the_job_alone_stay_as_they_are(world: World, tmp_path: Path) -> None:
    for text in ("a fox", "a dog"):
        options: dict[str, Any] = {"download": tmp_path / "out", "name": "{job_id}_{n}{ext}"}
        [made], _ = world.batch([{"key": "a", "text": text}], **options)
        assert [path.name for path in made.files] == [f"{made.job.job_id}_{n}.png" for n in range(4)]


def test_what_another_journal_has_made_under_the_same_key_is_left_alone(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    world.batch([{"key": "a", "text": "monday"}], tmp_path / "monday.db", download=out)
    before = contents(out)
    row = {"key": "a", "text": "tuesday"}
    [made], _ = world.batch([row], tmp_path / "tuesday.db", download=out)
    assert [path.name for path in made.files] == [f"a_{made.job.job_id}_{n}.png" for n in range(4)]
    after = contents(out)
    assert {name: after[name] for name in before} == before
    assert len(after) == 8

    made.files[0].unlink()
    [again], _ = world.batch([row], tmp_path / "tuesday.db", download=out)
    assert (again.files, contents(out)) == (made.files, after), "a later run finds its own files again"


@needs_links
def test_only_a_name_that_is_taken_is_another(world: World, tmp_path: Path) -> None:
    (out := tmp_path / "out").mkdir()
    (out / "a_1.png").write_text("notes of a stranger")
    (out / "a_2.png").mkdir()
    (out / "a_3.png").symlink_to(tmp_path / "nowhere")
    [made], _ = world.batch([{"key": "a", "text": "a fox"}], download=out)
    own = f"a_{made.job.job_id}"
    assert [path.name for path in made.files] == ["a_0.png", f"{own}_1.png", f"{own}_2.png", f"{own}_3.png"]
    assert (out / "a_1.png").read_text() == "notes of a stranger"
    assert (out / "a_2.png").is_dir()
    assert (out / "a_3.png").is_symlink()


def test_another_file_of_the_same_length_is_another_file(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    [made], _ = world.batch([{"key": "a", "text": "a fox"}], download=out)
    first, second, *_ = made.files
    changed = first.read_bytes()[:-1] + b"\0"
    first.write_bytes(changed)
    second.unlink()
    [again], _ = world.batch([{"key": "a", "text": "a fox"}], download=out)
    assert first.read_bytes() == changed
    assert [path.name for path in again.files[:2]] == [f"a_{made.job.job_id}_0.png", "a_1.png"]
    assert len(contents(out)) == 5


def test_a_taken_name_in_a_folder_of_the_key_leads_to_a_folder_of_the_job(world: World, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options: dict[str, Any] = {"download": out, "name": "{key}/{n}{ext}"}
    world.batch([{"key": "a", "text": "monday"}], tmp_path / "monday.db", **options)
    [made], _ = world.batch([{"key": "a", "text": "tuesday"}], tmp_path / "tuesday.db", **options)
    assert {path.parent for path in made.files} == {out / f"a_{made.job.job_id}"}
    assert all(path.is_file() for path in made.files)
    assert len(list(out.glob("*/*"))) == 8
    assert not list(out.glob("*/.*")), "nothing unfinished is left"


@needs_links
def test_a_spare_name_does_not_lead_out_of_the_directory(world: World, tmp_path: Path) -> None:
    (out := tmp_path / "out").mkdir()
    (elsewhere := tmp_path / "elsewhere").mkdir()
    options: dict[str, Any] = {"download": out, "name": "{key}/{n}{ext}"}
    [made], _ = world.batch([{"key": "a", "text": "a fox"}], **options)
    for path in made.files:
        path.write_text("edited")
    made.files[0].unlink()
    (out / f"a_{made.job.job_id}").symlink_to(elsewhere)
    [again], _ = world.batch([{"key": "a", "text": "a fox"}], **options)
    assert "leads out of" in str(again.error)
    assert list(elsewhere.iterdir()) == []
    assert [path.read_text() for path in made.files[1:]] == ["edited"] * 3
