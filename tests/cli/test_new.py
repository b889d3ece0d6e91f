"""`archc new`: a spec that is right, has a bit of everything, and is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

import archc
from archc.spec import AsideStep, TableStep, walk
from tests.commands import invoke


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_starter_is_right() -> None:
    result = invoke("new", "my_net")
    assert result.exit_code == 0
    assert result.output.startswith("my_net.yaml: next, `archc validate my_net.yaml`")
    text = Path("my_net.yaml").read_text("utf-8")
    modeline = text.partition("\n")[0].removeprefix("# yaml-language-server: $schema=file://")
    assert Path(modeline).read_text("utf-8").startswith('{\n  "$schema"')
    assert text.count("#") > 12
    assert invoke("validate", "my_net.yaml").exit_code == 0
    assert invoke("compile", "my_net.yaml", "--all", "-o", "out").exit_code == 0
    assert invoke("check", "my_net.yaml", "-o", "out").exit_code == 0
    compile(Path("out/my_net.py").read_text("utf-8"), "my_net.py", "exec")


def test_it_has_a_block_a_repeat_a_table_a_variant_and_a_claim() -> None:
    invoke("new", "my_net")
    spec = archc.load("my_net.yaml").spec
    steps = [*walk(spec.network.body)]
    assert spec.name == "my_net"
    assert spec.blocks
    assert spec.variants
    assert spec.functions
    assert len(spec.header.claims) > 1
    assert any(step.repeat is not None for step in steps)
    assert any(isinstance(step, TableStep) for step in steps)
    assert not any(isinstance(step, AsideStep) for step in steps)


def test_it_writes_over_nothing() -> None:
    Path("mine.yaml").write_text("mine")
    result = invoke("new", "mine")
    assert result.exit_code == 1
    assert "mine.yaml is there already" in result.output
    assert Path("mine.yaml").read_text() == "mine"
    assert invoke("new", "mine", "--force").exit_code == 0
    assert Path("mine.yaml").read_text() != "mine"


@pytest.mark.parametrize("name", ["My-Net", "../net", "1net", "a/b", "", "net.yaml"])
def test_a_name_is_a_name(name: str) -> None:
    result = invoke("new", name)
    assert result.exit_code == 2
    assert not [*Path.cwd().glob("**/*.yaml")]
