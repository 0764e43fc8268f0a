"""What `spanlit import` does."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from spanlit.server.blobs import app_blobs
from spanlit.server.config import Config
from spanlit.server.errors import StartError
from spanlit.storage.blobs.large_values import LargeValues
from spanlit.storage.blobs.store import BlobStore
from spanlit.storage.store import Store
from spanlit.storage.transfer import blobs as blob_files
from spanlit.storage.transfer import jsonl
from spanlit.storage.transfer.chainlit.database import connected
from spanlit.storage.transfer.chainlit.mapping import ChainlitImport, KeepFile
from spanlit.storage.transfer.chainlit.source import recognise
from spanlit.storage.transfer.errors import DamagedInput
from spanlit.storage.transfer.files import STANDARD
from spanlit.storage.transfer.importing import Incoming, incoming
from spanlit.storage.transfer.loader import Loader
from spanlit.storage.transfer.local_files import LocalFiles
from spanlit.tracing.record import DEFAULT_PROJECT

from .exit_codes import FAILED
from .opened import configuration, opened
from .progress import Progress, counted

SHOWN = 10
"""How many damaged places are named; the others are counted."""


async def import_data(
    source: str,
    *,
    kind: str,
    project: str | None,
    skip_damaged: bool,
    files: Path | None,
    timezone: str,
    config_path: Path | None,
    store_url: str | None,
) -> int | None:
    """Add the rows of a source to a store; the arguments are those of the command.

    Returns:
        The exit code.

    Raises:
        StartError: An argument or the configuration is wrong.
        StoreError: The store failed.
        TransferError: The source cannot be read.
    """
    zone = _zone(timezone)
    config = configuration(config_path, store_url)
    blobs = app_blobs(config, in_memory=False)
    if kind == "chainlit":
        return await _import_chainlit(source, config, blobs, project, files, zone)
    path = Path(source)
    with incoming(path, skip_damaged=skip_damaged) as found:
        async with opened(config, migrate=True, new=True) as store:
            count = await _load_blobs(path, blobs, found, skip_damaged=skip_damaged)
            return await _import_rows(found, store, config, blobs, project, count)


async def _import_rows(
    found: Incoming,
    store: Store,
    config: Config,
    blobs: BlobStore | None,
    project: str | None,
    blob_count: int,
) -> int | None:
    part = (lambda: found.position() / found.size) if found.size else (lambda: None)
    with Progress("Importing", part) as progress:
        loader = _loader(store, config, blobs, project, progress)
        try:
            for row in found.rows:
                await loader.add(row)
        except DamagedInput as error:
            await loader.flush()
            raise DamagedInput(
                f"{error} What stands before it is in the store ({counted(loader.written)}). "
                f"Repair it and import again, or import again with --skip-damaged."
            ) from error
        await loader.flush()
    _tell(loader, blob_count)
    for what, count in found.unknown.items():
        click.echo(f"Left out {count:,} {what}, for which this version has no place.", err=True)
    for sentence in found.damage[:SHOWN]:
        click.echo(f"Skipped: {sentence}.", err=True)
    if len(found.damage) > SHOWN:
        click.echo(f"Skipped {len(found.damage) - SHOWN:,} more.", err=True)
    return FAILED if loader.refused else None


async def _import_chainlit(
    source: str,
    config: Config,
    blobs: BlobStore | None,
    project: str | None,
    files: Path | None,
    zone: ZoneInfo,
) -> int | None:
    async with connected(source) as database:
        chainlit = ChainlitImport(
            await recognise(database),
            project=project or DEFAULT_PROJECT,
            zone=zone,
            **_keeping(files, blobs),
        )
        async with opened(config, migrate=True, new=True) as store:
            with Progress("Importing") as progress:
                loader = _loader(store, config, blobs, None, progress)
                async for row in chainlit.rows():
                    await loader.add(row)
                await loader.flush()
    _tell(loader, 0)
    for reason, count in sorted(chainlit.skipped.items()):
        click.echo(f"Did not come: {count:,} {reason}.", err=True)
    return FAILED if loader.refused else None


def _keeping(files: Path | None, blobs: BlobStore | None) -> dict[str, KeepFile]:
    if files is None:
        return {}
    return {"keep_file": LocalFiles(files, _required(blobs)).keep}


async def _load_blobs(
    path: Path, blobs: BlobStore | None, found: Incoming, *, skip_damaged: bool
) -> int:
    folder = blob_files.folder_of(path)
    if path == STANDARD or not folder.is_dir():
        return 0
    on_damage = found.damage.append if skip_damaged else jsonl.stop
    return await blob_files.load(folder, _required(blobs), on_damage)


def _required(blobs: BlobStore | None) -> BlobStore:
    if blobs is None:
        raise StartError(
            "Blobs need obstore, which is not installed: pip install 'spanlit[blobs]'."
        )
    return blobs


def _loader(
    store: Store,
    config: Config,
    blobs: BlobStore | None,
    project: str | None,
    progress: Progress,
) -> Loader:
    lighten = None
    if blobs is not None:
        lighten = LargeValues(blobs, inline_bytes=config.blobs.inline_kb * 1024).lighten
    return Loader(store, project=project, on_rows=progress.add, lighten=lighten)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise StartError(
            f"--timezone {name} is not known. Name one like UTC or Europe/Berlin."
        ) from None


def _tell(loader: Loader, blobs: int) -> None:
    counts: Counter[str] = loader.written + Counter(blobs=blobs)
    click.echo(f"Imported {counted(counts)}.", err=True)
    if loader.refused:
        click.echo(f"The store refused {loader.refused:,} of these rows.", err=True)
