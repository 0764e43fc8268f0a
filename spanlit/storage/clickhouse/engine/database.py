"""The chDB engine as one object: run a statement, get bytes."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import chdb
from chdb.state.sqlitelike import Connection

MEMORY_MB = 1_000
"""How much memory the engine takes for queries, inserts, merges and caches, unless told."""


def limits(memory_mb: int = MEMORY_MB) -> dict[str, str]:
    """Return the settings that keep the engine within `memory_mb`, in MB of 10^6 bytes.

    ClickHouse's defaults (caches of 5 GB) are made for servers. The program itself, about 100 MB
    and 280 MB of pages of its file that can be taken back, comes on top.
    """
    memory = memory_mb * 1_000_000
    of_server = {
        "max_server_memory_usage": memory,
        "mark_cache_size": memory // 16,
        "primary_index_cache_size": memory // 16,
        "index_mark_cache_size": memory // 32,
        "text_index_tokens_cache_size": memory // 32,
        "background_pool_size": 2,
    }
    of_query = {  # unless it asks for others
        "max_threads": 2,
        "max_memory_usage": memory // 10 * 7,
        "max_execution_time": 30,
        "max_bytes_before_external_group_by": memory // 20 * 3,
        "max_bytes_before_external_sort": memory // 20 * 3,
    }
    return {name: str(value) for name, value in (of_server | of_query).items()}


_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INSERT = re.compile(
    rb"\s*(INSERT\s+INTO\s.*?)\sFORMAT\s+(\w+)[ \t]*\r?\n", re.IGNORECASE | re.DOTALL
)
_INSERT_HEAD_SIZE = 64 * 2**10
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Statement:
    """One request: SQL, or an INSERT with its data behind it."""

    text: bytes
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    result_format: str = "TabSeparated"


class DatabaseError(Exception):
    """A statement failed; the message starts with ClickHouse's own `Code: N`."""


class Database:
    """The engine of one folder. Thread-safe: each statement has its own session.

    Args:
        path: The folder.
        settings: ClickHouse's settings of the server and of queries, as `limits` returns them.

    Raises:
        DatabaseError: The folder cannot be opened, for example because another engine has it.
    """

    def __init__(self, path: Path, settings: Mapping[str, str]) -> None:
        self._target = f"{path}?{urlencode(settings)}"
        try:
            # The engine lives as long as any connection: this one keeps it.
            self._keeper = chdb.connect(self._target)
        except Exception as error:
            raise _database_error(error) from error

    def run(self, statement: Statement) -> bytes:
        """Run a statement and return its result, in its format.

        Raises:
            DatabaseError: It failed.
        """
        try:
            session = chdb.connect(self._target)
            try:
                _prepare(session, statement)
                return _run(session, statement)
            finally:
                session.close()
        except Exception as error:
            raise _database_error(error) from error

    def free_memory(self) -> None:
        """Give back what the allocator keeps: after a large query that can be all of it."""
        with suppress(DatabaseError):  # a platform may have another allocator
            self.run(Statement(b"SYSTEM JEMALLOC PURGE"))

    def close(self) -> None:
        """Close the engine; running merges are given up, which is safe."""
        self._keeper.close()


def _prepare(session: Connection, statement: Statement) -> None:
    if statement.database:
        session.query(f"USE {_quote(statement.database, '`')}", "TabSeparated")
    if statement.settings:
        for name in statement.settings:
            if not _SETTING_NAME.fullmatch(name):
                raise DatabaseError(f"Code: 115. DB::Exception: Unknown setting {name!r}")
        pairs = ", ".join(
            f"{name} = {_quote(v, chr(39))}" for name, v in statement.settings.items()
        )
        session.query(f"SET {pairs}", "TabSeparated")


def _run(session: Connection, statement: Statement) -> bytes:
    insert = _INSERT.match(statement.text[:_INSERT_HEAD_SIZE])
    if insert is None:
        text = statement.text.decode("utf-8", "surrogateescape")
        result = session.query(text, statement.result_format, params=dict(statement.parameters))
        return bytes(result.bytes() or b"")
    data = memoryview(statement.text)[insert.end() :]
    with session.send_insert(insert[1].decode(), insert[2].decode()) as stream:
        for start in range(0, len(data), _CHUNK):
            stream.append(bytes(data[start : start + _CHUNK]))
        stream.finish()
    return b""


def _quote(text: str, mark: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return f"{mark}{escaped}{mark}"


def _database_error(error: Exception) -> DatabaseError:
    if isinstance(error, DatabaseError):
        return error
    message = str(error)
    start = message.find("Code: ")
    if start < 0:
        return DatabaseError(f"Code: 1002. DB::Exception: {type(error).__name__}: {message}")
    return DatabaseError(message[start:])
