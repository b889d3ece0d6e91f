"""The README: its blocks are what they say, its spec works, its table and its code are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from archc.claims import check_claims, unmet
from archc.elaborate import elaborate
from archc.load import load
from archc.parse import parse

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def between(mark: str) -> str:
    """What stands between a mark and the next `<!-- end -->`."""
    text = README.read_text("utf-8")
    return text.split(f"<!-- {mark} -->\n", 1)[1].split("<!-- end -->", 1)[0].strip()


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


def test_quick_start_is_two_lines() -> None:
    blocks = fenced("sh")
    assert len(blocks) == 2
    assert all(block.count("\n") == 1 for block in blocks)
    assert "archc compile specs/googlenet.yaml" in blocks[0]


def test_tour_of_the_language_is_a_spec() -> None:
    spec = parse(load("tiny.yaml", fenced("yaml")[0]))
    for variant in (None, *spec.variants):
        elaborate(spec, variant)
    assert not unmet(check_claims(spec))


def test_table_of_networks_is_fresh() -> None:
    command = [sys.executable, "-m", "archc", "list", "--format", "markdown"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert between("archc list --format markdown") == found.stdout.strip()


def test_code_is_the_generated_one() -> None:
    text = (ROOT / "generated" / "googlenet.py").read_text("utf-8")
    start = text.index("class Inception(")
    code = text[start : text.index("\n\n\n", start)]
    assert between("generated/googlenet.py: class Inception") == f"```python\n{code}\n```"
