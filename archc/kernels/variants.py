"""The kernels as they are compiled ahead of time, and the ceilings that they must stay under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

POINTERS = {"fp16": "*fp16", "bf16": "*bf16", "fp32": "*fp32"}


@dataclass(frozen=True)
class Variant:
    """One kernel with everything chosen that the compiler must know."""

    family: str
    """The file it is in."""
    kernel: str
    """The function's name."""
    label: str
    types: Mapping[str, str]
    """The type of each argument that is no constant."""
    constants: Mapping[str, Any]
    outputs: int
    """Results that one program makes."""
    trips: int
    """How often the loop runs, in the case that is counted."""
    registers: int
    """The most registers a thread may take, on any NVIDIA target."""
    instructions: float
    """The most thread instructions for a result, on sm_90."""
    threads: int = 128
    registers_amd: int = 256
    """The most vector registers on AMD, where 256 leave room for two waves on each unit."""
    stages: int = 2
    matrix: bool = False
    """Whether matrix instructions must be there."""
    vectors: bool = True
    """Whether 16-byte loads must be there."""
    aligned: tuple[str, ...] = field(default=())
    """Integer arguments that are multiples of 16, beside all pointers."""


def variants() -> Iterator[Variant]:
    """Every kernel in the types and sizes that the report counts."""
    for kind in ("fp16", "fp32"):
        for k in (3, 5, 7):
            yield depthwise(k, kind)
    yield depthwise(3, "bf16")
    yield depthwise(5, "fp16", squeeze=True)
    for k in (3, 5):
        yield grad_input(k, "fp16")
    yield grad_weight(5, "fp16")
    for cells, channels in ((64, 128), (64, 32), (32, 64)):
        yield pointwise(cells, channels, "fp16")
    yield pointwise(64, 128, "bf16")
    yield squeeze_excite("fp16")


def depthwise(k: int, kind: str, squeeze: bool = False) -> Variant:
    """The forward with everything on: scale, shift, SiLU."""
    flags = {"SCALE": True, "SHIFT": True, "SQUEEZE": squeeze, "ACT": "silu"}
    return Variant(
        "depthwise",
        "depthwise_kernel",
        f"depthwise {k}x{k}{' + squeeze' if squeeze else ''}, {kind}",
        {
            **dict.fromkeys(("x", "y"), POINTERS[kind]),
            **dict.fromkeys(("w", "scale", "shift", "sums"), "*fp32"),
            **dict.fromkeys(("C", "H", "W", "OH", "OW", "TILES", "ROWS"), "i32"),
        },
        {"PADDING": k // 2, "K": k, "STRIDE": 1, "DILATION": 1, **flags}
        | {"BLOCK_P": 16, "BLOCK_C": 64},
        outputs=16 * 64,
        trips=k,
        registers=96,
        instructions={3: 90, 5: 190, 7: 340}[k],
        aligned=("C",),
    )


def grad_input(k: int, kind: str) -> Variant:
    """The gradient of the input, at stride 2, which has the most to decide."""
    return Variant(
        "depthwise_backward",
        "depthwise_grad_input_kernel",
        f"depthwise {k}x{k} / 2, gradient of x, {kind}",
        {
            **dict.fromkeys(("grad", "grad_x"), POINTERS[kind]),
            "w": "*fp32",
            **dict.fromkeys(("C", "H", "W", "OH", "OW", "TILES", "ROWS"), "i32"),
        },
        {"PADDING": k // 2, "K": k, "STRIDE": 2, "DILATION": 1, "BLOCK_P": 16, "BLOCK_C": 64},
        outputs=16 * 64,
        trips=k,
        registers=96,
        instructions={3: 120, 5: 280}[k],
        aligned=("C",),
    )


def grad_weight(k: int, kind: str) -> Variant:
    """The gradient of the filters: results are the cells that one program walks."""
    return Variant(
        "depthwise_backward",
        "depthwise_grad_weight_kernel",
        f"depthwise {k}x{k}, gradient of w, {kind}",
        {
            **dict.fromkeys(("x", "grad"), POINTERS[kind]),
            "partials": "*fp32",
            **dict.fromkeys(("C", "H", "W", "OH", "OW", "ALL", "CELLS"), "i32"),
        },
        {"PADDING": k // 2, "K": k, "STRIDE": 1, "DILATION": 1, "BLOCK_P": 64, "BLOCK_C": 32},
        outputs=1024 * 32,
        trips=16,
        registers=96,
        instructions=30,
        aligned=("C", "CELLS"),
    )


def pointwise(cells: int, channels: int, kind: str) -> Variant:
    """The 1x1 convolution with everything on, for 240 input channels."""
    flags = dict.fromkeys(("GATE", "SCALE", "SHIFT", "RESIDUAL"), True)
    return Variant(
        "pointwise",
        "pointwise_kernel",
        f"1x1, tile {cells} x {channels}, {kind}",
        {
            **dict.fromkeys(("x", "gate", "w", "residual", "y"), POINTERS[kind]),
            **dict.fromkeys(("scale", "shift"), "*fp32"),
            **dict.fromkeys(("M", "C", "D", "CELLS"), "i32"),
        },
        {**flags, "ACT": "silu", "BLOCK_M": cells, "BLOCK_D": channels, "BLOCK_K": 32},
        outputs=cells * channels,
        trips=8,
        registers=255,
        instructions=60 if cells * channels > 4096 else 100,
        stages=3,
        matrix=True,
        aligned=("C", "D"),
    )


def squeeze_excite(kind: str) -> Variant:
    """The gate of one image with 64 hidden values; several loops, so nothing is counted."""
    return Variant(
        "squeeze_excite",
        "squeeze_excite_kernel",
        f"squeeze-excite, {kind}",
        {
            "sums": "*fp32",
            **dict.fromkeys(("reduce", "reduce_bias", "expand", "expand_bias"), POINTERS[kind]),
            "gate": POINTERS[kind],
            **dict.fromkeys(("C", "R", "TILES"), "i32"),
            "share": "fp32",
        },
        {"ACT": "silu", "GATE_ACT": "sigmoid", "BLOCK_R": 64, "BLOCK_C": 64},
        outputs=0,
        trips=1,
        registers=128,
        instructions=0,
        vectors=False,
        aligned=("C",),
    )
