"""What an editor shows in a spec, asked of the real yaml-language-server with archc's schema.

`YAML_LANGUAGE_SERVER` is the path of its executable; .ci/run installs one from npm.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archc.spec import schema
from tests.paths import ROOT

SERVER = os.environ.get("YAML_LANGUAGE_SERVER", "")

SPEC = """\
archc: 1
name: tiny
input: [3, 32, 32]
params: {width: 8}
network:
  - conv: {out_channels: width, kernel_size: 3, strid: 2}
    id: stem
  - max_pool: {kernel_size: 0}
  - batch
  - linear:
      bi
"""


class Client:
    """A client of the Language Server Protocol over a process's standard streams."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.last = 0
        self.notes: list[dict[str, Any]] = []

    def send(self, method: str, params: Any, **more: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and return its result."""
        self.last += 1
        self.send(method, params, id=self.last)
        while True:
            found = self.receive()
            if found.get("id") == self.last and "method" not in found:
                assert "error" not in found, found
                return found["result"]

    def receive(self) -> dict[str, Any]:
        """The next message; a request of the server gets the empty answer."""
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server has ended"
        found: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if "method" in found and "id" in found:
            count = len(found["params"].get("items", ()))
            body = {"jsonrpc": "2.0", "id": found["id"], "result": [None] * count}
            text = json.dumps(body).encode()
            assert self.process.stdin
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(text), text))
            self.process.stdin.flush()
        elif "id" not in found:
            self.notes.append(found)
        return found

    def open(self, path: Path, text: str) -> list[dict[str, Any]]:
        """Open a document and return its diagnostics."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})
        while True:
            found = self.receive()
            here = found.get("params", {})
            if found.get("method") == "textDocument/publishDiagnostics":
                assert here["uri"] == path.as_uri()
                return list(here["diagnostics"])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    if not SERVER:
        pytest.skip("YAML_LANGUAGE_SERVER names no executable")
    command = [SERVER, "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        found = Client(process)
        found.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        found.send("initialized", {})
        yield found
        found.ask("shutdown", None)
        found.send("exit", None)


@pytest.fixture(scope="module")
def opened(
    client: Client, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, Any]]]:
    """The spec, open under the committed schema, and its diagnostics."""
    path = tmp_path_factory.mktemp("specs") / "tiny.yaml"
    modeline = f"# yaml-language-server: $schema={(ROOT / 'archc/schema.json').as_uri()}\n"
    return path, client.open(path, modeline + SPEC)


@pytest.fixture
def document(opened: tuple[Path, list[dict[str, Any]]]) -> Path:
    return opened[0]


def at(path: Path, before: str) -> dict[str, Any]:
    """The position just behind the first occurrence of a text."""
    lines = SPEC[: SPEC.index(before) + len(before)].split("\n")
    position = {"line": len(lines), "character": len(lines[-1])}  # the modeline is line 0
    return {"textDocument": {"uri": path.as_uri()}, "position": position}


def test_mistakes_are_underlined(opened: tuple[Path, list[dict[str, Any]]]) -> None:
    found = {each["range"]["start"]["line"]: each["message"] for each in opened[1]}
    assert sorted(found) == [6, 8, 11]
    assert "strid" in found[6]
    assert "minimum" in found[8]
    assert "op.linear" in found[11]


@pytest.mark.parametrize(
    ("before", "name", "argument"),
    [
        ("  - con", "conv", None),
        ("{out_ch", "conv", "out_channels"),
        ("  - max_po", "max_pool", None),
    ],
)
def test_hover_explains_ops_and_arguments(
    client: Client, document: Path, before: str, name: str, argument: str | None
) -> None:
    definitions = schema.schema()["$defs"]
    properties = definitions[f"op.{name}" if argument else "step"]["properties"]
    found = client.ask("textDocument/hover", at(document, before))
    first = str(properties[argument or name]["description"]).partition("\n")[0]
    assert first[:40] in found["contents"]["value"]


@pytest.mark.parametrize(
    ("before", "offered"),
    [("  - batch", "batch_norm"), ("      bi", "bias")],
)
def test_completion_offers_ops_and_arguments(
    client: Client, document: Path, before: str, offered: str
) -> None:
    found = client.ask("textDocument/completion", at(document, before))
    items = found["items"] if isinstance(found, dict) else found
    assert offered in {item["label"] for item in items}
