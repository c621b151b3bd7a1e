"""Make everything that follows from `openapi.yaml`: the client, the facade, the tables, the spec as JSON.

    python scripts/generate.py                                      regenerate the project
    python scripts/generate.py --spec other.yaml --package DIR      generate into another package, for trials

openapi-python-client reads the spec and fills its own modules and ours from `templates/`. It is called as a library
because its command line can only fill the files it knows by name.
"""

from __future__ import annotations

import argparse
import contextlib
import filecmp
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import asked_for
import examples
import naming
import own_data
import signatures
import table
import unasync
import yaml
from fields import SpecError
from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier
from openapi_spec_validator import OpenAPIV31SpecValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openapi_python_client.parser.openapi import Endpoint

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
strings.RESERVED_WORDS |= {
    *("cls", "d", "src_dict", "from_dict", "to_dict", "field_dict", "prop", "prop_name", "prop_dict"),
    *("additional_property", "additional_properties", "additional_keys"),
}
"""The names that a generated model uses itself: a property of such a name ends with an underscore in Python."""
JOB = "TaskResponse"
OWN_MODULES = ("operations", "rules", "service", "namespaces", "making", "facade", "follow_ups", "failures")
NESTED = {
    "items": "Field",
    "values": "Field",
    "choices": "Field",
    "paging": "Paging",
    "fields": "Field",
    "parameters": "Field",
    "rules": "Condition",
    "price": "Price",
    "seen": "Seen",
    "when": "PriceRow",
    "seconds": "Seconds",
    "prompt": "PromptField",
    "source": "Source",
    "chain": "Chain",
}
"""Which class of `operations.py` a nested row belongs to."""


