"""The kernels as they are compiled ahead of time, and the ceilings that they must stay under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

POINTERS = {"fp16": "*fp16", "bf16": "*bf16", "fp32": "*fp32"}


class Ceiling(NamedTuple):
    """The upper bounds on a kernel's machine code, a little above the numbers of triton."""

    registers: int
    """Of a thread, on any NVIDIA target."""
    registers_amd: int
    """Vector registers on AMD, where up to 256 leave room for two waves on each unit."""
    instructions: float
    """Thread instructions for a result, on any NVIDIA target."""


CEILINGS = {
    "depthwise 3x3, fp16": Ceiling(52, 64, 83),
    "depthwise 5x5, fp16": Ceiling(60, 92, 160),
    "depthwise 7x7, fp16": Ceiling(60, 118, 280),
    "depthwise 3x3, fp32": Ceiling(68, 60, 87),
    "depthwise 5x5, fp32": Ceiling(76, 86, 168),
    "depthwise 7x7, fp32": Ceiling(92, 112, 285),
    "depthwise 3x3, bf16": Ceiling(52, 64, 87),
    "depthwise 5x5 + squeeze, fp16": Ceiling(60, 94, 175),
    "depthwise 3x3 / 2, gradient of x, fp16": Ceiling(44, 64, 67),
    "depthwise 5x5 / 2, gradient of x, fp16": Ceiling(50, 92, 148),
    "depthwise 5x5, gradient of w, fp16": Ceiling(58, 68, 20),
    "1x1, tile 64 x 128, fp16": Ceiling(206, 248, 46),
    "1x1, tile 64 x 64, fp16": Ceiling(114, 128, 64),
    "1x1, tile 64 x 32, fp16": Ceiling(76, 94, 104),
    "1x1, tile 32 x 64, fp16": Ceiling(72, 88, 76),
    "1x1, tile 64 x 128, bf16": Ceiling(206, 248, 46),
    "depthwise 3x3, then 1x1 to 32, fp16": Ceiling(68, 92, 480),
    "depthwise 3x3, then 1x1 to 64, fp16": Ceiling(82, 92, 249),
    "depthwise 3x3, then 1x1 to 128, fp16": Ceiling(116, 132, 136),
    "depthwise 5x5, then 1x1 to 64, fp16": Ceiling(84, 116, 478),
    "depthwise 7x7, then 1x1 to 128, fp16": Ceiling(142, 160, 412),
    "depthwise 3x3, then 1x1 to 64, bf16": Ceiling(82, 92, 264),
    "squeeze-excite, 20 hidden, fp16": Ceiling(100, 100, 690),
    "squeeze-excite, 64 hidden, fp16": Ceiling(84, 100, 1320),
}


@dataclass(frozen=True)
class Variant:
    """One kernel with everything chosen that the compiler must know."""

    family: str
    """The file it is in."""
    kernel: str
    """The function's name."""
    label: str
    types: Mapping[str, str]
    """The type of each argument that is not a constant."""
    constants: Mapping[str, Any]
    outputs: int
    """Results that one program makes."""
    trips: tuple[int, ...]
    """How often its loops run, the outermost first, in the case that is counted."""
    threads: int = 128
    stages: int = 2
    matrix: bool = False
    """Whether matrix instructions must be there."""
    aligned: tuple[str, ...] = field(default=())
    """Integer arguments that are multiples of 16, beside all pointers."""

    @property
    def ceiling(self) -> Ceiling:
        """The upper bounds on its machine code."""
        return CEILINGS[self.label]


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
    for cells, channels in ((64, 128), (64, 64), (64, 32), (32, 64)):
        yield pointwise(cells, channels, "fp16")
    yield pointwise(64, 128, "bf16")
    for k, channels in ((3, 32), (3, 64), (3, 128), (5, 64), (7, 128)):
        yield depthwise_pointwise(k, channels, "fp16")
    yield depthwise_pointwise(3, 64, "bf16")
    for hidden in (20, 64):
        yield squeeze_excite(hidden, "fp16")


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
        trips=(k,),
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
        trips=(k,),
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
        trips=(16,),
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
        trips=(8,),
        stages=3,
        matrix=True,
        aligned=("C", "D"),
    )


def depthwise_pointwise(k: int, channels: int, kind: str) -> Variant:
    """Both convolutions with everything on, for 192 channels in between."""
    flags = ("SCALE", "SHIFT", "SCALE_OUT", "SHIFT_OUT", "RESIDUAL")
    sizes = {"BLOCK_M": 64, "BLOCK_D": channels, "BLOCK_C": 32}
    return Variant(
        "depthwise_pointwise",
        "depthwise_pointwise_kernel",
        f"depthwise {k}x{k}, then 1x1 to {channels}, {kind}",
        {
            **dict.fromkeys(("x", "mix", "residual", "y"), POINTERS[kind]),
            **dict.fromkeys(("w", "scale", "shift", "scale_out", "shift_out"), "*fp32"),
            **dict.fromkeys(("C", "D", "H", "W", "OH", "OW", "TILES", "ROWS"), "i32"),
        },
        {"PADDING": k // 2, "K": k, "STRIDE": 1, "DILATION": 1}
        | {"ACT": "silu", "ACT_OUT": "silu", **dict.fromkeys(flags, True), **sizes},
        outputs=64 * channels,
        trips=(6, k),
        threads=256,
        matrix=True,
        aligned=("C", "D"),
    )


def squeeze_excite(hidden: int, kind: str) -> Variant:
    """The gate of 480 channels, from 13 tiles, a loop that the compiler unrolls by 4."""
    room = max(16, 1 << (hidden - 1).bit_length())
    block = min(128, 4096 // room)
    return Variant(
        "squeeze_excite",
        "squeeze_excite_kernel",
        f"squeeze-excite, {hidden} hidden, {kind}",
        {
            "sums": "*fp32",
            **dict.fromkeys(("reduce", "reduce_bias", "expand", "expand_bias"), POINTERS[kind]),
            "gate": POINTERS[kind],
            **dict.fromkeys(("C", "GROUPS", "TILES"), "i32"),
            "share": "fp32",
        },
        {"ACT": "silu", "GATE_ACT": "sigmoid", "BLOCK_R": room, "BLOCK_C": block}
        | {"STEP": next(size for size in (8, 4, 2, 1) if hidden % size == 0)},
        outputs=480,
        trips=(-(-480 // block), 4),
        aligned=("C",),
    )
