"""ResNeXt's three forms (Figure 3 of Xie et al., 2016): one function, with the same weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from archc.analyses import analyze
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.runtime.instantiate import instantiate
from tests import paths

SPEC = parse(load(paths.SPECS / "resnext.yaml"))
FORMS = ("summed_paths", "concatenated_paths")
SMALL = {"layers": [2, 1, 1, 1], "base_width": 8, "num_classes": 5, "input": [3, 64, 64]}


def built(form: str, cardinality: int) -> nn.Module:
    """A small network of that form with random statistics, in double precision."""
    torch.manual_seed(0)
    settings = {**SMALL, "form": form, "cardinality": cardinality}
    module = instantiate(elaborate(SPEC, None, settings)).double()
    for name, tensor in module.state_dict().items():
        if name.endswith(("batch_norm.weight", "running_var")):
            tensor.uniform_(0.5, 1.5)
        elif name.endswith(("batch_norm.bias", "running_mean")):
            tensor.normal_(0, 0.1)
    return module


def split_up(grouped: dict[str, Tensor], form: str, cardinality: int) -> dict[str, Tensor]:
    """The weights of a grouped convolution dealt out to the paths that it stands for."""
    found: dict[str, Tensor] = {}
    for name, tensor in grouped.items():
        block, here, rest = name.partition(".residual.")
        part, _, entry = rest.partition(".")
        shares = tensor.chunk(cardinality) if tensor.ndim else (tensor,) * cardinality
        if part in ("split", "transform"):
            step = "0." if form == "summed_paths" else ""
            for k, share in enumerate(shares):
                found[f"{block}{here}paths.{k}.{step}{rest}"] = share
        elif form == "summed_paths" and rest == "merge.conv.weight":
            for k, share in enumerate(tensor.chunk(cardinality, dim=1)):
                found[f"{block}{here}paths.{k}.1.weight"] = share
        elif form == "summed_paths" and part == "merge":
            found[block + here + entry] = tensor
        else:
            found[name] = tensor
    return found


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("cardinality", [1, 4])
@pytest.mark.parametrize("form", FORMS)
def test_the_forms_compute_the_same(form: str, cardinality: int, training: bool) -> None:
    grouped, other = built("grouped_paths", cardinality), built(form, cardinality)
    other.load_state_dict(split_up(grouped.state_dict(), form, cardinality))
    image = torch.randn(4, 3, 64, 64, dtype=torch.float64)
    expected = grouped.train(training)(image)
    torch.testing.assert_close(other.train(training)(image), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_cost_the_same(form: str) -> None:
    grouped, other = (analyze(elaborate(SPEC, None, {"form": f})) for f in ("grouped_paths", form))
    assert other.totals.params == grouped.totals.params
    assert other.totals.macs == grouped.totals.macs
    assert other.totals.depth == grouped.totals.depth
