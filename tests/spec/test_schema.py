"""The schema that editors use: it takes every spec, and points at what is wrong in others."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from archc.ops import OPS
from archc.spec import schema
from tests.paths import ROOT

SCHEMA = schema.schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SPECS = sorted((ROOT / "specs").glob("*.yaml"))

TINY = """
archc: 1
name: tiny
params: {width: 8, deep: true}
input: [3, 32, 32]
functions: {wide(c): c * 2}
constraints: [width > 4]
blocks:
  unit:
    doc: A unit.
    args: {out_channels: int, stride: 1}
    body:
      - conv: {out_channels: out_channels, kernel_size: [3, 1], stride: stride, padding: same}
      - batch_norm:
      - relu
network:
  - unit: {out_channels: wide(width)}
    id: first
    when: deep
  - concat:
      left: []
      right:
        - unit: {out_channels: 4}
  - add: [first, concat]
  - table: unit
    columns: [id, out_channels]
    rows:
      - [second, 16]
      - max_pool: {kernel_size: 2}
      - aside: [flatten, {linear: {out_features: 2}}]
        id: aux
        training_only: true
        weight: 0.3
  - sequence: [relu, dropout]
    repeat: 2
    from: second
variants:
  small: {width: 5, input: [1, 8, 8], doc: Small.}
  same:
claims:
  - {source: Table 1, params: 7M, disputed: a slip}
"""


def errors(text: str) -> list[tuple[tuple[str | int, ...], str]]:
    found = VALIDATOR.iter_errors(yaml.safe_load(text))
    return sorted((tuple(error.absolute_path), str(error.validator)) for error in found)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_committed_file_is_fresh() -> None:
    written = (ROOT / "archc/schema.json").read_text(encoding="utf-8")
    assert written == schema.text(), "refresh it: archc schema > archc/schema.json"


def test_there_are_no_alternatives_that_an_editor_would_blame() -> None:
    assert "oneOf" not in schema.text()
    assert "anyOf" not in schema.text()


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [ref for part in node for ref in references(part)]
        if not isinstance(node, dict):
            return []
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for part in node.values() for ref in references(part)]

    assert {ref.removeprefix("#/$defs/") for ref in references(SCHEMA)} <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_validates_and_names_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert errors(text) == []
    assert text.startswith("# yaml-language-server: $schema=../archc/schema.json\n")


def test_every_form_of_the_language_validates() -> None:
    assert errors(TINY) == []


@pytest.mark.parametrize("name", OPS)
def test_an_op_and_its_arguments_are_described(name: str) -> None:
    step = SCHEMA["$defs"]["step"]["properties"][name]
    assert step["description"].startswith((OPS[name].__doc__ or "").partition("\n")[0])
    if "op." in step["$ref"]:
        for argument in SCHEMA["$defs"][f"op.{name}"]["properties"].values():
            assert argument["description"]


NETWORK = ("network", 0)


@pytest.mark.parametrize(
    ("old", "new", "at", "kind"),
    [
        ("archc: 1\n", "", (), "required"),
        ("archc: 1", "archc: 2", ("archc",), "const"),
        ("name: tiny", "name: Tiny Net", ("name",), "pattern"),
        ("input: [3, 32, 32]", "input: [3, 32, 32, 1]", ("input",), "maxItems"),
        ("params: {w", "parms: {w", (), "additionalProperties"),
        ("wide(c)", "wide", ("functions",), "additionalProperties"),
        ("when: deep", "when: [deep]", (*NETWORK, "when"), "type"),
        ("id: first", "id: 1st", (*NETWORK, "id"), "pattern"),
        (
            "max_pool: {kernel_size: 2}",
            "max_pool: {kernel_size: 2, size: 2}",
            None,
            "additionalProperties",
        ),
        ("max_pool: {kernel_size: 2}", "max_pool: {kernel_size: 0}", None, "minimum"),
        ("max_pool: {kernel_size: 2}", "max_pool: {kernel_size: [2, 2, 2]}", None, "maxItems"),
        ("max_pool: {kernel_size: 2}", "max_pool: {kernel_size: true}", None, "type"),
        ("max_pool: {kernel_size: 2}", "max_pool:", None, "type"),
        ("{linear: {out_features: 2}}", "{linear: {bias: no}}", None, "required"),
        ("columns: [id, out_channels]\n", "\n", ("network", 3), "required"),
        ("training_only: true", "training_only: 'yes'", None, "type"),
        ("disputed: a slip", "dispute: a slip", ("claims", 0), "additionalProperties"),
        ("params: 7M", "params: {a: 1}", ("claims", 0, "params"), "type"),
        ("small: {width: 5,", "small: {width: {a: 5},", ("variants", "small", "width"), "type"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    old: str, new: str, at: tuple[str | int, ...] | None, kind: str
) -> None:
    assert TINY.count(old) == 1
    found = errors(TINY.replace(old, new))
    assert [each[1] for each in found] == [kind]
    assert found[0][0] == at if at is not None else found[0][0][:3] == ("network", 3, "rows")


def test_a_spec_that_extends_another_may_leave_out_what_that_has() -> None:
    assert errors("{name: small, extends: tiny.yaml, blocks: {unit: null}}") == []
    assert errors("{extends: tiny.yaml}") == [((), "required")]
