"""The commands of archc, run in this process."""

from __future__ import annotations

from click.testing import CliRunner, Result

from archc import cli


def invoke(*arguments: str) -> Result:
    """Run a command; raises what archc itself raised, since a user would see a traceback."""
    result = CliRunner().invoke(cli.app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
