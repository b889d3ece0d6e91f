"""Small specs that once failed after "no mistakes"; each stands for a kind of spec."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import archc
from archc.diagnostics import SpecError
from archc.targets.torch.runtime.verify import verify
from tests.commands import invoke

HERE = Path(__file__).parent
CASES = sorted(path.stem for path in HERE.glob("*.yaml"))


def model(case: str) -> archc.api.Model:
    return archc.load(HERE / f"{case}.yaml").elaborate()


@pytest.mark.parametrize("case", CASES)
def test_code_is_what_the_analysis_says(case: str) -> None:
    assert not verify(model(case).network).mismatches


def test_an_aside_that_others_go_on_from_is_computed_once() -> None:
    code = model("continue_from_aside").code()
    assert code.count("self.heatmap1(") == 1
    assert code.index("self.heatmap1 =") < code.index("self.back =")


def test_outputs_for_training_only_are_none_at_inference() -> None:
    module = model("two_asides").module().eval()
    outputs = module(torch.ones(1, 8, 12, 1))
    assert outputs.s2 is None
    assert outputs.s3.shape == (1, 8, 10, 1)
    assert module.train()(torch.ones(1, 8, 12, 1)).s2.shape == (1, 8, 12, 1)


def test_nothing_goes_on_from_an_aside_for_training_only() -> None:
    text = (HERE / "continue_from_aside.yaml").read_text()
    text = text.replace("id: heatmap1}", "id: heatmap1, training_only: true}")
    with pytest.raises(SpecError, match="`back` goes on from an aside that is for training only"):
        archc.load("net.yaml", text).elaborate()


def test_a_page_of_a_block_that_repeats_an_op() -> None:
    path = str(HERE / "report_bare_repeat.yaml")
    assert invoke("compile", path, "-t", "md", "-o", "-").exit_code == 0
