"""Reads checkpoints of other libraries as tensors by name; executes nothing in a file."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archc.diagnostics import Diagnostic, SpecError

if TYPE_CHECKING:
    from torch import Tensor

_KERAS = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""PyTorch's words for the variables of Keras's layers."""


def mismatch(message: str, help: str = "") -> SpecError:
    """The error of a checkpoint that does not fit a network."""
    return SpecError([Diagnostic("weights-mismatch", message, help=help)])


def read(path: Path, library: str, model: str) -> dict[str, Tensor]:
    """The tensors of a checkpoint by the library's names, in PyTorch's layout.

    Raises:
        SpecError: `missing-file`, or `weights-mismatch` for a file that holds no such thing.
        ModuleNotFoundError: what reads this kind of file is not installed.
    """
    if not path.is_file():
        raise SpecError([Diagnostic("missing-file", f"there is no file `{path}`")])
    try:
        if library == "keras":
            return _keras(path, model)
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return dict(load_file(path))
        return _torch(path)
    except (ImportError, SpecError):
        raise
    except pickle.UnpicklingError:  # torch's own words advise to load it without care
        raise mismatch(
            f"`{path}` is not a file of `torch.save`, or holds more than tensors",
            "save the state_dict alone: torch.save(model.state_dict())",
        ) from None
    except Exception as error:  # each reader has its own ways to say that a file is not its kind
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise mismatch(f"`{path}` is no checkpoint of {library}: {first}") from None


def _torch(path: Path) -> dict[str, Tensor]:
    """A file of `torch.save`: a state_dict, or a dict that has one."""
    import torch

    found: Any = torch.load(path, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
    if not isinstance(found, dict) or not all(isinstance(v, torch.Tensor) for v in found.values()):
        raise mismatch(f"`{path}` holds no state_dict", "save one: torch.save(model.state_dict())")
    return {name.removeprefix("module."): tensor for name, tensor in found.items()}


def _keras(path: Path, model: str) -> dict[str, Tensor]:
    """A file of Keras, loaded into the model of that name of `keras.applications`."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras
    import numpy
    import torch

    made = getattr(keras.applications, model)(weights=None)
    made.load_weights(path)
    return {
        name: torch.from_numpy(numpy.array(value)) for name, value in keras_entries(made).items()
    }


def keras_entries(model: Any) -> dict[str, Any]:
    """The arrays of a Keras model: `conv1/kernel` as `conv1.weight`, filters turned to PyTorch's.

    Keras has filters as `(height, width, in, out)`, of a depthwise convolution as
    `(height, width, channels, 1)`, and a dense layer's weights as `(in, out)`.
    """
    import keras

    found: dict[str, Any] = {}
    for variable in model.weights:
        layer, _, kind = variable.path.rpartition("/")
        array = keras.ops.convert_to_numpy(variable.value)
        if array.ndim == 4:
            depthwise = kind == "depthwise_kernel" or (array.shape[3] == 1 < array.shape[2])
            array = array.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
        elif array.ndim == 2:
            array = array.transpose()
        if kind in ("depthwise_kernel", "pointwise_kernel"):
            layer += f".{kind.removesuffix('_kernel')}"
            kind = "kernel"
        found[f"{layer}.{_KERAS.get(kind, kind)}"] = array
    return found
