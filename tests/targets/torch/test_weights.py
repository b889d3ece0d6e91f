"""`archc weights`: another library's checkpoint under the names of the generated module."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision
from click.testing import CliRunner, Result
from torch import Tensor, nn

import archc
from archc import cli

SOURCE = "torchvision:mobilenet_v2"
SPEC = "mobilenet_v2:width_100"
State = dict[str, Tensor]


@functools.cache
def theirs() -> nn.Module:
    torch.manual_seed(0)
    made: nn.Module = torchvision.models.mobilenet_v2(weights=None)
    return made.eval()


def move(file: Path, *more: str, source: str = SOURCE, spec: str = SPEC) -> Result:
    out = str(file.with_name(f"out{file.suffix}"))
    return CliRunner().invoke(
        cli.app, ["weights", spec, str(file), "-o", out, "--from", source, *more]
    )


@pytest.fixture
def checkpoint(tmp_path: Path) -> Callable[..., Path]:
    """Writes their state_dict to a file, after a change."""

    def write(change: Callable[[State], Any] = dict) -> Path:
        state = dict(theirs().state_dict())
        change(state)
        torch.save(state, tmp_path / "in.pth")
        return tmp_path / "in.pth"

    return write


def read(folder: Path) -> State:
    found: State = torch.load(folder / "out.pth", weights_only=True)
    return found


@torch.no_grad()
def test_a_checkpoint_moves(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    result = move(checkpoint())
    assert result.exit_code == 0
    assert "314 entries moved, 314 of them under another name" in result.stdout
    ours = archc.build_module("mobilenet_v2", variant="width_100").eval()
    ours.load_state_dict(read(tmp_path))
    image = torch.randn(1, 3, 65, 65)
    torch.testing.assert_close(ours(image), theirs()(image), rtol=1e-5, atol=1e-7)


def test_another_number_of_classes_draws_the_head_anew(
    checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    result = move(checkpoint(), "--set", "num_classes=10")
    assert result.exit_code == 0
    assert "newly drawn: fc.weight: 1000 classes there, 10 here" in result.stdout
    assert "newly drawn: fc.bias: 1000 classes there, 10 here" in result.stdout
    moved, state = read(tmp_path), theirs().state_dict()
    assert moved["fc.weight"].shape == (10, 1280)
    same = [name for name in state if not name.startswith("classifier")]
    assert len(moved) == len(same) + 2
    assert torch.equal(moved["conv1.conv.weight"], state["features.0.0.weight"])


def test_every_key_that_does_not_fit_is_explained(
    checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    def spoil(state: State) -> None:
        del state["classifier.1.weight"], state["classifier.1.bias"]
        state["head.extra"] = torch.zeros(2)
        state["features.0.0.weight"] = torch.zeros(32, 1, 3, 3)

    result = move(checkpoint(spoil))
    assert result.exit_code == 1
    assert "error[weights-mismatch]: 4 entries of `in.pth` do not fit" in result.stderr
    for line in (
        "fc.weight: nothing in the file becomes it",
        "fc.bias: nothing in the file becomes it",
        "head.extra would be head.extra, which the module does not have",
        "features.0.0.weight (conv1.conv.weight): 32 x 1 x 3 x 3 there, 32 x 3 x 3 x 3 here",
    ):
        assert line in result.stderr
    assert not (tmp_path / "out.pth").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("torchvison:mobilenet_v2", "did you mean `torchvision`?"),
        ("torchvision:mobilenet_v3", "does not know torchvision's `mobilenet_v3`"),
        ("timm:mobilenetv2_050", "it is `mobilenet_v2:width_050`"),
        ("keras:MobileNetV2", "--set tf_norm=true --set tf_padding=true"),
    ],
)
def test_what_is_not_this_network(
    checkpoint: Callable[..., Path], tmp_path: Path, source: str, said: str
) -> None:
    result = move(checkpoint(), source=source)
    assert result.exit_code == 1
    assert "error[weights-mismatch]" in result.stderr
    assert said in result.stderr
    assert not (tmp_path / "out.pth").exists()


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "in.pth"
    assert "there is no file" in move(file).stderr
    file.write_text("not a checkpoint", encoding="utf-8")
    told = move(file).stderr
    assert "is not a file of `torch.save`" in told
    assert "weights_only" not in told
    torch.save([1, 2], file)
    assert "holds no state_dict" in move(file).stderr


def test_a_safetensors_file_stays_one(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = theirs().state_dict()
    save_file(state, tmp_path / "in.safetensors")
    assert move(tmp_path / "in.safetensors").exit_code == 0
    moved = load_file(tmp_path / "out.safetensors")
    assert torch.equal(moved["fc.weight"], state["classifier.1.weight"])


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # of Keras itself
def test_a_file_of_keras(tmp_path: Path) -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    keras = pytest.importorskip("keras")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = keras.applications.MobileNet(weights=None)
        made.save_weights(tmp_path / "in.weights.h5")
    settings = ("--set", "tf_norm=true", "--set", "tf_padding=true")
    file, out = tmp_path / "in.weights.h5", tmp_path / "out.pth"
    command = ["weights", "mobilenet_v1", str(file), "-o", str(out), "--from", "keras:MobileNet"]
    result = CliRunner().invoke(cli.app, [*command, *settings])
    assert result.exit_code == 0, result.stderr
    last = torch.from_numpy(keras.ops.convert_to_numpy(made.weights[-1].value))
    assert torch.equal(read(tmp_path)["fc.bias"], last)


def test_an_output_that_can_not_be_written(checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "out.pth").mkdir()
    result = move(checkpoint())
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
