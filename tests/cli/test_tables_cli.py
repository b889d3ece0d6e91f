"""The commands table and grade, and the pages of Sphinx and notebooks."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archc
from archc.cli import app

runner = CliRunner()


def run(*arguments: str, code: int = 0, **more: Any) -> str:
    result = runner.invoke(app, arguments, **more)
    assert result.exit_code == code, result.output + str(result.exception or "")
    return result.stdout if code == 0 else result.stderr


def test_table() -> None:
    assert run("table", "googlenet") == archc.load("googlenet").table()
    assert "18 couches" in run("table", "resnet", "--lang", "fr", "--format", "html")
    text = run("table", "googlenet:fashion_mnist", "--style", "keras")
    assert text.splitlines()[0] == 'Model: "functional"'
    rows = run(
        "table", "resnet", "--variant", "resnet50", "--variant", "resnet101", "--format", "csv"
    )
    assert rows.splitlines()[0] == "layer name,output size,resnet50,resnet101"
    assert json.loads(run("table", "vgg", "--format", "json"))["columns"][0]["heading"] == "A"


def test_table_help_has_examples() -> None:
    assert "archc table googlenet" in run("table", "--help")
    assert "archc grade answers.csv" in run("grade", "--help")


def test_what_table_refuses() -> None:
    assert "error[unknown-variant]" in run("table", "resnet", "--variant", "big", code=1)
    assert "error[unknown-key]" in run("table", "vgg", "--blank", "colour", code=1)
    for options in (
        ("--solution",),
        ("--style", "keras", "--blank", "params"),
        ("--format", "text"),
        ("--style", "body", "--variant", "a", "--variant", "b"),
    ):
        run("table", "vgg", *options, code=2)


def test_a_sheet_and_its_marks(tmp_path: Path) -> None:
    sheet = ("table", "vgg:a", "--set", "num_classes=10", "--blank", "params", "--format", "csv")
    blank, key = run(*sheet), run(*sheet, "--solution")
    path = tmp_path / "answers.csv"
    path.write_text(key, encoding="utf-8")
    assert run("grade", str(path)) == "VGG: 16/16\n"
    path.write_text(blank, encoding="utf-8")
    assert run("grade", str(path)).splitlines()[-1] == "VGG: 0/16"
    wrong = key.replace('"40,970"', "40960")
    assert wrong != key
    marked = run("grade", "-", "--format", "markdown", input=wrong)
    assert marked.startswith("VGG: 15/16\n")
    assert re.search(r"\| fc8 .*\| 40960 .*\| 40,970 .*\| +0 \| the biases are forgotten", marked)
    assert "conv1" in run("grade", str(path), "--all")


def test_what_grade_refuses(tmp_path: Path) -> None:
    assert "error[missing-file]" in run("grade", str(tmp_path / "none.csv"), code=1)
    for text in (
        "",
        "a,b\n",
        "# archc exercise: vgg; style=modern; blank=params\nlayer\n",
        "# archc exercise: vgg; style=layers; blank=params; lang=en\nlayer,parameters\n",
    ):
        assert "error[bad-sheet]" in run("grade", "-", code=1, input=text)
    line = "# archc exercise: no_such_net; style=layers; blank=params; lang=en\n"
    assert "error[unknown-spec]" in run("grade", "-", code=1, input=line)


def test_notebook() -> None:
    pytest.importorskip("IPython")
    from IPython.core.formatters import DisplayFormatter

    shown, _ = DisplayFormatter().format(archc.load("googlenet"))
    assert "<svg" in shown["text/html"]
    assert "<td" in shown["text/html"]
    assert "inception (5b)" in shown["text/html"]
    assert "<Architecture googlenet" in shown["text/plain"]


@pytest.fixture
def pages(tmp_path: Path) -> Any:
    if not importlib.util.find_spec("sphinx") or not importlib.util.find_spec("myst_parser"):
        pytest.skip("no Sphinx here")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/net.yaml").write_text(
        "archc: 1\nname: net\ninput: [1, 8, 8]\nnetwork:\n"
        "  - conv: {out_channels: 4, kernel_size: 3}\n    id: first\n",
        encoding="utf-8",
    )
    (tmp_path / "conf.py").write_text(
        'extensions = ["archc.sphinx", "myst_parser"]\nlanguage = "fr"\n'
        'exclude_patterns = ["out*"]\n',
        encoding="utf-8",
    )
    return tmp_path


def build(folder: Path, builder: str) -> tuple[Path, int]:
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    out = folder / f"out_{builder}"
    with docutils_namespace():
        app = Sphinx(folder, folder, out, folder / "doctrees", builder, status=None, warning=None)
        app.build()
    return out, app.statuscode


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
def test_sphinx_and_myst(pages: Path) -> None:
    (pages / "index.rst").write_text(
        "Page\n====\n\n.. toctree::\n\n   more\n\n.. archc:: specs/net.yaml\n   :depth: 1\n",
        encoding="utf-8",
    )
    (pages / "more.md").write_text(
        "# More\n\n```{archc} specs/net.yaml\n:table: keras\n:no-figure:\n```\n\n"
        "```{archc} specs/none.yaml\n```\n",
        encoding="utf-8",
    )
    out, _ = build(pages, "html")
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "taille de sortie" in page
    assert "entrée" in page[page.index("<svg") : page.index("</svg>")]
    more = (out / "more.html").read_text(encoding="utf-8")
    assert "conv2d (Conv2D)" in more
    assert "<svg" not in more.partition("conv2d (Conv2D)")[2]
    out, _ = build(pages, "text")
    assert "| first  | convolution |" in (out / "index.txt").read_text(encoding="utf-8")
