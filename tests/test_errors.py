"""The catalogue of wrong specs: each says in its first lines what archc says about it.

`pytest tests/test_errors.py --refresh` writes those lines; read `git diff` before you commit them.
"""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from archc import cli
from archc.diagnostics import SpecError
from archc.rules import RULES, page

ERRORS = Path(__file__).parent / "errors"
FILES = sorted(ERRORS.glob("*.yaml"))

ELSEWHERE = {
    "unknown-spec": "a command's argument, not a spec: tests/test_cli.py",
    "stale-golden": "generated files, not a spec: tests/test_build.py",
    "needs-extra": "what is installed, not a spec: tests/test_cli.py",
    "bad-sheet": "a student's answers, not a spec: tests/test_tables_cli.py",
    "no-backend": "no op of today is without one: tests/test_generated.py",
}
"""The rules that no spec breaks by itself, and where they are tested."""


def split(text: str) -> tuple[list[str], str]:
    """The first lines of a wrong spec without their `# `, and the spec itself."""
    lines = text.splitlines(keepends=True)
    count = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return [line[2:].rstrip("\n") for line in lines[:count]], "".join(lines[count:])


def told(name: str, head: list[str]) -> list[str]:
    """The command in the first line of a wrong spec, and what it says."""
    command = head[0] if head and head[0].startswith("$ ") else f"$ archc validate {name}"
    result = CliRunner().invoke(cli.app, shlex.split(command)[2:])
    if not isinstance(result.exception, SystemExit):
        raise AssertionError(f"{command} finds nothing wrong") from result.exception
    said = result.stderr[result.stderr.index("error[") :]
    return [command, "", *said.splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_wrong_specs(path: Path, monkeypatch: pytest.MonkeyPatch, request) -> None:
    monkeypatch.chdir(ERRORS)
    head, spec = split(path.read_text())
    if request.config.getoption("--refresh"):
        # Twice: the lines that are written move those that they speak of.
        for _ in range(2):
            head = told(path.name, head)
            path.write_text("".join(f"# {line}".rstrip() + "\n" for line in head) + spec)
    assert head == told(path.name, head)
