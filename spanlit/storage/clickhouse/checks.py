"""Whether a ClickHouse database is well: each thing that was looked at is one sentence."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from spanlit.storage.store import TABLES, Finding, StoreRefused

from . import migrate, rows
from .connection import Connection
from .mutations import Mutations
from .sql import statement, system_table

RIGHTS: Final = ("SELECT", "INSERT", "ALTER UPDATE", "ALTER DELETE", "CREATE TABLE", "ALTER TABLE")
LITTLE_SPACE: Final = 2**30
SMALL_SHARE: Final = 0.1
SLOW_MUTATION_S: Final = 3_600
LARGE_DELAY_S: Final = 300

Check = Callable[[Connection], AsyncIterator[Finding]]


async def check(connection: Connection) -> list[Finding]:
    """Look at everything. What the user may not look at is a warning."""
    findings = []
    for look in CHECKS:
        try:
            findings += [finding async for finding in look(connection)]
        except StoreRefused as error:
            what = (look.__doc__ or "").removesuffix(".")
            findings.append(Finding("warning", f"{what} could not be looked at: {error}"))
    return findings


async def _version(connection: Connection) -> AsyncIterator[Finding]:
    """The server's version."""
    ((version, days),) = await _ask(connection, "SELECT version(), intDiv(uptime(), 86400)")
    yield Finding("ok", f"ClickHouse {version}, up for {days} days")


async def _rights(connection: Connection) -> AsyncIterator[Finding]:
    """The user's rights."""
    database = connection.database.replace("`", "\\`")
    missing = []
    for right in RIGHTS:
        try:
            ((granted,),) = await _ask(connection, f"CHECK GRANT {right} ON `{database}`.*")
        except StoreRefused:
            yield Finding("ok", "the user's rights cannot be checked on this version of ClickHouse")
            return
        if not int(granted):
            missing.append(right)
    if missing:
        names = ", ".join(missing)
        yield Finding(
            "error",
            f"the user of storage.url lacks rights: GRANT {names} ON `{database}`.* TO the user",
        )
    else:
        yield Finding("ok", "the user may read, write, delete and migrate")


async def _schema(connection: Connection) -> AsyncIterator[Finding]:
    """The schema."""
    names = await connection.call(lambda client: migrate.pending(client, connection.database))
    if names:
        yield Finding(
            "error", f"the schema lacks {', '.join(names)}: run spanlit migrate, or restart Spanlit"
        )
    found = await _ask(
        connection,
        "SELECT table, groupArray(name) FROM system.columns "
        "WHERE database = {database:String} GROUP BY table",
    )
    known = {table: set(columns) for table, columns in found}
    wrong = False
    for table in rows.TABLES:
        lacking = set(table.column_names) - known.get(table.name, set())
        if lacking:
            wrong = True
            what = f"columns {', '.join(sorted(lacking))}" if table.name in known else "it"
            yield Finding(
                "error",
                f"the table {table.name} was changed by hand and lacks {what}: restore it from a "
                "backup, or set storage.url to another database",
            )
    if not names and not wrong:
        yield Finding("ok", f"the schema is up to date, with {len(TABLES)} tables")


async def _text_index(connection: Connection) -> AsyncIterator[Finding]:
    """The index of words."""
    found = await _ask(
        connection,
        "SELECT count() FROM system.data_skipping_indices "
        "WHERE database = {database:String} AND table IN ('spans', 'spans_local') AND name = 'ft_root'",
    )
    if found[0][0]:
        yield Finding("ok", "questions and answers have an index of their words")
    else:
        yield Finding(
            "warning",
            "questions and answers have no index of their words, so that searches read all of "
            "them: upgrade to ClickHouse 26.3 or newer and run spanlit migrate",
        )


async def _disks(connection: Connection) -> AsyncIterator[Finding]:
    """The disks."""
    found = await _ask(connection, statement("disks", disks=_system(connection, "disks")))
    for name, free, total in found:
        space = f"the disk {name} has {free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
        if free < LITTLE_SPACE or free < total * SMALL_SHARE:
            yield Finding(
                "warning",
                f"{space}: free some, or shorten how long spans and bodies are kept; inserts fail "
                "when it is full",
            )
        else:
            yield Finding("ok", space)


async def _mutations(connection: Connection) -> AsyncIterator[Finding]:
    """Deletions under way."""
    unfinished = await Mutations(connection).unfinished()
    for row in unfinished:
        name = f"the mutation {row['mutation_id']} of {row['table']}"
        cure = (
            f"KILL MUTATION WHERE database = '{connection.database}' AND table = '{row['table']}' "
            f"AND mutation_id = '{row['mutation_id']}', and delete again"
        )
        if row["latest_fail_reason"]:
            text = f"{name} fails again and again ({row['latest_fail_reason'][:300]}): {cure}"
            yield Finding("error", text)
        elif row["age_s"] > SLOW_MUTATION_S:
            hours = row["age_s"] / 3_600
            yield Finding(
                "warning",
                f"{name} has been running for {hours:.0f} hours: look at system.merges whether it "
                f"goes on; if not, {cure}",
            )
    if not unfinished:
        yield Finding("ok", "no deletion is under way")


async def _detached(connection: Connection) -> AsyncIterator[Finding]:
    """Detached parts."""
    parts = _system(connection, "detached_parts")
    found = await _ask(connection, statement("detached_parts", parts=parts))
    for table, reason, count in found:
        yield Finding(
            "warning",
            f"{count} parts of {table} are detached ({reason or 'by hand'}), and their rows are "
            "not seen: look into the server's log, then ATTACH PART or DROP DETACHED PART",
        )
    if not found:
        yield Finding("ok", "no part is detached")


async def _replicas(connection: Connection) -> AsyncIterator[Finding]:
    """The replicas."""
    found = await _ask(connection, statement("replicas", replicas=_system(connection, "replicas")))
    for table, replica, readonly, delay_s, lost in found:
        if readonly:
            yield Finding(
                "error",
                f"the replica {replica} of {table} is read-only: check its connection to Keeper, "
                "then SYSTEM RESTORE REPLICA",
            )
        elif lost:
            yield Finding(
                "error", f"{lost} parts of {table} are lost on all replicas: restore a backup"
            )
        elif delay_s > LARGE_DELAY_S:
            yield Finding(
                "warning",
                f"the replica {replica} of {table} is {delay_s} s behind: look at "
                "system.replication_queue",
            )
    if found:
        yield Finding("ok", f"{len(found)} replicas were looked at")


CHECKS: tuple[Check, ...] = (
    _version,
    _rights,
    _schema,
    _text_index,
    _disks,
    _mutations,
    _detached,
    _replicas,
)


async def _ask(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    parameters = {"database": connection.database} if "{database:" in sql else {}
    result = await connection.call(lambda client: client.query(sql, parameters=parameters))
    return [tuple(row) for row in result.result_rows]


def _system(connection: Connection, name: str) -> str:
    return system_table(name, connection.cluster)
