"""`spanlit migrate` and `spanlit storage`."""

from typing import Any

import click

from .store_options import store_options


@click.command(short_help="Bring the schema of the store up to date.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@store_options
def migrate(**options: Any) -> None:
    """Bring the schema of the store up to date. `spanlit run` does that, too, when it starts."""
    from .opened import run
    from .storage_work import migrate_store

    run(lambda: migrate_store(**options))


@click.group(short_help="Look after the store.")
def storage() -> None:
    """Look after the store."""


@storage.command(short_help="Say whether the store is well.")
@click.option("--json", "as_json", is_flag=True, help="Say it in JSON.")
@store_options
def check(**options: Any) -> None:
    """Look at the store, at rows that wait for it, and at the blobs.

    The exit code is 1 if something is wrong.
    """
    from .opened import run
    from .storage_check import check_storage

    run(lambda: check_storage(**options))


@storage.command(short_help="Delete blobs to which nothing refers.")
@click.option("--dry-run", is_flag=True, help="Only count them.")
@store_options
def gc(**options: Any) -> None:
    """Delete blobs that are older than a day and to which no row refers."""
    from .opened import run
    from .storage_work import collect

    run(lambda: collect(**options))


@storage.command(short_help="Delete what is too old, now.")
@store_options
def retain(**options: Any) -> None:
    """Delete what is older than [retention] says. A running server does that every hour."""
    from .opened import run
    from .storage_work import retain_once

    run(lambda: retain_once(**options))


@storage.command(short_help="Delete a thread, or a user with all that is theirs.")
@click.option("--thread", "thread_id", help="Id of the thread.")
@click.option("--user", "user_id", help="Id of the user.")
@click.option("--project", default="default", show_default=True, help="Where they are.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_options
def delete(thread_id: str | None, user_id: str | None, yes: bool, **options: Any) -> None:
    """Delete a thread, or a user with all their threads, for good: rows and blobs."""
    if bool(thread_id) == bool(user_id):
        raise click.UsageError("Give either --thread or --user.")
    what = f"thread {thread_id}" if thread_id else f"user {user_id} with all their threads"
    if not yes:
        click.confirm(f"Delete the {what} for good?", abort=True, err=True)
    from .opened import run
    from .storage_work import delete_for_good

    run(lambda: delete_for_good(thread_id, user_id, **options))
