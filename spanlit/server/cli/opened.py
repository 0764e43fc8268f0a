"""The store that a command works on, and how such a command ends."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from spanlit.server.config import FILE_NAME, Config
from spanlit.server.errors import ConfigError, StartError
from spanlit.server.stores import MEMORY, Stores
from spanlit.storage import Store, StoreError
from spanlit.storage.transfer.errors import TransferError

from .exit_codes import FAILED, INTERRUPTED


def configuration(path: Path | None, store: str | None) -> Config:
    """Read the configuration as `spanlit run` in the current folder would.

    Args:
        path: Where spanlit.toml is; by default in the current folder.
        store: URL that replaces `storage.url`.

    Raises:
        ConfigError: It is not valid, or not there.
    """
    if path is not None and not path.is_file():
        raise StartError(f"There is no file {path}.")
    sections = {"storage": {"url": store}} if store else {}
    try:
        return Config.load((path or Path(FILE_NAME)).absolute(), **sections)
    except ConfigError as error:
        raise ConfigError(str(error).replace("--url is", "--store is")) from error


@asynccontextmanager
async def opened(
    config: Config, *, migrate: bool = False, new: bool = False
) -> AsyncIterator[Store]:
    """The store of a configuration, open.

    Args:
        config: Which store.
        migrate: Bring its schema up to date.
        new: It need not exist yet.

    Raises:
        StartError: It lies in the memory of another process, or was never made.
        StoreError: It cannot be opened.
    """
    store = store_of(config, new=new)
    await store.open(migrate=migrate)
    try:
        yield store
    finally:
        await store.close()


def store_of(config: Config, *, new: bool = False) -> Store:
    """The store of a configuration, not open yet. Raises what `opened` raises."""
    stores = Stores(config.storage)
    if stores.in_memory:
        raise StartError(
            f"The store is {MEMORY}, which lives in the process of the server and cannot be seen "
            f"from here. Name another one: storage.url in {FILE_NAME}, SPANLIT_STORAGE__URL, or "
            f"--store."
        )
    embedded = config.storage.url in ("", "chdb:")
    if embedded and not new and not config.storage.data_dir.is_dir():
        raise StartError(
            f"There is no data folder {config.storage.data_dir}. Go to the folder of the app, or "
            f"name its configuration with --config, or the store with --store."
        )
    return stores.make()


def run(work: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    """Run a command and end the process: every failure that people cause is one sentence.

    Args:
        work: Returns the exit code; None is 0.
    """
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    # What goes wrong is said once, by the error that ends the command.
    logging.getLogger("spanlit").setLevel(logging.CRITICAL)
    try:
        code = asyncio.run(_stoppable(work))
    except (StartError, StoreError, TransferError) as error:
        click.echo(f"spanlit: {error}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("spanlit: stopped before it was done.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(code or 0)


async def _stoppable(work: Callable[[], Coroutine[Any, Any, int | None]]) -> int | None:
    """Let signals end the work at once, wherever it is, and clean up.

    asyncio's own handler cancels the task, which does not hear of it while it reads a file or
    waits for stdin.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminate)
    return await work()


def _terminate(signum: int, _frame: object) -> None:
    sys.exit(128 + signum)
