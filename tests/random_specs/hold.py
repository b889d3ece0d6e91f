"""Everything that must hold for a valid spec, from `validate` to the figures of a lecture.

`python -m tests.random_specs.hold FILE.yaml` says what does not hold for a spec in a file.
"""

from __future__ import annotations

import inspect
import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from click.testing import CliRunner
from torch import Tensor, nn

import archc
from archc import catalogue
from archc.cli import app
from archc.diagnostics import SpecError
from archc.network import INPUT
from archc.targets.torch.runtime.verify import verify
from tests.random_specs import interpret
from tests.random_specs.generate import allowed
from tests.random_specs.interpret import Callee, Interpreter, Invalid, Operation, Use

torch.set_num_threads(1)  # the tensors are tiny: threads would only wait for each other

TOLERANCE = 1e-9
"""Of float64."""
TRIES = 12
"""Other arguments that are drawn for a class."""
OTHERS = 3
"""Those of them that a class is built with."""


class Broken(AssertionError):
    """Something that does not hold; `stage` is a short name for it."""

    def __init__(self, stage: str, message: str) -> None:
        self.stage = stage
        super().__init__(f"{stage}: {message}")


def kind(error: BaseException) -> str:
    """What makes two failures the same: the stage, the error, and where in archc it came from."""
    stage = error.stage if isinstance(error, Broken) else ""
    inner = error.__cause__ if stage and error.__cause__ else error
    if inner is error and stage:
        return stage
    places = [
        f"{Path(frame.filename).stem}.{frame.name}"
        for frame in traceback.extract_tb(inner.__traceback__)
        if "/archc/" in frame.filename
    ]
    if isinstance(inner, SpecError):
        places = sorted({diagnostic.rule for diagnostic in inner.diagnostics})
    return " ".join([stage, type(inner).__name__, *places[-1:]]).strip()


def hold(text: str, *, documents: bool = True) -> None:
    """Hold archc against the interpreter for one valid spec; raises `Broken`, or what archc raises.

    Without `documents` nothing is written but the code.
    """
    data = yaml.safe_load(text)
    spec, report = catalogue.read("net.yaml", text)
    catalogue.networks(spec, report, catalogue.every(spec))
    if report.diagnostics:
        raise Broken("validate", str(report.diagnostics))
    for variant in catalogue.every(spec):
        model = archc.load("net.yaml", text).elaborate(variant)
        expected = Interpreter(data, variant).network()
        names = same_graph(model, expected.operations)
        module = model.module()
        if found := verify(model.network).mismatches:
            raise Broken("verify", "\n".join(map(str, found)))
        same_outputs(module, expected, names)
        if allowed("other arguments"):
            other_arguments(module, model, data, expected, random.Random(text))
        if documents:
            lectures(model)
    if documents:
        exercise(text)


def same_graph(model: archc.api.Model, operations: Sequence[Operation]) -> list[str]:
    """Hold the graph and its counts; the name of each operation."""
    nodes = list(model.network.nodes())
    names = [node.id for node in nodes]
    if len(nodes) != len(operations):
        raise Broken("graph", f"{names} for {[each.op.name for each in operations]}")
    params = 0
    for node, operation in zip(nodes, operations, strict=True):
        sources = [p.source for p in operation.inputs]
        inputs = tuple(INPUT if source < 0 else names[source] for source in sources)
        if (node.op, node.inputs) != (operation.op, inputs):
            raise Broken("graph", f"{node.op} on {node.inputs} for {operation.op} on {inputs}")
        weights, _ = interpret.state(operation.op, operation.inputs[0].shape)
        params += sum(map(_numel, weights.values()))
    if model.analyze().totals.params != params:
        raise Broken("analysis", f"{model.analyze().totals.params} parameters, not {params}")
    return names


def _numel(shape: Sequence[int]) -> int:
    return torch.Size(shape).numel()


def drawn(operations: Sequence[Operation], names: Sequence[str]) -> dict[str, Tensor]:
    """Weights and buffers for operations, by their names in a state_dict."""
    chance = torch.Generator().manual_seed(len(operations))
    found: dict[str, Tensor] = {}
    for operation, name in zip(operations, names, strict=True):
        weights, buffers = interpret.state(operation.op, operation.inputs[0].shape)
        for key, shape in (weights | buffers).items():
            made = torch.randn(shape, generator=chance, dtype=torch.float64) / 2
            if key == "running_var":
                made = made.abs() + 0.5
            if key == "num_batches_tracked":
                made = torch.tensor(1)
            found[f"{name}.{key}" if name else key] = made
    return found


