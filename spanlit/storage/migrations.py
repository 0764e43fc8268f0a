"""Numbered SQL files, and which of them a database lacks; what they do to it is its store's.

`NNNN_name.sql` holds statements that end with a semicolon at the end of a line. `-- requires:
engine >= X.Y` leaves a file out on an older server and tries it again once the server is newer.
`-- no-transaction` marks a file whose statements cannot run in one.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from .store import SchemaError

_FILE_NAME = re.compile(r"(\d{4})_\w+\.sql")
_REQUIRES = re.compile(r"^-- requires: \w+ >= (\d+)\.(\d+)$", re.MULTILINE)
_NO_TRANSACTION = re.compile(r"^-- no-transaction$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^--.*$", re.MULTILINE)
_STATEMENT_END = re.compile(r";[ \t]*(?:\n|$)")

Applied = Mapping[int, tuple[str, str]]
"""Number of a migration that a database has -> its name and checksum."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    version: int
    name: str
    text: str
    statements: tuple[str, ...]
    checksum: str
    requires: tuple[int, int] | None = None
    transaction: bool = True
    """Whether its statements may run in one transaction."""


def read_migrations(folder: Traversable) -> list[Migration]:
    """Return the migrations of a folder, in order."""
    return sorted(
        (
            parse_migration(file.name, file.read_text(encoding="utf-8"))
            for file in folder.iterdir()
            if _FILE_NAME.fullmatch(file.name)
        ),
        key=lambda migration: migration.version,
    )


def parse_migration(file_name: str, text: str) -> Migration:
    """Make a migration of the text of a file named `NNNN_name.sql`."""
    requires = _REQUIRES.search(text)
    statements = _STATEMENT_END.split(_COMMENT_LINE.sub("", text))
    return Migration(
        version=int(file_name[:4]),
        name=file_name.removesuffix(".sql"),
        text=text,
        statements=tuple(filter(None, map(str.strip, statements))),
        checksum=hashlib.sha256(text.encode()).hexdigest()[:16],
        requires=(int(requires[1]), int(requires[2])) if requires else None,
        transaction=_NO_TRANSACTION.search(text) is None,
    )


def pending_migrations(
    known: Sequence[Migration],
    applied: Applied,
    *,
    database: str,
    server_version: tuple[int, int],
) -> list[Migration]:
    """Return the migrations that a database lacks and its server can run.

    Args:
        known: All that this version of Spanlit has.
        applied: What the database has.
        database: Its name, for messages.
        server_version: Major and minor version of the server.

    Raises:
        SchemaError: The schema is newer than this version of Spanlit, or an applied file was
            changed afterwards.
    """
    _check(known, applied, database)
    return [
        migration
        for migration in known
        if migration.version not in applied
        and (migration.requires is None or server_version >= migration.requires)
    ]


def check_up_to_date(pending: Sequence[Migration], *, database: str) -> None:
    """Raise `SchemaError` if there is something to do, for those who may not do it."""
    if pending:
        names = ", ".join(migration.name for migration in pending)
        raise SchemaError(
            f"the schema of the database {database!r} is out of date ({names} is missing): "
            "run `spanlit migrate`"
        )


def _check(known: Sequence[Migration], applied: Applied, database: str) -> None:
    by_version = {migration.version: migration for migration in known}
    for version, (name, checksum) in sorted(applied.items()):
        if version not in by_version:
            raise SchemaError(
                f"the database {database!r} has the schema {name} of a newer Spanlit, and this "
                f"one knows {known[-1].name}: upgrade Spanlit, or set storage.url to "
                "another database"
            )
        if checksum != by_version[version].checksum:
            raise SchemaError(
                f"the database {database!r} was migrated with another text of {name}.sql than "
                "this Spanlit has: reinstall the version that made it, or set storage.url to "
                "another database"
            )
