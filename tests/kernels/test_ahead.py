"""The kernels compiled for GPUs that are not here: resources, ceilings, and the golden tables."""

from importlib.metadata import version
from pathlib import Path

import pytest

from archc import catalogue
from archc.kernels import ahead, report
from archc.kernels.ahead import Compiled
from archc.kernels.variants import variants

GOLDENS = Path(__file__).parents[2] / "generated" / "kernels"
KNOWN = {variant.label: variant for variant in variants()}


@pytest.fixture(scope="module")
def compiled() -> list[Compiled]:
    return list(ahead.records())


def test_everything_compiles_for_every_target(compiled: list[Compiled]) -> None:
    found = {(record.label, record.target) for record in compiled}
    assert found == {(label, target) for label in KNOWN for target in ahead.TARGETS}


def test_resources(compiled: list[Compiled]) -> None:
    for record in compiled:
        variant = KNOWN[record.label]
        nvidia = record.target.startswith("sm")
        ceiling = variant.registers if nvidia else variant.registers_amd
        assert record.spilled == 0, record
        assert record.registers <= ceiling, record
        assert record.vector_loads or not variant.vectors, record
        assert bool(record.matrix) == variant.matrix, record
        if record.target == "sm_90" and variant.outputs:
            assert record.instructions is not None
            assert record.instructions <= variant.instructions, record


def test_the_model_counts_as_the_compiler_does(compiled: list[Compiled]) -> None:
    """The line that prices depthwise kernels goes through what was counted, within a tenth."""
    from archc.analyses.price import depthwise_instructions

    counted = {r.label: r.instructions for r in compiled if r.target == "sm_90"}
    for k in (3, 5, 7):
        assert counted[f"depthwise {k}x{k}, fp16"] == pytest.approx(
            depthwise_instructions(k * k), rel=0.1
        )


def test_the_table_is_as_committed(compiled: list[Compiled]) -> None:
    page = report.compiled_page(compiled, version("triton"))
    assert page == (GOLDENS / "kernels.md").read_text()


@pytest.mark.parametrize("name", ["efficientnet:b0", "mobilenet_v1", "mobilenet_v2"])
def test_the_model_is_as_committed(name: str) -> None:
    target = catalogue.find(name)
    network = catalogue.network(target.path, target.variant)
    assert report.roofline_page(network) == (GOLDENS / f"{network.stem}.md").read_text()