def states(
    operations: Sequence[Operation], names: Sequence[str], weights: Mapping[str, Tensor]
) -> list[dict[str, Tensor]]:
    """The weights of each operation under their own names."""
    found = []
    for operation, name in zip(operations, names, strict=True):
        own, buffers = interpret.state(operation.op, operation.inputs[0].shape)
        found.append({k: weights[f"{name}.{k}" if name else k] for k in (*own, *buffers)})
    return found


def sample(shapes: Sequence[Sequence[int]]) -> list[Tensor]:
    """Inputs of these shapes, in a batch of two."""
    chance = torch.Generator().manual_seed(7)
    return [torch.randn(2, *shape, generator=chance, dtype=torch.float64) for shape in shapes]


def same_tensors(stage: str, actual: Any, expected: Sequence[Tensor], about: str = "") -> None:
    """Hold what a module gives against what the interpreter gives."""
    given = list(actual) if isinstance(actual, tuple | list) else [actual]
    given = [a for a in given if a is not None]  # outputs of training-only parts, at inference
    if [tuple(a.shape) for a in given] != [tuple(e.shape) for e in expected]:
        shapes = [tuple(a.shape) for a in given], [tuple(e.shape) for e in expected]
        raise Broken(stage, f"shapes {shapes[0]}, not {shapes[1]} {about}")
    for a, e in zip(given, expected, strict=True):
        finite = e.isfinite()  # products of products may overflow, the same way on both sides
        if not torch.equal(a.isfinite(), finite):
            raise Broken(stage, f"other values overflow {about}")
        a, e = a[finite], e[finite]
        apart = float((a - e).abs().max()) if a.numel() else 0.0
        if not apart <= TOLERANCE * max(1.0, float(e.abs().max()) if e.numel() else 0.0):
            raise Broken(stage, f"values differ by {apart} {about}")


def same_outputs(module: nn.Module, expected: Interpreter, names: Sequence[str]) -> None:
    """The module's outputs with the interpreter's weights, without and with training-only parts."""
    weights = drawn(expected.operations, names)
    module.double().eval()
    module.load_state_dict(weights)
    inputs = sample([_entry(expected)])
    found = interpret.run(expected.operations, states(expected.operations, names, weights), inputs)
    lasting = [found[o.port.source] for o in expected.outputs if not o.training_only]
    every = [found[o.port.source] for o in expected.outputs]
    with torch.no_grad():
        same_tensors("outputs", module(*inputs), lasting)
        module.training = True  # the root alone: its parts stay as at inference
        same_tensors("outputs in training", module(*inputs), every)
        module.training = False


def _entry(expected: Interpreter) -> tuple[int, ...]:
    return tuple(expected.frame().flow[0].shape)


# Classes with other arguments


@dataclass(frozen=True)
class Built:
    """A class of the generated module, and what its constructor was given."""

    made: type[nn.Module]
    given: Mapping[str, Any]


def other_arguments(
    module: nn.Module,
    model: archc.api.Model,
    data: Mapping[str, Any],
    expected: Interpreter,
    chance: random.Random,
) -> None:
    """Build each block's class with arguments that the network does not give it."""
    namespace = vars(sys.modules[type(module).__module__])
    classes = [
        value
        for value in namespace.values()
        if isinstance(value, type)
        and issubclass(value, nn.Module)
        and value is not type(module)
        and value.__module__ == type(module).__module__
    ]
    for made in classes:
        block = _block_of(made, data.get("blocks") or {})
        if block is None:
            continue
        signature = inspect.signature(made).parameters
        logged = [b for b in constructed(type(module), classes, model) if b.made is made]
        done = 0
        for _ in range(TRIES):
            if done >= OTHERS or not logged or not signature:
                break
            built = chance.choice(logged)
            use = _use_of(block, built, expected, data)
            if use is None:
                continue
            changed = _changed(built.given, signature, block, data, use, chance)
            if changed is not None and _held(made, changed, block, use, data, expected):
                done += 1


def _block_of(made: type[nn.Module], blocks: Mapping[str, Any]) -> str | None:
    """The block that a class is of, by its name."""
    words = made.__name__.lower()
    found = [name for name in blocks if words.startswith(name.replace("_", ""))]
    return max(found, key=len, default=None)


