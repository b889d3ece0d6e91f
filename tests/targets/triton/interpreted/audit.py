"""Every address that interpreted kernels touch: counted, and refused where it is out of bounds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from triton.runtime import interpreter
from triton.runtime.errors import InterpreterError


class OutOfBounds(Exception):
    pass


@dataclass
class Buffer:
    """A tensor that a kernel was given, and how often each element was read and written."""

    tensor: torch.Tensor
    reads: np.ndarray = field(init=False)
    writes: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.start, self.width = self.tensor.data_ptr(), self.tensor.element_size()
        elements = self.tensor.untyped_storage().nbytes() // self.width
        self.end = self.start + elements * self.width
        self.reads = np.zeros(elements, np.int64)
        self.writes = np.zeros(elements, np.int64)


class Launch(dict[str, Buffer]):
    """The buffers of one launch by the names of the kernel's arguments."""

    def touch(self, addresses: np.ndarray, mask: np.ndarray, write: bool) -> None:
        addresses, mask = np.broadcast_arrays(addresses, mask)
        wanted = addresses[mask].astype(np.int64)
        if not wanted.size:
            return
        low, high = wanted.min(), wanted.max()
        for buffer in self.values():
            if buffer.start <= low and high < buffer.end:
                counts = buffer.writes if write else buffer.reads
                np.add.at(counts, (wanted - buffer.start) // buffer.width, 1)
                return
        raise OutOfBounds("write" if write else "read")

    def exact(self, *outputs: str) -> None:
        """Each element of the outputs is written exactly once, and nothing else is."""
        for name, buffer in self.items():
            wanted = 1 if name in outputs else 0
            assert (buffer.writes == wanted).all(), f"{name} is not written {wanted} times"

    def read(self, name: str) -> int:
        """The different elements of an argument that were read."""
        return int((self[name].reads > 0).sum())

    def bytes(self) -> int:
        """The bytes that were read or written, each once."""
        touched = (
            (b.reads > 0).sum() * b.width + (b.writes > 0).sum() * b.width for b in self.values()
        )
        return int(sum(touched))

    def written(self, *names: str) -> int:
        return sum(int((self[name].writes > 0).sum()) for name in names)


@contextmanager
def audited() -> Iterator[list[Launch]]:
    """Watch every launch; the list grows as kernels run."""
    launches: list[Launch] = []
    builder, executor = interpreter.InterpreterBuilder, interpreter.GridExecutor
    load, store, call = builder.create_masked_load, builder.create_masked_store, executor.__call__

    def watched_load(self: Any, ptrs: Any, mask: Any, *more: Any) -> Any:
        launches[-1].touch(ptrs.data, mask.data, write=False)
        return load(self, ptrs, mask, *more)

    def watched_store(self: Any, ptrs: Any, value: Any, mask: Any, *more: Any) -> Any:
        launches[-1].touch(ptrs.data, mask.data, write=True)
        return store(self, ptrs, value, mask, *more)

    def watched_call(self: Any, *args: Any, **options: Any) -> Any:
        given = zip(self.arg_names, args, strict=False)
        tensors = {name: each for name, each in given if isinstance(each, torch.Tensor)}
        launches.append(Launch({n: Buffer(t) for n, t in tensors.items() if t.numel()}))
        try:
            return call(self, *args, **options)
        except InterpreterError as error:
            raise (error.__cause__ or error) from None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "create_masked_load", watched_load)
        patch.setattr(builder, "create_masked_store", watched_store)
        patch.setattr(executor, "__call__", watched_call)
        yield launches
