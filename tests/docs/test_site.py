"""The site: built without a complaint, complete, with nothing from elsewhere and no link that leads nowhere."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from docs_pages.agents import skill
from docs_pages.api_reference import api_pages
from docs_pages.checks import Site
from docs_pages.project import SPEC, made
from docs_pages.staging import Stage, build

import legnext_client
from legnext_client import errors, prices, prompts
from legnext_client.generated.operations import OPERATIONS
from tests.tables import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NAMED = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "SECURITY.md": "security.md"}


DOCUMENT = json.loads(SPEC.read_bytes())
API_PAGES = api_pages(DOCUMENT)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site, built as `make docs` does, and found to have no problems; `pages` beside it is what it was built of."""
    folder = tmp_path_factory.mktemp("docs")
    site = Site(folder / "site")
    assert made(site, folder / "pages") == []
    return site


# ---- what is in it --------------------------------------------------------------------------------------------------


def test_every_page_that_people_wrote_is_there(site: Site) -> None:
    wanted = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    wanted |= {place for source, place in NAMED.items() if (ROOT / source).exists()}
    there = {path.relative_to(site.folder).with_suffix(".md").as_posix() for path in site.pages}
    assert wanted <= there


def test_every_page_has_its_markdown_beside_it_and_in_llms_txt(site: Site) -> None:
    listed = (site.folder / "llms.txt").read_text(encoding="utf-8")
    assert listed.startswith("# legnext-client\n\n> Make Legnext images and videos")
    links = re.findall(r"\]\(([^)]+\.md)\)", listed)
    assert {f"api/{name.replace('_', '-')}.md" for name in ("diffusion",)} <= set(links)
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= set(links)
    for link in links:
        assert (site.folder / link).read_text(encoding="utf-8").strip()
        assert (site.folder / link).with_suffix(".html").exists()


def test_the_skill_file_in_the_package_is_what_the_build_writes() -> None:
    text = (ROOT / "legnext_client" / "SKILL.md").read_text(encoding="utf-8")
    assert text == skill()
    assert text.startswith("---\nname: legnext-client\ndescription: ")
    for operation in OPERATIONS.values():
        assert f"`{operation.namespace}.{operation.name}`" in text


def test_every_page_is_in_the_navigation_once(site: Site) -> None:
    settings = yaml.safe_load((site.folder.parent / "pages" / "mkdocs.yml").read_text(encoding="utf-8"))
    shown = list(places(settings["nav"]))
    built = {path.relative_to(site.folder).with_suffix(".md").as_posix() for path in site.pages} - {"404.md"}
    assert sorted(shown) == sorted(built)


def places(node: Any) -> Iterator[str]:
    """The pages of a navigation."""
    if isinstance(node, str):
        yield node
    else:
        for inner in node.values() if isinstance(node, dict) else node:
            yield from places(inner)


def test_every_public_name_is_in_the_reference(site: Site) -> None:
    anchors = {
        anchor for path, page in site.pages.items() if path.parent.name == "reference" for anchor in page.anchors
    }
    modules = (legnext_client, prompts, prices)
    things = [getattr(module, name) for module in modules for name in module.__all__]
    things += [thing for thing in vars(errors).values() if getattr(thing, "__module__", "") == errors.__name__]
    things = [thing for thing in things if inspect.isclass(thing) or inspect.isfunction(thing)]
    wanted = {f"{thing.__module__}.{thing.__name__}" for thing in things if not thing.__name__.startswith("_")}
    assert len(wanted) > 40
    assert wanted <= anchors


def test_methods_that_follow_from_the_spec_are_in_the_reference(site: Site) -> None:
    calls = site.pages[site.folder / "reference" / "namespaces.html"].anchors
    for name, operation in OPERATIONS.items():
        home = f"legnext_client.generated.namespaces.{operation.namespace.capitalize()}"
        assert f"{home}.{name}" in calls
        assert operation.alias is None or f"{home}.{operation.alias}" in calls
    assert "legnext_client.generated.sync.caller.WaitingTasks.wait_for_completion" in calls


@for_each("name", OPERATIONS)
def test_every_operation_has_a_page_with_all_of_its_fields(name: str) -> None:
    operation, page = OPERATIONS[name], API_PAGES[f"{name}.md"]
    assert f"`{operation.method} {operation.path}`" in page
    assert operation.description in page
    for field in (*operation.parameters, *operation.fields):
        (row,) = re.findall(rf"^\| `{field.wire}`(?:, required)? \| `{field.name}` \|.*", page, re.MULTILINE)
        assert (", required" in row) == field.required
        assert all(str(value) in row for value in (*field.enum, *field.enum_names))
    if operation.price:
        for points in (operation.price.points, *(row.points for row in operation.price.when)):
            assert str(points) in page


def test_every_schema_of_an_answer_is_explained() -> None:
    page = API_PAGES["answers.md"]
    for name in ("TaskResponse", "TaskOutput", "Balance", "ErrorBody", "CallbackEnvelope"):
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for field in DOCUMENT["components"]["schemas"][name]["properties"]:
            assert f"| `{field}`" in section


# ---- what must not be in it -----------------------------------------------------------------------------------------


