"""The README: its blocks are what they say, its spec works, its table and its code are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

import archc
from archc.analyses.claims import check_claims, unmet
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from tests.paths import ROOT

README = ROOT / "README.md"


@pytest.fixture
def stands(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Asserts what stands between a mark and the next `<!-- end -->`; `--refresh` writes it."""

    def check(mark: str, expected: str) -> None:
        text = README.read_text("utf-8")
        before, _, rest = text.partition(f"<!-- {mark} -->\n")
        old, end, after = rest.partition("<!-- end -->")
        assert end
        if request.config.getoption("--refresh"):
            README.write_text(f"{before}<!-- {mark} -->\n{expected}\n{end}{after}", "utf-8")
        else:
            assert old.strip() == expected

    return check


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


def test_figure_of_the_example_in_python_is_computed() -> None:
    (figure,) = re.findall(r"inference\.macs  # ([\d,]+)", fenced("python")[1])
    model = archc.load("efficientnet").elaborate("b3", num_classes=10)
    assert model.analyze().inference.macs == int(figure.replace(",", ""))


def test_table_of_networks_is_fresh(stands: Callable[[str, str], None]) -> None:
    command = [sys.executable, "-m", "archc", "list", "--format", "markdown"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    stands("archc list --format markdown", found.stdout.strip())


def test_code_is_the_generated_one(stands: Callable[[str, str], None]) -> None:
    text = (ROOT / "generated" / "googlenet.py").read_text("utf-8")
    start = text.index("class Inception(")
    code = text[start : text.index("\n\n\n", start)]
    stands("generated/googlenet.py: class Inception", f"```python\n{code}\n```")
