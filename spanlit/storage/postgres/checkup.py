"""Looking whether a Postgres store is well."""

from typing import Any

from spanlit.storage.store import TABLES, Finding, StoreError

from .migrate import pending
from .rows import TABLES as WRITTEN

_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


async def check(connection: Any) -> list[Finding]:
    """Look at version, schema, rights, durability, partitions and size."""
    return [
        await _version(connection),
        *await _schema(connection),
        *await _rights(connection),
        *await _durability(connection),
        await _default_partition(connection),
        await _connections(connection),
        await _size(connection),
    ]


async def _version(connection: Any) -> Finding:
    version = await connection.fetchval("SHOW server_version")
    encrypted = await connection.fetchval(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )
    return Finding("ok", f"Postgres {version}, {'with' if encrypted else 'without'} TLS")


async def _schema(connection: Any) -> list[Finding]:
    try:
        missing = await pending(connection)
    except StoreError as error:
        return [Finding("error", str(error))]
    if missing:
        names = ", ".join(missing)
        return [Finding("error", f"the schema lacks {names}: run `spanlit migrate`")]
    if gone := await _changed_by_hand(connection):
        return [
            Finding(
                "error",
                f"the schema was changed by hand, {', '.join(gone)} is missing: bring it back from "
                "a backup, or give Spanlit a new database",
            )
        ]
    return [Finding("ok", "the schema is up to date")]


async def _changed_by_hand(connection: Any) -> list[str]:
    """Columns that are written and no longer there."""
    wanted = [(table.name, name) for table in WRITTEN for name in table.column_names]
    rows = await connection.fetch(
        "SELECT w.t || '.' || w.c AS gone FROM unnest($1::text[], $2::text[]) AS w (t, c) "
        "LEFT JOIN pg_attribute a ON a.attrelid = to_regclass(w.t) AND a.attname = w.c "
        "AND NOT a.attisdropped WHERE a.attname IS NULL LIMIT 5",
        [table for table, _ in wanted],
        [name for _, name in wanted],
    )
    return [row["gone"] for row in rows]


async def _rights(connection: Any) -> list[Finding]:
    user = await connection.fetchval("SELECT current_user")
    rows = await connection.fetch(
        "SELECT t AS table, r AS right FROM unnest($1::text[]) AS t, unnest($2::text[]) AS r "
        "WHERE NOT has_table_privilege(t, r)",
        list(TABLES),
        list(_RIGHTS),
    )
    findings = [
        Finding(
            "error",
            f"the user {user!r} may not {row['right']} {row['table']}: let the owner run "
            f'GRANT {row["right"]} ON {row["table"]} TO "{user}"',
        )
        for row in rows
    ]
    temporary, owner = await connection.fetchrow(
        "SELECT has_database_privilege(current_database(), 'TEMPORARY'), "
        "pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE') "
        "FROM pg_class WHERE oid = 'spans'::regclass"
    )
    if not temporary:
        findings.append(
            Finding(
                "error",
                f"the user {user!r} may not make temporary tables, through which rows are "
                "written: let an administrator GRANT TEMPORARY ON DATABASE",
            )
        )
    if not owner:
        findings.append(
            Finding(
                "warning",
                f"the user {user!r} does not own the table spans, so its weekly partitions are "
                "not made and all spans go to spans_default: let that user own it",
            )
        )
    return findings or [Finding("ok", f"the user {user!r} has all rights")]


async def _durability(connection: Any) -> list[Finding]:
    names = ("fsync", "full_page_writes", "synchronous_commit")
    return [
        Finding("warning", f"the server has {name} = off: a crash can lose what it acknowledged")
        for name in names
        if await connection.fetchval("SELECT current_setting($1)", name) == "off"
    ]


async def _default_partition(connection: Any) -> Finding:
    rows = await connection.fetchval("SELECT count(*) FROM spans_default")
    if rows:
        return Finding(
            "warning",
            f"{rows} spans lie in the partition spans_default: their clock was far off, or "
            "partitions could not be made (the log says why)",
        )
    return Finding("ok", "all spans lie in the partition of their week")


async def _connections(connection: Any) -> Finding:
    used, most = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'), "
        "current_setting('max_connections')::int"
    )
    text = f"{used} of {most} connections are in use"
    if used > 0.9 * most:
        return Finding("warning", f"{text}: raise max_connections, or lower pool_size")
    return Finding("ok", text)


async def _size(connection: Any) -> Finding:
    size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    return Finding("ok", f"the database has {size}")
