"""What is released can be built again by anybody, holds what it must, and was tried before it was put into dist/."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

import dist
from legnext_client import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMITTED_AT = 1_700_000_000
LEFT_OUT = {".ci/run", ".gitattributes"}
"""What concerns this repository alone."""

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "small"
version = "1.0"
dependencies = ["attrs>=23.2", "httpx>=0.27,<1; python_version > '3'"]
[project.optional-dependencies]
more = ["rich>=13.8"]
[tool.hatch.build.targets.sdist]
include = ["/small", "/hatch_build.py"]
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, committed once."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    tree = tmp_path / "tree"
    (tree / "small").mkdir(parents=True)
    (tree / "small" / "__init__.py").write_text("", encoding="utf-8")
    (tree / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    environment = {**os.environ, "GIT_COMMITTER_DATE": f"{COMMITTED_AT} +0000"}
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *who, *words], cwd=tree, env=environment, check=True)
    return tree


def checks(monkeypatch: pytest.MonkeyPatch, **commands: list[str]) -> None:
    monkeypatch.setattr(dist, "CHECKS", commands)
    monkeypatch.setattr(dist, "WHICH", dict.fromkeys(commands, (".whl",)))


def test_it_comes_out_the_same_twice_and_bears_the_time_of_the_commit(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks(monkeypatch)
    dist.release(tree, tmp_path / "out", tmp_path, install=False, tag="v1.0")
    wheel, sdist = sorted((tmp_path / "out").iterdir(), key=lambda file: file.suffix, reverse=True)
    with tarfile.open(sdist) as archive:
        assert {member.mtime for member in archive.getmembers()} == {COMMITTED_AT}
    with zipfile.ZipFile(wheel) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def prebuilt(monkeypatch: pytest.MonkeyPatch, *builds: Path) -> None:
    """Let the builds in turn give these wheels, or the last one again and again."""
    made = [*builds]
    monkeypatch.setattr(dist, "unpacked", lambda *_: Path())
    monkeypatch.setattr(
        dist, "built", lambda *_, **__: dict.fromkeys((".tar.gz", ".whl"), made.pop(0) if len(made) > 1 else made[0])
    )


def test_what_does_not_come_out_the_same_is_named_and_not_released(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "second").mkdir()
    prebuilt(monkeypatch, wheel_of(tmp_path), wheel_of(tmp_path / "second", value=2))
    with pytest.raises(dist.Failed, match=r"does not come out the same twice: small\.py"):
        dist.release(tree, tmp_path / "out", tmp_path, install=False)
    assert not (tmp_path / "out").exists()


def test_an_sdist_that_cannot_build_the_wheel_is_not_released(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks(monkeypatch)
    (tree / "pyproject.toml").write_text(PROJECT.replace("/small", "/nothing"), encoding="utf-8")
    with pytest.raises(dist.Failed, match="-m build failed"):
        dist.release(tree, tmp_path / "out", tmp_path, install=False)
    assert not (tmp_path / "out").exists()


def test_what_a_checker_finds_stops_the_release(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = Path(sys.executable).name
    prebuilt(monkeypatch, wheel_of(tmp_path))
    checks(monkeypatch, grumbler=[python, "-c", "import sys; sys.exit('no readme in ' + sys.argv[1])"])
    with pytest.raises(dist.Failed, match=r"no readme in .*small-1\.0-.*\.whl"):
        dist.release(tree, tmp_path / "out", tmp_path, install=False)
    assert not (tmp_path / "out").exists()


def test_a_tag_of_another_version_stops_the_release(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prebuilt(monkeypatch, wheel_of(tmp_path))
    with pytest.raises(dist.Failed, match=r"the tag is v1\.1, but the version is 1\.0"):
        dist.release(tree, tmp_path / "out", tmp_path, install=False, tag="v1.1")
    assert not (tmp_path / "out").exists()


def test_the_tag_that_the_environment_names_is_data_and_must_be_that_of_the_version(tree: Path, tmp_path: Path) -> None:
    tag = 'v1$(touch${IFS}owned)";touch owned;"'  # `git check-ref-format` allows such names
    for name in ("Makefile", "scripts/dist.py"):
        (tree / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    (tree / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tree / ".venv").symlink_to(Path(sys.prefix))
    environment = {**os.environ, "RELEASE_TAG": tag}
    command = ["make", "--assume-old=.venv/.ready", "dist", f"OPTIONS=--no-install --output={tmp_path / 'out'}"]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"the tag is {tag}, but the version is 1.0" in done.stderr
    assert not (tree / "owned").exists()


def test_what_is_not_committed_is_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dist.date_of(tree) == str(COMMITTED_AT)
    assert capsys.readouterr().err == ""
    (tree / "new.py").write_text("", encoding="utf-8")
    assert dist.date_of(tree) == str(COMMITTED_AT)
    assert "holds uncommitted changes" in capsys.readouterr().err


def test_a_time_that_is_asked_for_is_taken(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    assert dist.date_of(tree) == "1600000000"


def test_a_link_that_leads_nowhere_on_the_page_of_an_index_stops_the_release(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "See [it](docs/it.md), [that](https://example.com) and [this](#below).\n```\n[not](one)\n```\n![so](a.png)\n"
    prebuilt(monkeypatch, wheel_of(tmp_path, text=text))
    with pytest.raises(dist.Failed, match=r"lead nowhere outside of the repository: docs/it\.md, a\.png$"):
        dist.release(tree, tmp_path / "out", tmp_path, install=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ""),
        ({"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b"}, "https://github.example/a/b"),
        ({"GITHUB_SERVER_URL": "https://github.example"}, ""),
        ({"GITHUB_REPOSITORY": "a/b", "REPOSITORY_URL": "https://example.com/c"}, "https://example.com/c"),
    ],
)
def test_where_the_repository_is_follows_from_the_environment(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "REPOSITORY_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert dist.repository() == expected


# ---- installing -------------------------------------------------------------------------------------------------


def wheel_of(folder: Path, *requirements: str, value: int = 1, text: str = "") -> Path:
    """A wheel with these requirements; installable, if it has none."""
    lines = "".join(f"Requires-Dist: {one}\n" for one in requirements)
    wheel = folder / "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small.py", f"value = {value}\n")
        metadata = f"Metadata-Version: 2.1\nName: small\nVersion: 1.0\n{lines}\n{text}"
        archive.writestr("small-1.0.dist-info/METADATA", metadata)
        archive.writestr("small-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("small-1.0.dist-info/RECORD", "")
    return wheel


def test_the_lowest_versions_are_those_that_the_wheel_names(tmp_path: Path) -> None:
    wheel = wheel_of(
        tmp_path, "attrs>=23.2", "httpx<1,>=0.27", "uvloop>=0.20; sys_platform != 'win32' and extra == 'a'"
    )
    assert dist.lowest(wheel) == ["attrs==23.2", "httpx==0.27", "uvloop==0.20"]


def test_a_requirement_without_a_lowest_version_is_not_released(tmp_path: Path) -> None:
    with pytest.raises(dist.Failed, match="no lowest version is named for httpx"):
        dist.lowest(wheel_of(tmp_path, "attrs>=23.2", "httpx<1"))


def test_a_wheel_that_does_not_work_when_installed_is_told_with_the_versions_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = dist.run

    def without_pip(*words: str, **options: Any) -> str:
        """Only the trial itself; `make dist` has pip install the wheel each time."""
        if words[1] == "-I":
            return run(sys.executable, *words[1:], **options)
        return "small @ here" if words[-1] == "freeze" else ""

    monkeypatch.setattr(dist, "run", without_pip)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "smoke.py").write_text("assert False, 'wrong'\n", "utf-8")
    (tmp_path / "README.md").write_text("pip install legnext-client  # Python 3.11\n", "utf-8")
    monkeypatch.setattr(dist, "ROOT", tmp_path)
    with pytest.raises(dist.Failed) as caught:
        dist.tried(wheel_of(tmp_path), [], tmp_path / "environment", "newest")
    told = str(caught.value)
    assert "with the newest versions" in told
    assert "small @ " in told
    assert "AssertionError: wrong" in told


# ---- this project -----------------------------------------------------------------------------------------------


REPOSITORY = "https://github.example/a/b"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPOSITORY_URL", REPOSITORY)
        yield dist.built(ROOT, tmp_path_factory.mktemp("built") / "dist", str(COMMITTED_AT))


def test_what_an_index_shows_leads_to_the_files_of_the_tag(files: dict[str, Path]) -> None:
    metadata = dist.metadata_of(files[".whl"])
    text = str(metadata.get_payload())
    assert dist.leading_nowhere(files[".whl"]) == []
    assert f"]({REPOSITORY}/blob/v{__version__}/docs/quick-start.md)" in text
    assert f"]({REPOSITORY}/raw/v{__version__}/docs/assets/gallery.png)" in text
    shown = dict(one.split(", ") for one in metadata.get_all("Project-URL", []))
    assert shown["Source"] == REPOSITORY
    assert shown["Changelog"] == f"{REPOSITORY}/blob/v{__version__}/CHANGELOG.md"
    assert shown["Documentation"] == f"{REPOSITORY}/blob/v{__version__}/docs/index.md"
    assert shown["Service"] == "https://legnext.ai"


def metadata(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a build of a tree would say of it, where nobody says where the repository is."""
    monkeypatch.delenv("REPOSITORY_URL", raising=False)
    return json.loads(dist.run(sys.executable, "-m", "hatchling", "metadata", cwd=tree))


