"""The house rules, each by the tool that keeps it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

TOOLS = {
    "ruff": ("ruff", "check", "--no-cache", "."),
    "ruff format": ("ruff", "format", "--no-cache", "--check", "."),
    "mypy": ("mypy",),
    "mypy of generated": ("mypy", "--no-warn-return-any", "generated"),
    "import-linter": ("lint-imports", "--no-cache"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_finds_nothing(tool: str) -> None:
    name, *arguments = TOOLS[tool]
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_specs_are_short() -> None:
    """None over 150 lines, claims apart."""
    long = {
        path.name: count
        for path in (ROOT / "specs").glob("*.yaml")
        if (count := len(path.read_text("utf-8").partition("\nclaims:")[0].splitlines())) > 150
    }
    assert not long
