"""The reference: all of the language is in it, and each of its examples is right."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import yaml

import archc
from archc import catalogue
from archc.analyses.claims import check_claims, unmet
from archc.diagnostics import SpecError, rules
from archc.document.formats import WRITERS, write
from archc.expr import evaluate, grammar
from archc.expr.functions import BUILTINS, EXAMPLES, USAGE
from archc.lectures.tables.columns import COLUMNS
from archc.ops import OPS
from archc.spec import ArgType, reference, schema
from archc.spec.naming import JOINS
from archc.spec.reference import Entry
from tests.commands import invoke

ENTRIES = reference.entries()
SCHEMA = schema.schema()
TOUR = reference.FOLDER / "tour.yaml"
PARTS: dict[str, Any] = yaml.safe_load(TOUR.read_text("utf-8"))
KEYS = [each for each in ENTRIES if each.kind == "key"]
STEPS = [each for each in ENTRIES if each.kind in ("modifier", "step")]


def validated(parts: dict[str, Any]) -> None:
    """Raises `SpecError` where `archc validate` finds a mistake, in any variant."""
    architecture = archc.load("example.yaml", yaml.safe_dump(parts, sort_keys=False))
    for variant in (None, *architecture.spec.variants):
        architecture.elaborate(variant)


def name(entry: Entry) -> str:
    return entry.path


def test_nothing_is_missing() -> None:
    found = {each.path for each in ENTRIES}
    records = {"paper": "Paper", "claims": "Claim", "weights": "WeightMap", "table": "PaperTable"}
    records |= {"init": "Initialisation", "blocks": "block", "variants": "variant"}
    wanted = {*SCHEMA["properties"], *SCHEMA["$defs"]["step"]["properties"]}
    for section, record in records.items():
        wanted |= {f"{section}.{key}" for key in SCHEMA["$defs"][record]["properties"]}
    assert {key for key in SCHEMA["$defs"] if "op." not in key and key[0].isupper()} <= {
        *records.values()
    }
    assert wanted | {*rules.RULES} | {*BUILTINS} | {*OPS} | {*get_args(ArgType)} <= found
    assert all(each.text for each in ENTRIES)
    assert all(each.example for each in ENTRIES if each.kind != "rule")
    assert EXAMPLES.keys() == USAGE.keys() == BUILTINS.keys()


def test_the_specs_of_the_examples_are_right() -> None:
    """The tour has no mistakes, its claims hold, and it compiles; so does what extends it."""
    for path in (TOUR, reference.FOLDER / "extending.yaml"):
        spec, report = catalogue.read(str(path))
        catalogue.networks(spec, report, (None, *spec.variants), {})
        assert not unmet(check_claims(spec))
        compile(archc.load(path).elaborate().code(), path.name, "exec")


@pytest.mark.parametrize("entry", KEYS, ids=name)
def test_a_key_in_its_example_validates(entry: Entry) -> None:
    example = yaml.safe_load(entry.example)
    section, *key = entry.path.split(".")
    assert list(example) == [section]
    assert not key or key[0] in next(iter([*_records(example[section])]))
    if section in ("extends", "use"):  # which needs the other files: see the test above
        assert example[section] in (reference.FOLDER / "extending.yaml").read_text("utf-8")
        return
    own = {"blocks": {**PARTS["blocks"], **example["blocks"]}} if section == "blocks" else example
    parts = {**PARTS, **own}
    if section == "network":  # the beginning of it, of whose ids the others speak
        parts = {key: parts[key] for key in parts if key not in ("init", "table", "claims")}
    validated(parts)


def _records(section: Any) -> Any:
    """A section as a record, each record in it, and the records by name."""
    yield {
        key
        for each in (section, *(section.values() if isinstance(section, dict) else section))
        if isinstance(each, dict)
        for key in each
    }


@pytest.mark.parametrize("entry", STEPS, ids=name)
def test_a_step_in_an_example_is_one_of_the_tour(entry: Entry) -> None:
    (step,) = yaml.safe_load(entry.example)
    assert step in PARTS["network"]
    assert f"{entry.name}:" in entry.example


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.kind == "op"], ids=name)
def test_an_op_in_its_example_validates(entry: Entry) -> None:
    """On a map, or else on a vector."""
    steps = yaml.safe_load(entry.example)
    if entry.name in JOINS:
        steps = [{"relu": None, "id": "stage1"}, {"relu": None, "id": "stage2"}, *steps]
    found: list[SpecError] = []
    for shape in ([16, 8, 8], [16]):
        try:
            validated({"archc": 1, "name": "one", "input": shape, "network": steps})
        except SpecError as error:
            found.append(error)
    assert len(found) < 2, found[0]


@pytest.mark.parametrize("function", EXAMPLES)
def test_a_function_has_the_value_of_its_example(function: str) -> None:
    _, example, value = EXAMPLES[function]
    found = evaluate(grammar.parse(example), {})
    assert (found, type(found)) == (value, type(value))
    assert f"{function}(" in example


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.kind == "argument type"], ids=name)
def test_an_argument_of_a_type_validates(entry: Entry) -> None:
    block = {**yaml.safe_load(entry.example), "body": ["relu"]}
    validated({**PARTS, "blocks": {**PARTS["blocks"], "one": block}})
    assert list(block["args"].values()) == [entry.name]


def test_the_facts_of_a_table_are_listed() -> None:
    (entry,) = reference.find("table.columns")
    assert [fact for fact in (*COLUMNS, "number") if f"`{fact}`" not in entry.text] == []


def test_a_search_finds_names_first_and_then_texts() -> None:
    found = [each.path for each in reference.search(["conv"])]
    assert found[:2] == ["conv", "partial_conv"]
    assert {each.path for each in reference.search(["residual", "branches"])} == {
        "claims.expected_depth"
    }
    assert "claims.receptive_field" in [each.path for each in reference.search(["field"])]


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_has_all_of_it(format: Any) -> None:
    text = write(reference.document(), format)
    if format in ("csv", "json"):
        assert "kernel_size" in text
        return
    paths = [each.path for each in ENTRIES]
    shown = text.replace(r"\_", "_")
    assert [path for path in paths if path not in shown] == []
    assert ("```yaml\npaper:" in text) is (format == "markdown")
    assert ("<pre><code>paper:" in text) is (format == "html")


@pytest.mark.parametrize("what", ["conv", "claims.at", "kilo", "repeat", "round_to", "block"])
def test_explain_takes_any_name(what: str) -> None:
    result = invoke("explain", what)
    assert result.exit_code == 0
    assert result.output.startswith(reference.find(what)[0].path + ": ")
    assert (
        "`" + reference.find(what)[0].path + "`"
        in invoke("explain", what, "--format", "markdown").output
    )


def test_no_spec_is_called_as_something_of_the_language() -> None:
    """Else `archc explain NAME` could mean either."""
    assert not {each.name for each in ENTRIES} & {*catalogue.known()}


def test_the_commands_say_what_they_do_not_find() -> None:
    result = invoke("explain", "kernel_sizes")
    assert result.exit_code == 1
    assert "neither the language nor a spec has `kernel_sizes`" in result.output
    result = invoke("reference", "recieve_field")
    assert result.exit_code == 1
    assert "did you mean `receptive_field`?" in result.output
    shown = invoke("reference", "conv").output
    assert shown.startswith("conv: op\n")
    assert "partial_conv" in shown
    assert len(invoke("reference").output) > 10_000
