"""Which store a command works on, as options."""

from collections.abc import Callable
from pathlib import Path

import click

Command = Callable[..., None]

_OPTIONS = (
    click.option(
        "--config",
        "config_path",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The spanlit.toml to read.  [default: that of the current folder]",
    ),
    click.option("--store", "store_url", help="URL of the store, instead of storage.url."),
)


def store_options(command: Command) -> Command:
    """Add --config and --store."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
