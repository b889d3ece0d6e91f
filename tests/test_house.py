"""The house rules, each by the tool that keeps it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from archc.ops import OPS, Family
from tests.paths import ROOT

TOOLS = {
    "ruff": ("ruff", "check", "--no-cache", "."),
    "ruff format": ("ruff", "format", "--no-cache", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-cache"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_nothing(tool: str) -> None:
    name, *arguments = TOOLS[tool]
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_ci_pins_what_the_tests_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *(each for extra in extras.values() for each in extra)]
    names = {canonicalize_name(Requirement(each).name) for each in needed} - {"archc"}
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / ".ci/constraints.txt").read_text("utf-8"), re.M)
    assert names <= {canonicalize_name(name) for name in pinned}


def test_specs_are_short() -> None:
    """None over 150 lines, claims apart."""
    long = {
        path.name: count
        for path in (ROOT / "specs").glob("*.yaml")
        if (count := len(path.read_text("utf-8").partition("\nclaims:")[0].splitlines())) > 150
    }
    assert not long


def test_ops_are_asked_for_a_class_or_a_trait_not_for_their_name() -> None:
    """Outside `ops/` no code decides by an op's name: neither by one, nor by a list of them.

    The pieces are left out: they are text of the files that archc writes, and know no ops.
    """
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "archc").rglob("*.py"))
        if path.parts[len(ROOT.parts) + 1] != "ops" and "pieces" not in path.parts
        for line in _decisions_by_name(path.read_text("utf-8"))
    }
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        'node.op.name == "conv"',
        '"conv" != op.name',
        'node.op.name in ("conv", "linear")',
        'kind == "max_pool"',
        'of.kind == "conv"',
        'match op.name:\n    case "conv" | "linear":\n        pass',
        'SAFE = ("conv", "batch_norm")',
        'SAFE = {"conv": 1, "batch_norm": 2}',
        'Kind = Literal["max_pool", "avg_pool"]',
        'OPS["conv"]',
    ],
)
def test_decisions_by_name_are_found(code: str) -> None:
    assert _decisions_by_name(code)


@pytest.mark.parametrize(
    "code",
    [
        'op.family == "conv"',
        'row.family in ("conv", "linear")',
        'entry.name == "softmax"',  # the row of a table
        "isinstance(op, Conv)",
        'TITLES = {"conv": "a convolution", "block": "a block"}',
    ],
)
def test_other_decisions_are_not(code: str) -> None:
    assert not _decisions_by_name(code)


def _decisions_by_name(code: str) -> list[int]:
    """The lines that compare an op's name with a text, or list names of ops."""
    lines: list[int] = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Compare():
                sides = (node.left, *node.comparators)
                if any(map(_names_an_op, sides)) and set(OPS) & set().union(*map(_texts, sides)):
                    lines.append(node.lineno)
            case ast.Match() if _names_an_op(node.subject):
                patterns = [case.pattern for case in node.cases]
                lines += [each.lineno for each in patterns if _texts(each) & set(OPS)]
            case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
                listed = _texts(node)
                if len(listed) > 1 and listed <= set(OPS) and not listed <= set(get_args(Family)):
                    lines.append(node.lineno)
            case ast.Subscript(value=ast.Name("OPS"), slice=ast.Constant()):
                lines.append(node.lineno)
    return lines


def _names_an_op(node: ast.expr) -> bool:
    """Whether an expression is an op's name: `op.name`, `node.op.name`, `kind`, `term.op`."""
    match node:
        case ast.Attribute(value=ast.Name("op") | ast.Attribute(attr="op"), attr="name"):
            return True
        case ast.Attribute(attr="kind" | "op") | ast.Name("kind" | "op"):
            return True
    return False


def _texts(node: ast.AST) -> set[str]:
    """The texts in a literal or a pattern: of a dictionary its keys."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.MatchValue(value=value):
            return _texts(value)
        case ast.MatchOr(patterns=parts):
            return set().union(*map(_texts, parts))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return set().union(*map(_texts, parts))
        case ast.Dict(keys=keys):
            return set().union(*(_texts(key) for key in keys if key is not None))
    return set()