def constructed(
    root: type[nn.Module], classes: Sequence[type[nn.Module]], model: archc.api.Model
) -> list[Built]:
    """What the constructors of the classes are given when the network is built."""
    log: list[Built] = []
    before = {made: made.__init__ for made in classes}

    def watch(made: type[nn.Module], original: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(original)

        def init(self: nn.Module, *args: Any, **kwargs: Any) -> None:
            bound = signature.bind(self, *args, **kwargs)
            bound.apply_defaults()
            given = dict(list(bound.arguments.items())[1:])
            if type(self) is made:
                log.append(Built(made, given))
            original(self, *args, **kwargs)

        return init

    try:
        for made, original in before.items():
            made.__init__ = watch(made, original)  # type: ignore[method-assign]
        free = inspect.signature(root).parameters.keys()
        params = model.network.params
        with torch.device("meta"):
            root(**{name: params[name] for name in free if name in params})
    finally:
        for made, original in before.items():
            made.__init__ = original  # type: ignore[method-assign]
    return log


def _sizes(block: Mapping[str, Any], shapes: Sequence[Sequence[int]]) -> list[str]:
    """What a constructor calls the channels of each input."""
    ways = interpret.inputs_of(block)
    kinds = ["channels" if len(shape) == 3 else "features" for shape in shapes]
    if len(ways) == 1:
        return [f"in_{kinds[0]}"]
    return [f"{way}_{kind}" for way, kind in zip(ways, kinds, strict=True)]


def _use_of(block: str, built: Built, expected: Interpreter, data: Mapping[str, Any]) -> Use | None:
    """The use of a block that a constructor's arguments belong to, if no two are possible."""
    found: list[Use] = []
    for use in expected.uses:
        if use.block != block:
            continue
        channels = [shape[0] for shape in use.shapes]
        known = dict(zip(_sizes(data["blocks"][block], use.shapes), channels, strict=True))
        known |= use.args
        if all(_alike(known[name], value) for name, value in built.given.items() if name in known):
            found.append(use)
    if not found:
        return None
    hidden = [
        (use.shapes, {k: v for k, v in use.args.items() if k not in built.given}) for use in found
    ]
    return found[0] if all(each == hidden[0] for each in hidden) else None


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Callee) or isinstance(other, type) or callable(other):
        return True  # a block, which the class may be given as it likes
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return type(one) is type(other) and bool(one == other)


def _changed(
    given: Mapping[str, Any],
    signature: Mapping[str, inspect.Parameter],
    block: str,
    data: Mapping[str, Any],
    use: Use,
    chance: random.Random,
) -> dict[str, Any] | None:
    """The arguments with one or two others; an optional one may be left out."""
    own = data["blocks"][block].get("args") or {}
    sizes = _sizes(data["blocks"][block], use.shapes)
    free = [
        n for n in given if (n in own or n in sizes) and not isinstance(use.args.get(n), Callee)
    ]
    if not free:
        return None
    changed = dict(given)
    for name in chance.sample(free, min(len(free), chance.choice([1, 1, 2]))):
        optional = signature[name].default is not inspect.Parameter.empty
        if optional and chance.random() < 0.3:
            del changed[name]
            continue
        changed[name] = _another(given[name], chance)
    return None if changed == dict(given) else changed