def test_every_link_and_everything_that_is_loaded_is_looked_at(site: Site) -> None:
    assert sum(len(page.links) + len(page.loads) for page in site.pages.values()) > 1000


def test_the_search_knows_every_page_and_needs_no_server(site: Site) -> None:
    index = json.loads((site.folder / "search.json").read_bytes())
    found = {item["location"].partition("#")[0] for item in index["items"]}
    assert found >= {path.relative_to(site.folder).as_posix() for path in site.pages} - {"404.html"}
    assert (site.folder / "search.js").is_file()
    for path, page in site.pages.items():
        scripts = [load.rpartition("/")[2].partition(".")[0] for load in page.loads if load.endswith(".js")]
        assert scripts == ["iframe-worker", "bundle"], path


# ---- that the checks can fail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://cdn.example.com/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example.com/a.css">',
        '<link rel="preconnect" href="https://fonts.example.com">',
        '<img src="https://img.example.com/badge.svg">',
        '<img src="here.html" srcset="here.html 1x, https://img.example.com/a.png 2x">',
        '<video poster="https://img.example.com/a.png"></video>',
        '<p style="background: url(https://img.example.com/a.png)">',
        "<style>@import 'https://cdn.example.com/a.css'</style>",
        '<svg><image xlink:href="https://img.example.com/a.png"/></svg>',
        '<pre class="mermaid">a</pre>',
    ],
)
def test_whatever_would_be_fetched_from_elsewhere_is_noticed(planted: str, tmp_path: Path) -> None:
    (tmp_path / "here.html").write_text(f"<html><body>{planted}</body></html>")
    (problem,) = Site(tmp_path).remote()
    assert problem.page == "here.html"


def test_style_sheets_and_drawings_are_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("p { background: url('https://img.example.com/a.png') }")
    (tmp_path / "a.svg").write_text('<svg><image href="https://img.example.com/a.png"/></svg>')
    assert [problem.page for problem in Site(tmp_path).remote()] == ["a.css", "a.svg"]


def test_links_are_followed_to_their_headings(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text('<h1 id="one"></h1><a name="two"></a>')
    good = [
        "b/",
        "b/index.html#one",
        "b/#two",
        "#here",
        "#top",
        "https://example.com/#x",
        "mailto:a@example.com",
        "/b/",
    ]
    bad = ["c/", "b/#three", "#nowhere", "/c"]
    links = "".join(f'<a href="{link}"></a>' for link in [*good, *bad])
    (tmp_path / "index.html").write_text(f'<p id="here">{links}<img src="gone.png"></p>')
    found = Site(tmp_path)
    assert [problem.what for problem in found.broken()] == [f"leads nowhere: {link}" for link in [*bad, "gone.png"]]
    assert found.remote() == []
    assert found.external() == ["https://example.com/#x"]


def test_a_link_to_a_page_that_is_not_there_stops_the_build(project: Path, tmp_path: Path) -> None:
    (project / "docs" / "index.md").write_text("# Home\n\nSee [that](nowhere.md) and [this](#nowhere).\n")
    (complaint,) = build(Stage(project, tmp_path / "pages"), tmp_path / "site", {})
    assert "[ index.md:3:12 ]" in complaint
    assert "page does not exist" in complaint
    assert "anchor does not exist" in complaint
    assert not (tmp_path / "site").exists()


# ---- gathering ------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a few pages."""
    root = tmp_path / "project"
    (root / "docs" / "assets").mkdir(parents=True)
    (root / "docs" / "assets" / "iframe-worker.js").write_text("")
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["nav"] = [{"Start": ["index.md"]}, {"API reference": ["api/*"]}]
    (root / "mkdocs.yml").write_text(yaml.safe_dump(settings, sort_keys=False))
    (root / "CONTRIBUTING.md").write_text("# Contributing\n\n[Home](README.md), [chains](docs/chains.md#steps)\n")
    (root / "docs" / "index.md").write_text("# Home\n\n[How](../CONTRIBUTING.md#how), [them](https://example.com)\n")
    return root


def test_pages_that_were_written_take_the_place_of_the_star(project: Path, tmp_path: Path) -> None:
    names = {"api/index.md": "The API", "reference/jobs.md": "Jobs", "api/new.md": "new"}
    assert Stage(project, tmp_path / "pages").configuration(names)["nav"] == [
        {"Start": ["index.md"]},
        {"API reference": [{"The API": "api/index.md"}, {"new": "api/new.md"}]},
    ]


def test_links_lead_to_where_the_pages_are_in_the_site(project: Path, tmp_path: Path) -> None:
    (project / "docs" / "chains.md").write_text(
        "# Chains\n\n```\n[not](../CONTRIBUTING.md)\n```\n[so](../CONTRIBUTING.md)\n"
    )
    stage = Stage(project, tmp_path / "pages")
    stage.gather({})
    assert "[Home](index.md), [chains](chains.md#steps)" in (stage.pages / "contributing.md").read_text()
    assert "[How](contributing.md#how), [them](https://example.com)" in (stage.pages / "index.md").read_text()
    assert "[not](../CONTRIBUTING.md)\n```\n[so](contributing.md)" in (stage.pages / "chains.md").read_text()
