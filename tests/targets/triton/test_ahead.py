"""The kernels compiled for GPUs that are not here: resources, ceilings, and the golden tables."""

from importlib.metadata import version

import pytest

from archc import catalogue
from archc.analyses import kernel_prices as price
from archc.profiling import ahead, report
from archc.profiling.ahead import Compiled
from archc.profiling.variants import variants
from tests import paths

pytest.importorskip("triton", reason="PyTorch brings triton on Linux only")
GOLDENS = paths.GENERATED / "kernels"
KNOWN = {variant.label: variant for variant in variants()}


def test_machine_code() -> None:
    """One test of everything that is compiled, as that takes half a minute."""
    compiled = list(ahead.records())
    found = {(record.label, record.target) for record in compiled}
    assert found == {(label, target) for label in KNOWN for target in ahead.TARGETS}
    for record in compiled:
        within_ceilings(record)
    the_model_counts_as_the_compiler_does(compiled)
    page = report.compiled_page(compiled, version("triton"))
    assert page == (GOLDENS / "kernels.md").read_text(), "archc kernels report"


def within_ceilings(record: Compiled) -> None:
    variant = KNOWN[record.label]
    nvidia = record.target.startswith("sm")
    assert record.spilled == 0, record
    most = variant.ceiling
    assert record.registers <= (most.registers if nvidia else most.registers_amd), record
    assert record.vector_loads, record
    assert bool(record.matrix) == variant.matrix, record
    assert (record.instructions is not None) == nvidia, record
    assert record.instructions is None or record.instructions <= most.instructions, record


def the_model_counts_as_the_compiler_does(compiled: list[Compiled]) -> None:
    """What prices kernels goes through what was counted for an H100, within a tenth."""
    counted = {r.label: r.instructions for r in compiled if r.target == "sm_90"}
    for k in (3, 5, 7):
        modelled: float = price.depthwise_instructions(k * k)
        assert counted[f"depthwise {k}x{k}, fp16"] == pytest.approx(modelled, rel=0.1)
    for channels in (32, 64, 128):
        modelled = price.pointwise_instructions(240, (channels, 1, 1)) / channels
        label = f"1x1, tile 64 x {channels}, fp16"
        assert counted[label] == pytest.approx(modelled, rel=0.1), label
    for k, channels in ((3, 32), (3, 64), (3, 128), (5, 64), (7, 128)):
        modelled = price.together_instructions((192, 1, 1), k * k, (channels, 1, 1)) / channels
        label = f"depthwise {k}x{k}, then 1x1 to {channels}, fp16"
        assert counted[label] == pytest.approx(modelled, rel=0.1), label
    for hidden in (20, 64):
        modelled = price.excite_instructions(480, hidden) / 480
        label = f"squeeze-excite, {hidden} hidden, fp16"
        assert counted[label] == pytest.approx(modelled, rel=0.1), label


@pytest.mark.parametrize("name", ["efficientnet:b0", "mobilenet_v1", "mobilenet_v2"])
def test_the_model_is_as_committed(name: str) -> None:
    target = catalogue.find(name)
    network = catalogue.network(target.path, target.variant)
    assert report.roofline_page(network) == (GOLDENS / f"{network.stem}.md").read_text()
    assert report.roofline_data(network) == (GOLDENS / f"{network.stem}.csv").read_text()
