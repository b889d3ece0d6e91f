"""The sample handout: every part of it comes from the command that stands above it."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from archc import cli
from tests import paths

HANDOUT = paths.GENERATED / "handout"
DOCUMENTS = ("googlenet", "diapos")
PARTS = re.compile(r"% archc (.*)\n.*\\input\{([\w-]+)\}")


def parts() -> list[tuple[str, str]]:
    """The commands of both documents, and the file that each makes."""
    found = [PARTS.findall((HANDOUT / f"{name}.tex").read_text("utf-8")) for name in DOCUMENTS]
    return sorted({part for document in found for part in document})


def test_every_part_has_its_command() -> None:
    made = {name for _, name in parts()}
    assert {path.stem for path in HANDOUT.iterdir()} == made | set(DOCUMENTS)


@pytest.mark.parametrize(("command", "name"), parts())
def test_parts_are_fresh(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, _, file = command.partition(" > ")
    result = CliRunner().invoke(cli.app, shlex.split(arguments))
    assert result.exit_code == 0, result.stderr
    made = result.stdout if file else (tmp_path / f"{name}.tex").read_text("utf-8")
    assert file in ("", f"{name}.tex")
    assert made == (HANDOUT / f"{name}.tex").read_text("utf-8")


@pytest.mark.parametrize(("name", "pages"), [("googlenet", 2), ("diapos", 17)])
def test_it_compiles(name: str, pages: int, tmp_path: Path) -> None:
    if not shutil.which("pdflatex"):
        pytest.skip("there is no pdflatex")
    shutil.copytree(HANDOUT, tmp_path, dirs_exist_ok=True)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    said = done.stdout.decode("utf-8", "replace")
    missing = re.search(r"File `(\S+\.(?:sty|cls|ldf))' not found", said)
    if missing:
        pytest.skip(f"there is no {missing[1]}")
    assert done.returncode == 0, said
    assert f"({pages} pages" in said
    assert "Overfull" not in said
