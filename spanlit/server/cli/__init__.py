"""The command `spanlit`. Commands import what they need when they run: `--help` is instant."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .exit_codes import FAILED, INTERRUPTED
from .moving import export, import_
from .storing import migrate, storage

Command = Callable[..., None]

SERVER_OPTIONS = (
    click.option("--host", help="Address to listen at.  [default: 127.0.0.1]"),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        help="Port to listen at; 0 takes a free one.  [default: 8000]",
    ),
    click.option("--root-path", help="Path below which a proxy serves the app, like /chat."),
    click.option("-w", "--watch", is_flag=True, help="Restart when the app's files change."),
    click.option("-h", "--headless", is_flag=True, help="Do not open a browser."),
    click.option("-d", "--debug", is_flag=True, help="Log everything."),
)


def _server_options(command: Command) -> Command:
    for option in reversed(SERVER_OPTIONS):
        command = option(command)
    return command


@click.group()
@click.version_option(package_name="spanlit", message="%(prog)s %(version)s")
def main() -> None:
    """Chat applications in which every step is an OpenTelemetry span."""


@main.command(short_help="Serve a chat app.")
@click.argument("app", type=click.Path(path_type=Path))
@_server_options
def run(app: Path, **options: Any) -> None:
    """Serve the chat app in the file APP.

    The configuration is read from spanlit.toml beside APP, from SPANLIT_* variables and from
    the options below; the later wins.
    """
    _serve(app, app.absolute().parent, **options)


@main.command(short_help="Serve the demo.")
@click.option(
    "--docs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of documents to ask about.  [default: Spanlit's own]",
)
@_server_options
def hello(docs: Path | None, **options: Any) -> None:
    """Serve the demo: an assistant that answers from a folder of documents.

    Its data goes to .spanlit in the current folder.
    """
    from .demo import DOCS_VARIABLE, INTRODUCTION, app_file

    for name, value in INTRODUCTION.items():
        os.environ.setdefault(name, value)
    if docs is not None:
        os.environ[DOCS_VARIABLE] = str(docs.absolute())
    _serve(app_file(), Path.cwd(), **options)


@main.command(short_help="Write a configuration and a first app.")
def init() -> None:
    """Write spanlit.toml, and app.py if there is none, into the current folder."""
    from .scaffold import write

    for line in write(Path.cwd()):
        click.echo(line)


for _command in (migrate, storage, export, import_):
    main.add_command(_command)


def _serve(
    app: Path,
    root: Path,
    *,
    host: str | None,
    port: int | None,
    root_path: str | None,
    watch: bool,
    headless: bool,
    debug: bool,
) -> None:
    from spanlit.server.errors import StartError

    from .invocation import Run
    from .start import start

    given = {"host": host, "port": port, "root_path": root_path}
    flags = {key: value for key, value in given.items() if value is not None}
    try:
        start(Run(app=app, root=root, flags=flags, headless=headless, debug=debug), watch=watch)
    except StartError as error:
        click.echo(f"spanlit: {error}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
