"""The command line: the only part that prints or exits. A command is the file of its name."""

from archc.cli.app import COMMANDS, app, main

__all__ = ["COMMANDS", "app", "main"]
