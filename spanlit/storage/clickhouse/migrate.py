"""Bringing the schema of a database up to date, from numbered SQL files.

`migrations/NNNN_name.sql` holds statements that end with a semicolon at the end of a line and
can all be repeated, because ClickHouse has neither transactions nor locks: two processes may
migrate at the same time, and one may die between two statements. `-- requires: clickhouse >= X`
leaves a file out on an older server and tries it again once the server is newer. Placeholders:
`{on_cluster}` and `{engine:…}` become plain or replicated engines.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import SchemaError

logger = logging.getLogger(__name__)

_FILE_NAME = re.compile(r"(\d{4})_\w+\.sql")
_REQUIRES = re.compile(r"^-- requires: clickhouse >= (\d+)\.(\d+)$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^--.*$", re.MULTILINE)
_STATEMENT_END = re.compile(r";[ \t]*(?:\n|$)")
_ENGINE = re.compile(r"\{engine:(\w+)\(([^{}]*)\)\}")

_STATE_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations {on_cluster}
(
    version        UInt32,
    name           String,
    checksum       String,
    engine_version String,
    applied_at     DateTime64(3, 'UTC') DEFAULT now64(3)
)
{engine:ReplacingMergeTree(applied_at)}
ORDER BY version
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    version: int
    name: str
    statements: tuple[str, ...]
    checksum: str
    requires: tuple[int, int] | None = None


def read_migrations() -> list[Migration]:
    """Return the migrations that this version of Spanlit knows, in order."""
    folder = files(__package__) / "migrations"
    return sorted(
        (
            _parse(file.name, file.read_text(encoding="utf-8"))
            for file in folder.iterdir()
            if _FILE_NAME.fullmatch(file.name)
        ),
        key=lambda migration: migration.version,
    )


def _parse(file_name: str, text: str) -> Migration:
    requires = _REQUIRES.search(text)
    statements = _STATEMENT_END.split(_COMMENT_LINE.sub("", text))
    return Migration(
        version=int(file_name[:4]),
        name=file_name.removesuffix(".sql"),
        statements=tuple(filter(None, map(str.strip, statements))),
        checksum=hashlib.sha256(text.encode()).hexdigest()[:16],
        requires=(int(requires[1]), int(requires[2])) if requires else None,
    )


async def migrate(client: AsyncClient, *, cluster: str = "") -> list[str]:
    """Apply what the client's database lacks and return the names of what was applied.

    Args:
        client: Connected to the database.
        cluster: Name of a ClickHouse cluster, for replicated tables; empty for one server.

    Raises:
        SchemaError: The schema is newer than this version of Spanlit, or an applied file was
            changed afterwards.
        clickhouse_connect.driver.exceptions.Error: A statement failed.
    """
    await client.command(render(_STATE_TABLE, cluster))
    result = await client.query("SELECT version, name, checksum FROM schema_migrations FINAL")
    applied = {version: (name, checksum) for version, name, checksum in result.result_rows}
    migrations = read_migrations()
    _check(applied, migrations, client.database or "default")
    names = []
    server_version = client.server_version or "0.0"
    for migration in _pending(applied, migrations, server_version):
        for statement in migration.statements:
            await client.command(render(statement, cluster))
        await client.insert(
            "schema_migrations",
            [[migration.version, migration.name, migration.checksum, server_version]],
            column_names=["version", "name", "checksum", "engine_version"],
            column_type_names=["UInt32", "String", "String", "String"],
        )
        names.append(migration.name)
    return names


def _check(applied: dict[int, tuple[str, str]], migrations: list[Migration], database: str) -> None:
    known = {migration.version: migration for migration in migrations}
    for version, (name, checksum) in sorted(applied.items()):
        if version not in known:
            raise SchemaError(
                f"the database {database!r} has the schema {name} of a newer Spanlit, and this "
                f"one knows {migrations[-1].name}: upgrade Spanlit, or set storage.url to "
                "another database"
            )
        if checksum != known[version].checksum:
            raise SchemaError(
                f"the database {database!r} was migrated with another text of {name}.sql than "
                "this Spanlit has: reinstall the version that made it, or set storage.url to "
                "another database"
            )


def _pending(
    applied: dict[int, tuple[str, str]], migrations: list[Migration], server_version: str
) -> Iterator[Migration]:
    major, minor = map(int, server_version.split(".")[:2])
    for migration in migrations:
        if migration.version in applied:
            continue
        if migration.requires and (major, minor) < migration.requires:
            logger.info("%s waits for a newer ClickHouse", migration.name)
            continue
        yield migration


def render(sql: str, cluster: str = "") -> str:
    """Fill the placeholders of a statement, for one server or for a cluster."""

    def engine(match: re.Match[str]) -> str:
        name, arguments = match[1], match[2]
        if not cluster:
            return f"ENGINE = {name}({arguments})"
        path = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
        return f"ENGINE = Replicated{name}({path}{', ' + arguments if arguments else ''})"

    on_cluster = f"ON CLUSTER '{cluster}'" if cluster else ""
    return _ENGINE.sub(engine, sql).replace("{on_cluster}", on_cluster)
