"""The catalogue of wrong specs: each says in its first lines what archc says about it.

`pytest tests/test_errors.py --refresh` writes those lines; read `git diff` before you commit them.
"""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from archc import cli
from archc.diagnostics.rules import RULES, page
from archc.spec.naming import MODULE

ERRORS = Path(__file__).parent / "errors"
FILES = sorted(ERRORS.glob("*.yaml"))

ELSEWHERE = {
    "unknown-spec": "a command's argument, not a spec: tests/test_cli.py",
    "stale-golden": "generated files, not a spec: tests/test_generated.py",
    "needs-extra": "what is installed, not a spec: tests/test_cli.py",
    "bad-sheet": "a student's answers, not a spec: tests/test_tables_cli.py",
    "no-accuracy": "figures of others, not a spec: tests/test_compare.py",
    "no-backend": "what a target cannot do, not a mistake: tests/targets/torch/test_emit.py",
    "too-many": "a hundred mistakes are too long for a file: test_diagnostics.py",
    "weights-mismatch": "a checkpoint beside a spec: tests/test_weights.py",
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
def test_wrong_specs(
    path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ERRORS)
    head, spec = split(path.read_text())
    if request.config.getoption("--refresh"):
        # Twice: the lines that are written move those that they speak of.
        for _ in range(2):
            head = told(path.name, head)
            path.write_text("".join(f"# {line}".rstrip() + "\n" for line in head) + spec)
    assert head == told(path.name, head)


def test_every_rule_has_a_wrong_spec() -> None:
    assert {path.stem.split("_")[0] for path in FILES} == {*RULES, "several"} - ELSEWHERE.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_wrong_spec_breaks_its_rule(path: Path) -> None:
    rule = path.stem.split("_")[0]
    rules = re.findall(r"^# error\[([\w-]+)\]", path.read_text(), re.MULTILINE)
    assert len(set(rules)) > 8 if rule == "several" else rule in rules


def test_no_step_takes_the_place_of_what_a_module_has() -> None:
    torch = pytest.importorskip("torch")
    assert {name for name in dir(torch.nn.Module()) if not name.startswith("_")} <= MODULE


# Pages of `archc explain`

AROUND = """\
archc: 1
name: example
input: [3, 32, 32]
params: {width: 16, c: 4, sizes: [3]}
blocks:
  stage:
    args: {out_channels: int, layers: int}
    body:
      - conv: {out_channels: out_channels, kernel_size: 3, padding: 1}
        repeat: layers
  inception:
    args: {n1x1: int, reduce3x3: int, n3x3: int, reduce5x5: int, n5x5: int, pool_proj: int}
    body:
      - conv: {out_channels: n1x1 + n3x3 + n5x5 + pool_proj, kernel_size: 1}
network:
  - conv: {out_channels: 64, kernel_size: 7}
    id: conv1
"""
"""What an example leaves out."""
SPECS = [rule for rule in RULES if "```yaml" in page(rule) and rule not in ELSEWHERE]
"""The pages whose examples are specs, not commands."""


def sections(text: str) -> dict[str, str]:
    """The sections of a spec, each with its key."""
    starts = [match.start() for match in re.finditer(r"^\w+:", text, re.MULTILINE)]
    ends = [*starts[1:], len(text)]
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return {part.split(":")[0]: part for part in parts}


def rules_of(example: str) -> set[str]:
    """The rules that an example breaks, with what it leaves out; `---` is between its files."""
    Path("resnet.yaml").write_text(AROUND)
    Path("blocks").mkdir(exist_ok=True)
    Path("blocks/residual.yaml").write_text("blocks: {residual: {body: [relu]}}\n")
    for text in reversed(example.split("---\n")):
        named = re.match(r"# (\S+\.yaml)\n", text)
        path = Path(named[1] if named else "example.yaml")
        own = sections(text)
        path.write_text(
            text + "".join(part for key, part in sections(AROUND).items() if key not in own)
        )
    found = set()
    for command in ("validate", "check"):
        result = CliRunner().invoke(cli.app, [command, str(path), "--format", "json"])
        text = result.stdout.strip()
        found |= {each["rule"] for each in json.loads(text)["diagnostics"]} if text else set()
    return found


@pytest.mark.parametrize("rule", SPECS)
def test_pages(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong, right = re.findall(r"```yaml\n(.*?)```", page(rule), re.DOTALL)
    assert rule in rules_of(wrong)
    assert rules_of(right) == set()
