"""How far a kernel may be from float64, and mutants of a kernel's file."""

import importlib.util
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

UNIT = {torch.float32: 2.0**-24, torch.float16: 2.0**-11, torch.bfloat16: 2.0**-7}
"""Half the distance from 1 to the next number; bfloat16 is cut off when interpreted: all of it."""


def within(found: Tensor, exact: Tensor, size: Tensor, terms: int) -> None:
    """`|found - exact| <= (terms + 8) u32 * size + u |exact|`: size is the sum of absolute terms.

    The 8 pay for scale, shift and activation, whose slopes are below 1.1.
    """
    bound = (terms + 8) * 2.0**-24 * 1.1 * size + 2.0**-24
    if found.dtype != torch.float32:
        bound = bound + UNIT[found.dtype] * (exact.abs() + bound) + 2.0**-24
    error = (found.double() - exact).abs()
    worst = (error / bound).max().item()
    assert worst <= 1, f"error is {worst:.2f} times the bound"


def source(module: ModuleType) -> str:
    assert module.__file__ is not None
    return Path(module.__file__).read_text()


def mutated(module: ModuleType, old: str, new: str, folder: Path) -> ModuleType:
    """A kernel's file with a fault in it, imported under another name."""
    text = source(module)
    assert old in text, f"{old!r} is not there to be changed"
    number = len(list(folder.iterdir()))
    name = f"mutant_{number}"
    path = folder / f"{name}.py"
    path.write_text(text.replace(old, new, 1).replace('"archc::', f'"{name}::'))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