def main() -> int:
    options = arguments()
    try:
        spec = yaml.load(options.spec.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        step = drift if options.check else everything
        errors = refused(spec) or step(spec, options.spec, options.package)
    except yaml.YAMLError as reason:
        errors = [f"is not YAML: {reason}"]
    except SpecError as reason:
        errors = list(reason.args)
    for error in errors:
        print(f"{options.spec.name}: {error}", file=sys.stderr)
    return 1 if errors else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the document to generate from")
    parser.add_argument("--package", type=Path, default=ROOT / "legnext_client", help="the package to generate into")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a generated file has drifted")
    return parser.parse_args()


def refused(spec: Any) -> list[str]:
    """What is wrong with a document, in our words where there are some; or where it is not one of OpenAPI 3.1.

    Last, the examples that their own schemas refuse.
    """
    try:
        if unquoted := [*names_that_are_numbers(spec)]:
            return unquoted
        read(spec)
    except SpecError as reason:
        return list(reason.args)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return invalid(spec) or [f"cannot be read: {type(error).__name__}: {error}"]
    return invalid(spec) or examples.problems(spec)


def names_that_are_numbers(node: Any, *place: str) -> Iterator[str]:
    """The keys that YAML does not read as texts, such as a status without quotes."""
    if isinstance(node, list):
        for number, inner in enumerate(node):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from names_that_are_numbers(inner, *place, str(number))
    elif isinstance(node, dict):
        for key, inner in cast("dict[object, object]", node).items():
            if not isinstance(key, str):
                yield f"{' '.join(place)}: write {key!r} in quotes, as '{key}': every name in the document is a text"
            yield from names_that_are_numbers(inner, *place, str(key))


def invalid(spec: Any) -> list[str]:
    """Where a document is not one of OpenAPI 3.1."""
    if not isinstance(spec, dict):
        return ["must be an OpenAPI document, an object"]
    errors = OpenAPIV31SpecValidator(cast("Row", spec)).iter_errors()
    return [f"{'/'.join(map(str, error.absolute_path)) or 'the document'}: {error.message}" for error in errors]


def everything(spec: Row, source: Path, package: Path) -> list[str]:
    """Generate the package and, where it is the project's, what follows from it: all of that, or nothing."""
    if package != ROOT / "legnext_client":
        return generate(spec, source, package)
    written = [package / "generated", package / "openapi.json"]
    with tempfile.TemporaryDirectory() as folder:
        kept = [(path, Path(folder) / path.name) for path in written if path.exists()]
        for path, copy in kept:
            shutil.copytree(path, copy) if path.is_dir() else shutil.copy2(path, copy)
        if errors := generate(spec, source, package):
            return errors
        # In a process of its own, which imports what has just been generated.
        follow, here = [sys.executable, str(ROOT / "scripts" / "follow.py")], {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(follow, env=here, capture_output=True, text=True)
        if ran.returncode:
            errors.append(f"{ran.stderr.strip()}. Nothing was written.")
            for path in written:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            for path, copy in kept:
                shutil.copytree(copy, path) if copy.is_dir() else shutil.copy2(copy, path)
    return errors


def drift(spec: Row, source: Path, package: Path) -> list[str]:
    """The generated files of a package that differ from what the document gives, or stand on one side only."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        if errors := generate(spec, source, fresh):
            return errors
        names = {
            path.relative_to(side).as_posix()
            for side in (package, fresh)
            for path in (side / "openapi.json", *(side / "generated").rglob("*"))
            if path.is_file() and path.suffix != ".pyc"
        }
        _, mismatched, missing = filecmp.cmpfiles(package, fresh, names, shallow=False)
    return sorted(f"{name} is not what it gives; run `make generate`" for name in [*mismatched, *missing])


def generate(spec: Row, source: Path, package: Path) -> list[str]:
    """Write `generated/` and `openapi.json` into the package; the errors come back, nothing is half written then."""
    rows, rules = read(spec)
    settings = ConfigFile.load_from_path(ROOT / "generator-config.yaml")
    settings.content_type_overrides = dict.fromkeys(table.other_media(spec), "application/octet-stream")
    with tempfile.TemporaryDirectory(prefix=".generated-", dir=package) as scratch:
        output = Path(scratch) / "generated"
        config = Config.from_sources(settings, MetaType.NONE, source, "utf-8", overwrite=True, output_path=output)
        parsed = GeneratorData.from_dict(table.with_schemas(spec, spec), config=config)
        if isinstance(parsed, GeneratorError):
            return [f"{parsed.header}: {parsed.detail}"]
        collections = parsed.endpoint_collections_by_tag.values()
        problems: list[GeneratorError] = [*parsed.errors]
        problems += [problem for collection in collections for problem in collection.parse_errors]
        if not problems:
            hide_items(parsed)
            project = Project(openapi=parsed, config=config, custom_template_path=ROOT / "templates")
            found = methods(rows, parsed)
            facts = {
                "spec": spec,
                "server": table.server(spec),
                "key_header": table.key_header(spec),
                "operations": told(rows),
                "rules": rules,
                "methods": found,
                **failure(parsed),
                "described": {method["endpoint"]: method for method in found},
            }
            problems.extend(build(project, facts))
        if problems:
            return [f"{problem.header}: {problem.detail}" for problem in problems]
        unasync.write(ROOT / "legnext_client", output)
        tidy(output)
        if lost := [*asked_for.lost(output)]:
            return lost
        shutil.rmtree(package / "generated", ignore_errors=True)
        output.rename(package / "generated")
    (package / "openapi.json").write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return []


def read(spec: Row) -> tuple[list[Row], Row]:
    """The operations and tables of a document; refused is what would be out of reach then, or tell a wrong price."""
    if wrong := [*own_data.shapes(spec)]:
        raise SpecError(*wrong)
    rows, rules = table.operations(spec), table.rules(spec)
    if wrong := [*naming.problems(spec, rows), *own_data.problems(spec, rows, rules)]:
        raise SpecError(*wrong)
    return rows, rules


def hide_items(parsed: GeneratorData) -> None:
    """Name each item of a list so that no property has its name: `images_item` may stand beside `images`."""
    for model in parsed.models:
        for prop in signatures.fields(model):
            while isinstance(prop, ListProperty):
                prop = prop.inner_property
                prop.python_name = cast("PythonIdentifier", f"_{prop.python_name.lstrip('_')}")


def build(project: Project, facts: Row) -> Sequence[GeneratorError]:
    """Fill the generator's own modules and then ours; every template sees the facts."""
    tools = {
        "constructor": constructor,
        "models_of": models_of,
        "JOB": JOB,
        "OPTIONS": OPTIONS,
        "SAFE": table.SAFE,
    }
    cast("Row", project.env.globals).update(facts | tools)
    with contextlib.redirect_stdout(io.StringIO()):
        problems = project.build()
    for name in OWN_MODULES:
        text = project.env.get_template(f"{name}.py.jinja").render()
        (project.package_dir / f"{name}.py").write_text(text, encoding="utf-8")
    return problems


def told(rows: list[Row]) -> list[Row]:
    """What the client is told of each operation: how large its images are is for whoever draws them."""
    return [{key: value for key, value in row.items() if key != "long_edge"} for row in rows]


def methods(rows: list[Row], parsed: GeneratorData) -> list[Row]:
    """Each operation with the arguments of its facade method and, where it builds on a job, of its follow-up."""
    endpoints: dict[str, Endpoint] = {
        endpoint.name: endpoint
        for collection in parsed.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }
    found: list[Row] = []
    for row in rows:
        name = PythonIdentifier(UntrustedString(row["name"]), prefix="")  # `list` is `list_` among the endpoints
        if name != row["name"]:
            row["module"] = str(name)
        properties = signatures.properties(endpoints[name])

        def described(rows: tuple[Row, ...], properties: Any = properties) -> list[Row]:
            return [signatures.argument(each, properties[each.get("place", "body"), each["wire"]]) for each in rows]

        parameters = described(row["parameters"])
        answer, models = signatures.answer(endpoints[name], row["unwrap"], JOB)
        page = None
        if row["paging"]:
            page = signatures.listed(endpoints[name], row["paging"].get("items"))
            if page is None:
                raise SpecError(f"{row['name']}: paging.items must be a list in the answer")
            row["paging"]["attribute"] = page[1]
            models |= page[2]
        found.append(
            {
                **row,
                "endpoint": name,
                "description": in_python_names(row),
                "parameters": parameters,
                "path_arguments": [each for each in parameters if each["place"] == "path"],
                "arguments": [
                    *described(row["fields"]),
                    *(each for each in parameters if each["place"] != "path"),
                ],
                "follow_up": described(table.follow_up_fields(row)) if table.job_field(row) else None,
                "options": options_of(row),
                "makes_job": answer == "JobT" and bool(row["makes"]) and not row["free"],
                "make_options": make_options_of(row),
                "body": signatures.body(endpoints[name]),
                "answer": answer,
                "accept": ", ".join(each for each in (*row["accepts"], "application/json") if each)
                if set(row["accepts"]) - {"", "application/json"}
                else None,
                "return_type": signatures.return_type(endpoints[name]),
                "item": page and page[0],
                "models": {model for prop in properties.values() for model in signatures.models(prop)} | models,
            }
        )
    return [qualified(method, {name for row in rows for name in (row["name"], row["alias"])}) for method in found]


OPTIONS: Row = yaml.safe_load((ROOT / "templates" / "options.yaml").read_text(encoding="utf-8"))


def options_of(row: Row) -> str | None:
    """The options of a call; none by name where a field has the name of one: they are the client's then."""
    if named_like_options(row, "CallOptions", "PaidOptions"):
        return None
    return "CallOptions" if row["free"] else "PaidOptions"


def make_options_of(row: Row) -> str:
    """The options of `client.make` for an operation; any where a field has the name of one."""
    return "Any" if named_like_options(row, *OPTIONS) else "Unpack[MakeOptions]"


def named_like_options(row: Row, *classes: str) -> bool:
    """Whether a field of an operation has the name of an option of these classes."""
    fields = {field["name"] for field in (*row["fields"], *row["parameters"])}
    return any(not fields.isdisjoint(OPTIONS[each]["options"]) for each in classes)


def qualified(value: Any, taken: set[str]) -> Any:
    """Types by their full names, where a method has the name of one: a class with a `list` has no other."""
    hidden = "|".join(sorted(taken & _BUILTINS))
    if not hidden or value is None:
        return value
    if isinstance(value, list):
        return [qualified(each, taken) for each in cast("list[object]", value)]
    if isinstance(value, str):
        return re.sub(rf"\b({hidden})\b(?!['\"])", r"builtins.\1", value)
    found: Row = value
    return found | {key: qualified(found[key], taken) for key in _TYPED if key in found}


_TYPED = (
    "annotation", "answer", "item", "return_type", "body", "arguments", "parameters", "path_arguments", "follow_up",
)  # fmt: skip
"""What of a method, or of an argument, is a type or holds some."""
_BUILTINS = {"list", "dict", "str", "int", "float", "bool", "bytes", "object", "set", "tuple", "type"}


def failure(parsed: GeneratorData) -> Row:
    """The answer that most operations give when something goes wrong, and the models in it."""
    collections = parsed.endpoint_collections_by_tag.values()
    shared = [each.responses.default for one in collections for each in one.endpoints if each.responses.default]
    if not shared:
        return {"failure": None, "failure_models": []}
    kinds = [each.prop.get_type_string() for each in shared]
    common = max(shared, key=lambda each: kinds.count(each.prop.get_type_string()))
    return {"failure": common, "failure_models": sorted(set(signatures.models(common.prop)))}


def in_python_names(row: Row) -> str:
    """The description, with the fields as a Python caller knows them."""
    text: str = row["description"]
    for field in (*row["fields"], *row["parameters"]):
        text = text.replace(f"`{field['wire']}`", f"`{field['name']}`")
    return text


def models_of(methods: list[Row]) -> list[tuple[str, str]]:
    """The models that some methods mention or answer with, for the imports above them."""
    return sorted({model for method in methods for model in method["models"]})


def constructor(name: str, row: Row) -> str:
    """A row as the Python expression that makes it; what is empty is left to the class's defaults."""
    parts: list[str] = []
    for key, value in row.items():
        match value:
            case None | ():
                continue
            case _ if key in ("default", "value"):
                parts.append(f"{key}={value!r}")
            case False:
                continue
            case dict():
                parts.append(f"{key}={constructor(NESTED[key], cast('Row', value))}")
            case (dict(), *_):
                inner = "".join(constructor(NESTED[key], one) + "," for one in cast("list[Row]", value))
                parts.append(f"{key}=({inner})")
            case list():
                parts.append(f"{key}={tuple(cast('list[object]', value))}")
            case _:
                parts.append(f"{key}={value!r}")
    return f"{name}({', '.join(parts)})"


def tidy(output: Path) -> None:
    """Sort imports, drop those that are not used, and format: the same bytes on every machine."""
    ruff = [sys.executable, "-m", "ruff"]
    own = "lint.isort.known-first-party=['legnext_client']"
    style = ["--isolated", "--no-cache", "--quiet", "--line-length=120", "--target-version=py311", str(output)]
    subprocess.run([*ruff, "check", "--fix-only", "--select=F401,I,UP,TC", f"--config={own}", *style], check=True)
    subprocess.run([*ruff, "format", "--config=format.skip-magic-trailing-comma=true", *style], check=True)


if __name__ == "__main__":
    sys.exit(main())
