"""The commands: what they print, what they write, and with which code they end."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from archc import analyses, catalogue, cli
from archc.cli.app import FAULT
from archc.diagnostics import rules
from archc.document import engine
from archc.lectures import figures as diagram
from archc.ops import OPS
from tests.paths import ROOT

COMMANDS = (
    *("validate", "compile", "analyze", "render", "check", "verify", "weights"),
    *("explain", "schema", "ops", "list"),
)

TINY = """\
archc: 1
name: tiny
title: Tiny
params: {width: 8}
input: [3, 16, 16]
network:
  - conv: {out_channels: width, kernel_size: 3}
  - relu
  - adaptive_avg_pool: {output_size: 1}
  - flatten
  - linear: {out_features: 10}
variants:
  wide: {width: 32}
claims:
  - {source: by hand, params: 314}
"""
WRONG = TINY.replace("relu", "rleu").replace("out_features", "units")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in a folder with one spec."""
    (tmp_path / "tiny.yaml").write_text(TINY)
    (tmp_path / "wrong.yaml").write_text(WRONG)
    monkeypatch.chdir(tmp_path)


def archc(*arguments: str, input: str | None = None) -> Result:
    result = CliRunner().invoke(cli.app, list(arguments), input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archc", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )


# Help, and the start of the process


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str) -> None:
    result = archc(command, "--help")
    assert result.exit_code == 0
    assert f"$ archc {command}" in result.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, archc.cli\n"
        "try: archc.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('networkx', 'jinja2', 'graphviz', 'pygraphviz', 'torch', 'pydantic', 'yaml')])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert "compile" in run.stdout
    assert run.stdout.splitlines()[-1] == "[]"


def test_the_version() -> None:
    assert archc("--version").stdout.startswith("archc ")


# Where the spec comes from


def test_a_spec_is_a_path_a_name_or_standard_input() -> None:
    assert "no mistakes (1 variant)" in archc("validate", "tiny.yaml").stdout
    assert "no mistakes (variant wide)" in archc("validate", "tiny.yaml:wide").stdout
    assert "resnet50" in archc("analyze", "resnet:resnet50").stdout
    assert archc("validate", "-", input=TINY).stdout == "-: no mistakes (1 variant)\n"


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    result = archc("analyze", "resnt")
    assert result.exit_code == 1
    assert "error[unknown-spec]" in result.stderr
    assert "did you mean `resnet`?" in result.stderr


def test_a_file_that_is_not_there() -> None:
    result = archc("compile", "tony.yaml")
    assert result.exit_code == 1
    assert "error[missing-file]" in result.stderr
    assert "did you mean `tiny.yaml`?" in result.stderr


# Mistakes


def test_all_mistakes_of_all_files_are_told() -> None:
    result = archc("validate", "wrong.yaml", "tiny.yaml", "none.yaml")
    assert result.exit_code == 1
    assert "tiny.yaml: no mistakes" in result.stdout
    for rule in ("unknown-op", "unknown-argument", "missing-file"):
        assert f"error[{rule}]" in result.stderr
    assert "--> wrong.yaml:8:5" in result.stderr


