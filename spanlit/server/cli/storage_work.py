"""What the commands below `spanlit storage` do, besides the check."""

from pathlib import Path

import click

from spanlit.server.blobs import app_blobs
from spanlit.server.config import Config
from spanlit.server.errors import StartError
from spanlit.storage.blobs.store import BlobStore
from spanlit.storage.deletion import collect_garbage, delete_thread, delete_user
from spanlit.storage.retention import Retention, rows_wait
from spanlit.storage.store import Store

from .exit_codes import FAILED
from .opened import configuration, opened, store_of
from .progress import counted


async def migrate_store(*, dry_run: bool, config_path: Path | None, store_url: str | None) -> None:
    """Bring the schema up to date and say by which migrations."""
    store = store_of(configuration(config_path, store_url), new=True)
    try:
        names = await store.migrate(dry_run=dry_run)
    finally:
        await store.close()
    for name in names:
        click.echo(f"{name} {'would be applied' if dry_run else 'was applied'}")
    if not names:
        click.echo("The schema is up to date.")


async def collect(*, dry_run: bool, config_path: Path | None, store_url: str | None) -> None:
    """Delete blobs to which nothing refers."""
    config = configuration(config_path, store_url)
    blobs = _required(config)
    if rows_wait(config.storage.data_dir):
        raise click.ClickException(
            "Rows have waited in the spool for over 12 hours, and may refer to blobs. Start the "
            "app, so that they reach the store, and try again."
        )
    async with opened(config) as store:
        garbage = await collect_garbage(store.housekeeping, blobs, dry_run=dry_run)
    done = "would be deleted" if dry_run else "were deleted"
    click.echo(
        f"{garbage.deleted:,} of {garbage.blobs:,} blobs {done} "
        f"({garbage.freed / 2**20:,.1f} of {garbage.size / 2**20:,.1f} MB)."
    )


async def retain_once(*, config_path: Path | None, store_url: str | None) -> int | None:
    """Run the retention once."""
    config = configuration(config_path, store_url)
    async with opened(config) as store:

        async def same() -> Store:
            return store

        blobs = app_blobs(config, in_memory=False)
        retention = Retention(same, blobs, config.retention.of, config.storage.data_dir)
        await retention.run(interval_s=0)
    if error := retention.status.last_error:
        click.echo(f"spanlit: {error}", err=True)
        return FAILED
    if not retention.status.runs:
        click.echo("spanlit: Another process is at it. Try again later.", err=True)
        return FAILED
    click.echo(f"Deleted {counted(retention.status.deleted)}.")
    return None


async def delete_for_good(
    thread_id: str | None,
    user_id: str | None,
    *,
    project: str,
    config_path: Path | None,
    store_url: str | None,
) -> int | None:
    """Delete a thread or a user and say what is gone; the exit code is 1 if there was nothing."""
    config = configuration(config_path, store_url)
    blobs = app_blobs(config, in_memory=False)
    async with opened(config) as store:
        keeping = store.housekeeping
        if thread_id:
            report = await delete_thread(keeping, blobs, project, thread_id)
        else:
            report = await delete_user(keeping, blobs, project, user_id or "")
    gone = {**report.rows, "blobs": report.blobs}
    click.echo(f"Deleted {counted(gone)}.")
    if report.blobs_left:
        click.echo(
            f"{report.blobs_left:,} blobs are left; `spanlit storage gc` deletes them later."
        )
    if not any(gone.values()):
        click.echo("spanlit: There was nothing of that id. Check it, and --project.", err=True)
        return FAILED
    return None


def _required(config: Config) -> BlobStore:
    blobs = app_blobs(config, in_memory=False)
    if blobs is None:
        raise StartError(
            "Blobs need obstore, which is not installed: pip install 'spanlit[blobs]'."
        )
    return blobs