def test_an_sdist_keeps_the_addresses_that_it_was_built_with(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = metadata(dist.unpacked(files[".tar.gz"], tmp_path), monkeypatch)
    assert f"]({REPOSITORY}/blob/v{__version__}/docs/quick-start.md)" in again["readme"]["text"]
    assert again["urls"]["Source"] == REPOSITORY


def test_without_an_address_the_text_stays_and_no_link_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = metadata(ROOT, monkeypatch)["readme"]["text"]
    assert dist.leading_nowhere(wheel_of(tmp_path, text=text)) == []
    assert "| Quick start |" in text


def names_in_sdist(sdist: Path) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        yield from (name.partition("/")[2] for name in archive.getnames())


USED_ALONE = """
import json, sys
sys.path[:0] = sys.argv[1:]
from importlib.metadata import version
from importlib.resources import files
import httpx
import legnext_client
from legnext_client.generated import AuthenticatedClient
from legnext_client.generated.api.midjourney import diffusion
from legnext_client.generated.models import DiffusionRequest

sent = []

def service(request):
    sent.append([request.method, str(request.url), request.headers["x-api-key"], json.loads(request.content)])
    return httpx.Response(200, json={"job_id": "a-job", "status": "pending", "new": 1})

with AuthenticatedClient(token="k", httpx_args={"transport": httpx.MockTransport(service)}) as client:
    job = diffusion.sync(client=client, body=DiffusionRequest(text="a lighthouse"))

legnext_client.Client(api_key="x").close()
package = files("legnext_client")
print(json.dumps({
    "file": legnext_client.__file__,
    "version": [legnext_client.__version__, version("legnext-client")],
    "exports": [name for name in legnext_client.__all__ if getattr(legnext_client, name) is None],
    "sent": sent,
    "job": job.to_dict(),
    "typed": package.joinpath("py.typed").is_file(),
    "json": json.loads(package.joinpath("openapi.json").read_text(encoding="utf-8")),
}))
"""


def needed(name: str) -> Iterator[Distribution]:
    """What a package needs without extras, and what that needs."""
    for text in requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield distribution(requirement.name)
            yield from needed(requirement.name)


@pytest.fixture(scope="module")
def alone(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program reports that finds the wheel, what the wheel needs, and the standard library."""
    folder = tmp_path_factory.mktemp("alone")
    with zipfile.ZipFile(files[".whl"]) as archive:
        archive.extractall(folder / "package")
    (folder / "needed").mkdir()
    for one in needed("legnext-client"):
        for name in {file.parts[0] for file in one.files or ()} - {"..", "__pycache__"}:
            link = folder / "needed" / name
            if not link.exists():
                link.symlink_to(Path(str(one.locate_file(name))))
    command = [sys.executable, "-I", "-S", "-c", USED_ALONE, str(folder / "package"), str(folder / "needed")]
    report: dict[str, Any] = json.loads(dist.run(*command, cwd=folder))
    assert Path(report["file"]).is_relative_to(folder)
    return report


def test_httpx_attrs_and_dateutil_are_enough(files: dict[str, Path], alone: dict[str, Any]) -> None:
    asked = [Requirement(text) for text in dist.metadata_of(files[".whl"]).get_all("Requires-Dist", [])]
    assert {one.name for one in asked if one.marker is None} == {
        *("attrs", "httpx", "python-dateutil"),
        *("anyio", "httpcore"),  # which httpx needs
    }
    assert alone["version"] == [__version__, __version__]
    assert alone["exports"] == []
    assert alone["sent"] == [["POST", "https://api.legnext.ai/api/v1/diffusion", "k", {"text": "a lighthouse"}]]
    assert alone["job"] == {"job_id": "a-job", "status": "pending", "new": 1}


def test_the_wheel_holds_the_package_typed_with_its_document_and_nothing_else(
    files: dict[str, Path], alone: dict[str, Any]
) -> None:
    with zipfile.ZipFile(files[".whl"]) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"legnext_client", f"legnext_client-{__version__}.dist-info"}
    assert not [name for name in names if name.endswith((".jinja", ".pyc", ".db"))]
    package = ROOT / "legnext_client"
    assert {name for name in names if name.endswith(".py")} == {
        str(path.relative_to(ROOT)) for path in package.rglob("*.py")
    }
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert alone["typed"]
    assert alone["json"] == json.loads((package / "openapi.json").read_text(encoding="utf-8"))
    assert dist.lowest(files[".whl"])


def test_the_wheel_holds_a_bill_of_materials_that_names_all_it_needs(files: dict[str, Path]) -> None:
    with zipfile.ZipFile(files[".whl"]) as archive:
        (name,) = (name for name in archive.namelist() if ".dist-info/sboms/" in name)
        text = archive.read(name).decode()
    assert name.endswith("/legnext-client.cdx.json")
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/legnext-client@{__version__}"
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "MIT"}]
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    listed = {component["name"]: component for component in bill["components"]}
    asked = [Requirement(text) for text in dist.metadata_of(files[".whl"]).get_all("Requires-Dist", [])]
    assert listed.keys() == {one.name for one in asked} - {"legnext-client"}
    core = {one.name for one in asked if one.marker is None}
    assert {name for name, one in listed.items() if one["scope"] == "required"} == core
    assert listed["httpx"]["versionRange"] == "vers:pypi/>=0.28|<1"


def test_the_sdist_holds_all_that_is_tracked(files: dict[str, Path]) -> None:
    """So that whoever has only the sdist can run the tests, and everything else."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is an sdist itself; nothing here is tracked")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    there = {name for name in listed.splitlines() if (ROOT / name).exists()}
    assert there - set(names_in_sdist(files[".tar.gz"])) - LEFT_OUT == set()


# ---- the workflow -----------------------------------------------------------------------------------------------

RELEASE: dict[str, Any] = yaml.load(
    (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)


def test_only_a_tag_releases_and_only_after_everything_was_checked() -> None:
    jobs = RELEASE["jobs"]
    assert list(RELEASE["on"]) == ["push"]
    assert list(RELEASE["on"]["push"]) == ["tags"]
    assert jobs["check"]["uses"] == "./.github/workflows/ci.yml"
    assert (jobs["build"]["needs"], jobs["publish"]["needs"]) == ("check", "build")
    (build,) = (step for step in jobs["build"]["steps"] if "make dist" in step.get("run", ""))
    assert build["env"] == {"RELEASE_TAG": "${{ github.ref_name }}"}


def test_what_may_publish_may_nothing_else_and_runs_nothing_of_ours() -> None:
    jobs = RELEASE["jobs"]
    assert RELEASE["permissions"] == {}
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert [step.get("run") for step in jobs["publish"]["steps"]] == [None] * len(jobs["publish"]["steps"])
    assert not any("checkout" in step["uses"] for step in jobs["publish"]["steps"])
    for name in jobs.keys() - {"publish"}:
        assert jobs[name]["permissions"] == {"contents": "read"}
    assert "secrets" not in json.dumps(RELEASE)
