"""Kernels compiled for GPUs that are not there, and what their machine code says of itself.

Run as a module in a process of its own (`python -m archc.kernels.ahead`): whether triton compiles
or interprets is settled when it is imported. It prints one JSON record a line.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archc.profiling.variants import Variant, variants

TARGETS: dict[str, tuple[str, int | str, int]] = {
    "sm_80": ("cuda", 80, 32),
    "sm_90": ("cuda", 90, 32),
    "sm_100": ("cuda", 100, 32),
    "gfx942": ("hip", "gfx942", 64),
}
"""The targets of compilation: A100, H100, B200, MI300."""


WAITING = 8
"""Instructions of the longest loop that only waits."""


@dataclass(frozen=True)
class Compiled:
    """The resources and instructions in the machine code of a variant."""

    label: str
    target: str
    registers: int
    spilled: int
    """Bytes on the stack (NVIDIA), or registers that went to memory (AMD)."""
    shared: int
    """Bytes of shared memory a program."""
    vector_loads: int
    """Instructions that load 16 bytes a thread."""
    matrix: int
    """Matrix instructions."""
    instructions: float | None
    """Thread instructions for each result, loops counted as often as they run."""


def compiled(variant: Variant, target: str) -> Compiled:
    """Compile a variant for a target, with no GPU."""
    backends, compiler = map(
        importlib.import_module, ("triton.backends.compiler", "triton.compiler")
    )
    module = importlib.import_module(f"archc.targets.triton.pieces.{variant.family}")
    function = getattr(module, variant.kernel)
    names = function.arg_names
    even = [
        name for name, kind in variant.types.items() if kind[0] == "*" or name in variant.aligned
    ]
    source = compiler.ASTSource(
        fn=function,
        signature={name: variant.types.get(name, "constexpr") for name in names},
        constexprs=dict(variant.constants),
        attrs={(names.index(name),): [["tt.divisibility", 16]] for name in even},
    )
    kind, arch, lanes = TARGETS[target]
    options = {"num_warps": variant.threads // lanes, "num_stages": variant.stages}
    made = compiler.compile(source, target=backends.GPUTarget(kind, arch, lanes), options=options)
    if kind == "hip":
        return _amd(variant, target, made.asm["amdgcn"], made.metadata.shared)
    return _nvidia(variant, target, made.asm["ptx"], made.asm["cubin"], made.metadata.shared)


def _amd(variant: Variant, target: str, text: str, shared: int) -> Compiled:
    def field(name: str) -> int:
        found = re.search(rf"\.{name}:\s+(\d+)", text)
        assert found is not None, name
        return int(found[1])

    loads = len(re.findall(r"\b(?:global|buffer)_load_dwordx4\b", text))
    return Compiled(
        variant.label,
        target,
        field("vgpr_count"),
        field("vgpr_spill_count"),
        shared,
        loads,
        len(re.findall(r"\bv_mfma_", text)),
        None,
    )


def _nvidia(variant: Variant, target: str, ptx: str, cubin: bytes, shared: int) -> Compiled:
    usage, code = (_dump(cubin, option) for option in ("--dump-resource-usage", "-sass"))
    found = re.search(r"REG:(\d+) STACK:(\d+)", usage)
    assert found is not None, usage
    registers, stack = map(int, found.groups())
    count = round(executed(code, variant.trips) * variant.threads / variant.outputs, 1)
    # Asynchronous copies of a pipelined loop move 16 bytes as well.
    loads = len(re.findall(r"ld\.global\S*\.v4\.b32|ld\.global\S*\.v2\.b64|cp\.async\.cg", ptx))
    matrix = len(re.findall(r"\b(?:mma\.sync|wgmma\.mma_async|tcgen05\.mma)", ptx))
    return Compiled(variant.label, target, registers, stack, shared, loads, matrix, count)


def executed(code: str, trips: tuple[int, ...]) -> int:
    """Instructions that a thread executes at the most; loops by `trips`, the outermost first."""
    lines = re.findall(r"/\*([0-9a-f]{4,})\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)([^;]*);", code)
    places = [int(place, 16) for place, *_ in lines]
    ends = [k for k, (_, name, _) in enumerate(lines) if name == "EXIT"]
    count = len(lines) if not ends else ends[-1] + 1
    loops: dict[int, int] = {}
    for place, (_, name, given) in zip(places[:count], lines, strict=False):
        to = re.search(r"0x([0-9a-f]+)", given)
        if name.startswith("BRA") and to and int(to[1], 16) < place:
            loops[int(to[1], 16)] = place
    # A few instructions in a loop wait for something, and are counted once.
    loops = {a: z for a, z in loops.items() if sum(a <= place <= z for place in places) > WAITING}
    found = 0
    for place in places[:count]:
        depth = sum(start <= place <= end for start, end in loops.items())
        found += math.prod(trips[:depth])
    return found


def _dump(cubin: bytes, option: str) -> str:
    file = importlib.import_module("triton").__file__
    assert file is not None
    folder = Path(file).parent / "backends" / "nvidia" / "bin"
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "kernel.cubin"
        path.write_bytes(cubin)
        command = [str(folder / "cuobjdump"), option, str(path)]
        environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout


def records() -> Iterator[Compiled]:
    """Compile everything, in a process of its own."""
    environment = {**os.environ, "TRITON_INTERPRET": "0"}
    command = [sys.executable, "-m", "archc.profiling.ahead"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:])
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            given: dict[str, Any] = json.loads(line)
            yield Compiled(**given)


if __name__ == "__main__":
    for variant in variants():
        for target in TARGETS:
            print(json.dumps(asdict(compiled(variant, target))), flush=True)