@pytest.mark.parametrize("command", [("validate",), ("compile",), ("render", "-o", "x.svg")])
def test_machines_read_mistakes_on_standard_output(command: tuple[str, ...]) -> None:
    result = archc(*command, "wrong.yaml", "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)["diagnostics"]
    assert {"unknown-op", "unknown-argument"} <= {each["rule"] for each in found}
    assert archc(*command, "wrong.yaml", "--format", "github").stdout.startswith("::error file=")
    assert json.loads(archc(*command, "wrong.yaml", "--format", "sarif").stdout)["runs"]


def test_without_mistakes_machines_read_that_there_are_none() -> None:
    result = archc("validate", "tiny.yaml", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"format_version": 1, "diagnostics": []}
    assert "no mistakes" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile",),
        ("compile", "tiny.yaml", "-t", "torch,exe"),
        ("compile", "tiny.yaml", "--all", "--variant", "wide"),
        ("analyze", "tiny.yaml", "--set", "width"),
        ("analyze", "tiny.yaml", "--depth", "0"),
        ("render", "tiny.yaml", "-o", "tiny.bmp"),
        ("render", "tiny.yaml"),
        ("weights", "tiny.yaml", "in.pth", "-o", "out.pth", "--from", "torchvision"),
        ("fly",),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = archc(*arguments)
    assert result.exit_code == 2
    assert "Error" in result.stderr
    assert sorted(os.listdir()) == ["tiny.yaml", "wrong.yaml"]


def test_a_param_that_there_is_not() -> None:
    result = archc("analyze", "tiny.yaml", "--set", "widht=3")
    assert result.exit_code == 1
    assert "did you mean `width`?" in result.stderr


def test_a_fault_of_archc_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(network: object) -> None:
        raise KeyError("oh")

    monkeypatch.setattr(analyses, "analyze", broken)
    monkeypatch.setattr(sys, "argv", ["archc", "analyze", "tiny.yaml"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == FAULT
    monkeypatch.setenv("ARCHC_TRACEBACK", "1")
    with pytest.raises(KeyError):
        cli.main()


def test_what_needs_torch_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = archc("verify", "tiny.yaml")
    assert result.exit_code == 1
    assert "error[needs-extra]" in result.stderr
    assert "pip install 'archc[torch]'" in result.stderr


def test_what_needs_triton_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "triton", None)
    result = archc("kernels", "report")
    assert result.exit_code == 1
    assert "error[needs-extra]" in result.stderr
    assert "pip install triton" in result.stderr


# Looking


def test_analyze_shows_a_table_that_can_be_pasted() -> None:
    out = archc("analyze", "resnet", "--depth", "2").stdout
    assert "\x1b" not in out
    assert "25,557,032" in out
    assert "  conv4_x.1-5" in out
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_analyze_as_json() -> None:
    found = json.loads(archc("analyze", "resnet:resnet50", "--format", "json").stdout)
    assert found["format_version"] == 1
    assert (found["name"], found["variant"], found["input"]) == (
        "resnet",
        "resnet50",
        [3, 224, 224],
    )
    assert found["totals"]["params"] == 25_557_032
    assert found["nodes"][0]["output_shape"] == [64, 112, 112]


def test_analyze_as_csv_and_markdown() -> None:
    rows = list(
        csv.DictReader(io.StringIO(archc("analyze", "tiny.yaml", "--format", "csv").stdout))
    )
    assert [row["op"] for row in rows] == ["conv", "relu", "adaptive_avg_pool", "flatten", "linear"]
    assert sum(int(row["params"]) for row in rows) == 314
    text = archc("analyze", "tiny.yaml", "--format", "markdown").stdout
    assert "| conv | conv | 8 x 14 x 14 | 224 |" in text
    assert "- parameters: 314" in text


def test_settings_are_expressions() -> None:
    arguments = ("--set", "width=2 * 8", "--set", "input=[1, 8, 8]", "--format", "json")
    found = json.loads(archc("analyze", "tiny.yaml", *arguments).stdout)
    assert found["input"] == [1, 8, 8]
    assert found["nodes"][0]["output_shape"] == [16, 6, 6]


def test_list_shows_every_variant() -> None:
    out = archc("list").stdout
    for word in ("googlenet", "resnet50", "Going deeper" if "Going deeper" in out else "Szegedy"):
        assert word in out
    assert {"resnet", "googlenet", "efficientnet"} <= set(archc("list", "--names").stdout.split())


def test_explain_shows_rules_and_their_pages() -> None:
    out = archc("explain").stdout
    assert all(rule in out for rule in rules.RULES)
    assert archc("explain", "bad-shape").stdout == rules.page("bad-shape")
    result = archc("explain", "bad-shap")
    assert result.exit_code == 1
    assert "did you mean `bad-shape`?" in result.stderr


def test_ops_shows_ops_and_their_arguments() -> None:
    out = archc("ops").stdout
    assert all(f"{name} " in out for name in OPS)
    details = archc("ops", "conv").stdout
    assert "int or [int, int] or same" in details
    assert archc("ops", "cnov").exit_code == 1


def test_help_shows_every_command_in_a_panel() -> None:
    out = archc("--help").stdout
    panels = [out.index(f"{panel}:") for panel in cli.COMMANDS]
    assert panels == sorted(panels)
    files = {path.stem for path in (ROOT / "archc/cli").glob("*.py")}
    listed = {name for panel in cli.COMMANDS.values() for name in panel}
    assert listed == files - {"__init__", "app", "console", "options"}


@pytest.mark.parametrize(
    ("name", "line"),
    [line for panel in cli.COMMANDS.values() for line in panel.items()],
    ids=lambda text: text if text.isidentifier() else "",
)
def test_help_says_what_the_help_of_the_command_says(name: str, line: str) -> None:
    command = cli.app.get_command(click.Context(cli.app), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200) == line


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_the_shell(shell: str) -> None:
    assert "_ARCHC_COMPLETE" in archc("--show-completion", shell).stdout


def test_the_schema_is_the_committed_one() -> None:
    assert archc("schema").stdout == (ROOT / "archc/schema.json").read_text(encoding="utf-8")


# Making


def test_compile_writes_three_files_and_says_so() -> None:
    result = archc("compile", "tiny.yaml")
    assert result.exit_code == 0
    first, *lines = result.stdout.splitlines()
    assert first == "tiny: 314 parameters, 42.4 K multiply-adds, depth 2"
    assert [line.split()[0] for line in lines] == [
        f"generated/tiny.{suffix}" for suffix in ("py", "svg", "md")
    ]
    assert sorted(os.listdir("generated")) == ["tiny.md", "tiny.py", "tiny.svg"]


def test_compile_all_makes_every_variant_and_check_holds_against_it() -> None:
    made = ("compile", "tiny.yaml", "--all", "-o", "out")
    assert archc(*made).exit_code == 0
    assert sorted(os.listdir("out")) == ["tiny.md", "tiny.py", "tiny.svg", "tiny_wide.py"]
    assert archc(*made, "--check").exit_code == 0
    path = Path("out/tiny_wide.py")
    text = path.read_text()
    path.write_text(text + "# by hand\n")
    result = archc(*made, "--check")
    assert result.exit_code == 1
    assert "error[stale-golden]" in result.stderr
    assert "-# by hand" in result.stderr
    assert "archc compile tiny.yaml --all -o out" in result.stderr
    assert path.read_text() == text + "# by hand\n"


def test_compile_all_reads_standard_input_once() -> None:
    result = archc("compile", "-", "--all", "-t", "dot", input=TINY)
    assert result.exit_code == 0
    assert sorted(os.listdir("generated")) == ["tiny.dot", "tiny_wide.dot"]


def test_nothing_is_written_if_anything_is_wrong() -> None:
    assert archc("compile", "tiny.yaml", "wrong.yaml").exit_code == 1
    assert not Path("generated").exists()


def test_a_folder_that_can_not_be_written() -> None:
    result = archc("compile", "tiny.yaml", "-o", "tiny.yaml", "-t", "dot")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_without_an_engine_the_dot_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> bytes:
        raise diagram.NoEngine("none")

    monkeypatch.setattr(engine, "_first", nothing)
    result = archc("compile", "tiny.yaml", "-t", "svg")
    assert result.exit_code == 0
    assert "hint: tiny.svg is not drawn" in result.stderr
    assert os.listdir("generated") == ["tiny.dot"]
    result = archc("render", "tiny.yaml", "-o", "figure.svg")
    assert result.exit_code == 1
    assert "figure.svg is not drawn" in result.stderr
    assert Path("figure.dot").exists()


@pytest.mark.parametrize(
    ("name", "start"), [("a.dot", b"digraph"), ("a.svg", b"<svg"), ("a.png", b"\x89PNG")]
)
def test_render_draws_what_the_name_says(name: str, start: bytes) -> None:
    result = archc("render", "tiny.yaml", "-o", name, "--depth", "1")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{name}\n"
    assert start in Path(name).read_bytes()[:300]


# Checking


def test_check_holds_claims_and_files() -> None:
    assert archc("compile", "tiny.yaml", "--all").exit_code == 0
    result = archc("check", "tiny.yaml", "--details")
    assert result.exit_code == 0
    assert "tiny: 1 figure: 1 exact" in result.stdout
    assert "by hand" in result.stdout
    assert "generated: 4 files are fresh" in result.stdout
    Path("generated/tiny.md").unlink()
    Path("tiny.yaml").write_text(TINY.replace("params: 314", "params: 315"))
    result = archc("check", "tiny.yaml")
    assert result.exit_code == 1
    assert "error[claim-not-met]" in result.stderr
    assert "`generated/tiny.md` is not there" in result.stderr


def test_verify_asks_torch() -> None:
    pytest.importorskip("torch")
    result = archc("verify", "tiny.yaml")
    assert result.exit_code == 0
    assert "PyTorch agrees, node by node: 5 modules" in result.stdout


# As a process


def test_a_process_prints_plain_text_to_a_pipe() -> None:
    run = process("analyze", "tiny.yaml")
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    run = process("validate", "wrong.yaml")
    assert run.returncode == 1
    assert "\x1b" not in run.stderr
    assert "Traceback" not in run.stderr


def test_a_reader_that_goes_away_is_no_fault() -> None:
    command = f"{sys.executable} -m archc analyze resnet --format json | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=environment, check=False
    )
    assert run.stdout == "{\n"
    assert run.stderr == ""


def test_known_specs_have_the_names_of_their_files() -> None:
    for name, path in catalogue.known().items():
        assert catalogue.read(path)[0].name == name