def _another(value: Any, chance: random.Random) -> Any:
    """A value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice([1, 2, 3, 4, 5, 6, 8, 12, 2 * value, value + 1])
    if isinstance(value, float):
        return chance.choice([0.0, 0.25, 0.125])
    if isinstance(value, list | tuple):
        return type(value)(_another(part, chance) for part in value)
    return value


def _held(
    made: type[nn.Module],
    changed: Mapping[str, Any],
    block: str,
    use: Use,
    data: Mapping[str, Any],
    expected: Interpreter,
) -> bool:
    """Hold a class with these arguments against its block; False where the block refuses them."""
    own = data["blocks"][block].get("args") or {}
    sizes = _sizes(data["blocks"][block], use.shapes)
    shapes = [
        (changed.get(s, shape[0]), *shape[1:]) for s, shape in zip(sizes, use.shapes, strict=True)
    ]
    args = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in changed.items()
        if name in own
    }
    hidden = {
        n: v for n, v in use.args.items() if n in use.given and n not in own.keys() & changed.keys()
    }
    signature = inspect.signature(made).parameters
    args |= {n: v for n, v in hidden.items() if n not in signature or isinstance(v, Callee)}
    params = {name: written(value) for name, value in expected.params.items()}
    alone = {key: data[key] for key in ("archc", "name", "functions", "blocks") if key in data}
    alone |= {"params": params}
    about = f"{made.__name__}({', '.join(f'{k}={v}' for k, v in changed.items())}) on {shapes}"
    interpreter = Interpreter(alone)
    values = {n: Callee(v) if isinstance(v, Callee) else v for n, v in args.items()}
    try:
        ends = interpreter.block(block, values, shapes)
    except Invalid:
        return False
    names = _names(alone, block, args, shapes, len(interpreter.operations))
    weights = drawn(interpreter.operations, names)
    try:
        part = made(**changed).double().eval()
        part.load_state_dict(weights)
        inputs = sample(shapes)
        with torch.no_grad():
            actual = part(*inputs)
    except Exception as error:
        raise Broken("class with other arguments", f"{about}: {error!r}") from error
    found = interpret.run(
        interpreter.operations, states(interpreter.operations, names, weights), inputs
    )
    outputs = [found[port.source] for port in ends]
    same_tensors("class with other arguments", actual, outputs, about)
    return True


def written(value: Any) -> Any:
    """A value as a spec has it."""
    if isinstance(value, Callee):
        return str(value)
    if isinstance(value, str):
        return repr(value)
    return [written(part) for part in value] if isinstance(value, list | tuple) else value


def _names(
    alone: Mapping[str, Any],
    block: str,
    args: Mapping[str, Any],
    shapes: Sequence[Sequence[int]],
    count: int,
) -> list[str]:
    """The names of the operations of a block, from a network that is this block alone."""
    steps: list[Any] = [{"identity": None, "id": "whole"}]
    ids = []
    for k, shape in enumerate(shapes):
        if len(shape) == 3:
            steps.append({"adaptive_avg_pool": {"output_size": list(shape[1:])}, "from": "whole"})
            steps.append({"conv": {"out_channels": shape[0], "kernel_size": 1}, "id": f"way{k}"})
        else:
            steps.append({"flatten": None, "from": "whole"})
            steps.append({"linear": {"out_features": shape[0]}, "id": f"way{k}"})
        ids.append(f"way{k}")
    call = {block: {name: written(value) for name, value in args.items()} or None}
    steps.append({**call, "from": ids, "id": "alone"})
    data = {**alone, "input": [4, 4, 4], "network": steps}
    model = archc.load("alone.yaml", yaml.safe_dump(data, sort_keys=False)).elaborate()
    nodes = [node.id for node in model.network.nodes()]
    return [name.removeprefix("alone").removeprefix(".") for name in nodes[-count:] if count]


# Lectures


def lectures(model: archc.api.Model) -> None:
    """Write every kind of document once."""
    for stage, write in _documents(model):
        try:
            made = write()
        except Exception as error:
            raise Broken(stage, repr(error)) from error
        if not made.strip():
            raise Broken(stage, "nothing is written")


def _documents(model: archc.api.Model) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "figure", model.dot
    yield "opened figure", lambda: model.dot(depth=3)
    yield "report", model.report
    yield "interactive page", model.page
    for style in ("paper", "layers", "body"):
        yield f"table {style}", lambda style=style: model.table(style)  # type: ignore[misc]
    yield "table keras", lambda: model.table("keras", "text")
    if allowed("explain without weights") or model.analyze().totals.params:
        yield "explain", model.explain


def exercise(text: str) -> None:
    """A sheet of exercises (made from its key), as the command writes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        path.write_text(text)
        blanks = "output_shape,params,macs,depth,receptive_field"
        done = CliRunner().invoke(app, ["table", str(path), "--blank", blanks])
        if done.exit_code:
            raise Broken("exercise", f"{done.output}\n{done.exception!r}") from done.exception


def main(paths: Sequence[str]) -> int:
    """Hold the specs in these files; the number of those that fail."""
    failed = 0
    for path in paths:
        try:
            hold(Path(path).read_text())
            print(f"{path}: holds")
        except Exception:
            failed += 1
            print(f"{path}:\n{traceback.format_exc()}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
