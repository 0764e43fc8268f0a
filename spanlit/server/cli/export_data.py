"""What `spanlit export` does."""

import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from spanlit.server.blobs import app_blobs
from spanlit.server.config import Config
from spanlit.server.errors import StartError
from spanlit.storage.blobs.store import BlobStore
from spanlit.storage.store import Row, Store
from spanlit.storage.transfer import blobs as blob_files
from spanlit.storage.transfer import jsonl, otlp, parquet
from spanlit.storage.transfer.files import STANDARD, placing, writing
from spanlit.storage.transfer.selection import Selection, select

from .opened import configuration, opened
from .progress import Progress, counted

_AGE = re.compile(r"(\d+)([dhm])")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60}


async def export_data(
    path: Path,
    *,
    format: str | None,
    since: str | None,
    until: str | None,
    projects: tuple[str, ...],
    thread_id: str,
    blobs: bool,
    overwrite: bool,
    config_path: Path | None,
    store_url: str | None,
) -> None:
    """Write the rows of a store to `path`; the arguments are those of the command.

    Raises:
        StartError: An argument or the configuration is wrong.
        StoreError: The store failed.
        TransferError: The target cannot be written.
    """
    kind = format or _format_of(path)
    if path == STANDARD and (blobs or kind == "parquet"):
        raise StartError("stdout takes jsonl and otlp only, and no blobs. Name a file.")
    selection = Selection(
        projects=projects,
        since_ns=0 if since is None else _moment_ns(since, "--since"),
        until_ns=None if until is None else _moment_ns(until, "--until"),
        thread_id=thread_id,
        tables=("spans",) if kind == "otlp" else Selection().tables,
    )
    config = configuration(config_path, store_url)
    async with opened(config) as store:
        counts = await _write(path, kind, store, selection, config, blobs, overwrite)
    _tell(path, counts)


async def _write(
    path: Path,
    kind: str,
    store: Store,
    selection: Selection,
    config: Config,
    blobs: bool,
    overwrite: bool,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        progress = stack.enter_context(Progress("Exporting"))
        rows = _counting(select(store, selection), progress.add)
        if blobs:
            folder = stack.enter_context(_blob_folder(path, overwrite))
            rows = blob_files.copying(rows, _blobs(config), folder, counts)
        if kind == "parquet":
            part = stack.enter_context(placing(path, overwrite=overwrite))
            counts += await parquet.write(part, rows, jsonl.header(selection))
        else:
            file = stack.enter_context(writing(path, overwrite=overwrite))
            if kind == "otlp":
                counts += await otlp.write(file, rows)
            else:
                counts += await jsonl.write(file, rows, jsonl.header(selection))
    return counts


@contextmanager
def _blob_folder(path: Path, overwrite: bool) -> Iterator[Path]:
    with placing(blob_files.folder_of(path), overwrite=overwrite) as folder:
        folder.mkdir()
        yield folder


def _blobs(config: Config) -> BlobStore:
    blobs = app_blobs(config, in_memory=False)
    if blobs is None:
        raise StartError(
            "Blobs need obstore, which is not installed: pip install 'spanlit[blobs]'."
        )
    return blobs


async def _counting(rows: AsyncIterator[Row], count: Callable[[], None]) -> AsyncIterator[Row]:
    async for row in rows:
        count()
        yield row


def _format_of(path: Path) -> str:
    if path.suffix == ".parquet":
        return "parquet"
    return "otlp" if ".otlp" in path.suffixes else "jsonl"


def _moment_ns(text: str, option: str) -> int:
    """A date as Unix nanoseconds; without a time zone it is UTC. An age counts from now."""
    if age := _AGE.fullmatch(text):
        return time.time_ns() - int(age[1]) * _SECONDS[age[2]] * 10**9
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StartError(
            f"{option} {text} is neither a date, like 2026-03-01 or 2026-03-01T08:00+01:00, nor "
            f"an age, like 7d, 12h or 30m."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9


def _tell(path: Path, counts: Counter[str]) -> None:
    left_out, missing = counts.pop(otlp.LEFT_OUT, 0), counts.pop("missing blobs", 0)
    place = "stdout" if path == STANDARD else str(path)
    click.echo(f"Exported {counted(counts)} to {place}.", err=True)
    if left_out:
        click.echo(f"Left out {left_out:,} that are still open: OTLP has no such spans.", err=True)
    if missing:
        click.echo(f"{missing:,} blobs are referred to, but are not there any more.", err=True)
