"""Parquet: a folder with one file per table, typed, for analysis and for moving.

Columns are the fields of the rows. Times become timestamps, structures (attributes, events,
metadata) text in JSON, tuples of words lists. The schema of each file carries the header of the
export, which makes it one of ours.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import orjson

from spanlit.storage.clean import clean_json
from spanlit.storage.store import TABLES, Row
from spanlit.storage.writing.journal import DamagedLine, build_row
from spanlit.tracing.record import SpanRecord

from .check import check_row
from .errors import TransferError
from .jsonl import FORMAT, OnDamage, require_version

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".parquet"
GROUP_ROWS = 5_000
GROUP_CHARS = 16 * 2**20
"""A row group is held in memory, so it ends at whichever of these it reaches first."""
READ_ROWS = 1_000

_HEADER = b"spanlit"
_TABLE_OF = {row_class: table for table, row_class in TABLES.items()}


def _arrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise TransferError(
            "Parquet needs pyarrow, which is not installed: pip install 'spanlit[parquet]'."
        ) from error
    return pyarrow


async def write(folder: Path, rows: AsyncIterator[Row], about: dict[str, Any]) -> Counter[str]:
    """Write the files of all tables that have rows; return how many rows, by table.

    Args:
        folder: Where to; is made.
        rows: What to write.
        about: The header of the export.

    Raises:
        TransferError: pyarrow is not installed.
    """
    _arrow()
    counts: Counter[str] = Counter()
    folder.mkdir()  # noqa: ASYNC240 (see the package: nothing else runs on this loop)
    with ExitStack() as stack:
        files: dict[str, _TableFile] = {}
        async for row in rows:
            table = _TABLE_OF[type(row)]
            if table not in files:
                files[table] = _TableFile(folder, table, about)
                stack.callback(files[table].close)
            files[table].add(row)
            counts[table] += 1
    return counts


class _TableFile:
    """One file, written a row group at a time."""

    def __init__(self, folder: Path, table: str, about: dict[str, Any]) -> None:
        arrow = _arrow()
        self._columns = columns(table)
        schema = arrow.schema(
            [arrow.field(c.name, c.type, nullable=c.nullable) for c in self._columns],
            metadata={_HEADER: orjson.dumps({**about, "table": table})},
        )
        self._schema = schema
        self._writer = arrow.parquet.ParquetWriter(
            folder / f"{table}{SUFFIX}", schema, compression="zstd"
        )
        self._rows: list[Row] = []
        self._chars = 0

    def add(self, row: Row) -> None:
        self._rows.append(row)
        if isinstance(row, SpanRecord):
            self._chars += len(row.input) + len(row.output)
        if len(self._rows) >= GROUP_ROWS or self._chars >= GROUP_CHARS:
            self._write_group()

    def _write_group(self) -> None:
        arrow = _arrow()
        arrays = [
            arrow.array([c.encode(getattr(row, c.name)) for row in self._rows], c.type)
            for c in self._columns
        ]
        self._writer.write_table(arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows, self._chars = [], 0

    def close(self) -> None:
        try:
            if self._rows:
                self._write_group()
        finally:
            self._writer.close()


class Column:
    """How a field of a row stands in a file.

    Args:
        name: The field.
        hint: Its type.
    """

    def __init__(self, name: str, hint: Any) -> None:
        arrow = _arrow()
        self.name = name
        self.encode: Callable[[Any], Any] = lambda value: value
        self.decode: Callable[[Any], Any] = lambda value: value
        self.nullable = get_origin(hint) is UnionType and NoneType in get_args(hint)
        if self.nullable:
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
        if get_origin(hint) is tuple:
            self.type: pa.DataType = arrow.list_(arrow.string())
            self.encode = list
        elif hint is str or get_origin(hint) is Literal:
            self.type = arrow.string()
        elif hint is bool:
            self.type = arrow.bool_()
        elif hint is float:
            self.type = arrow.float64()
        elif hint is int:
            # Columns of times are read as integers again, without losing a nanosecond.
            self.type = arrow.timestamp("ns", "UTC") if name.endswith("_ns") else arrow.int64()
        else:
            self.type = arrow.string()
            self.encode = _to_json
            self.decode = orjson.loads


def columns(table: str) -> list[Column]:
    """The columns of a table.

    Raises:
        TransferError: pyarrow is not installed.
    """
    return [Column(name, hint) for name, hint in get_type_hints(TABLES[table]).items()]


def _to_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates and integers beyond 64 bits
        return orjson.dumps(clean_json(_plain(value))).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [asdict(item) for item in value]
    return value


def read(path: Path, on_damage: OnDamage) -> Iterator[Row]:
    """The rows of the files in a folder, or of one file.

    Args:
        path: The folder or the file.
        on_damage: Told of every row that is not what was written.

    Raises:
        TransferError: There is no export at `path`, or one of a newer format.
    """
    arrow = _arrow()
    files = [path / f"{table}{SUFFIX}" for table in TABLES] if path.is_dir() else [path]
    files = [file for file in files if file.exists()]
    if not files:
        raise TransferError(
            f"{path} has no {SUFFIX} file of Spanlit, such as spans{SUFFIX}. Give the folder "
            f"that `spanlit export --format parquet` made."
        )
    for file in files:
        try:
            with arrow.parquet.ParquetFile(file) as parquet:
                yield from _rows(parquet, file, on_damage)
        except (arrow.ArrowException, OSError, ValueError) as error:  # the last of names in UTF-8
            on_damage(f"{file} is damaged: {str(error).partition(chr(10))[0]}")


def _rows(parquet: Any, file: Path, on_damage: OnDamage) -> Iterator[Row]:
    arrow = _arrow()
    about = _header((parquet.schema_arrow.metadata or {}).get(_HEADER, b""))
    if about.get("format") != FORMAT or str(about.get("table")) not in TABLES:
        raise TransferError(f"{file} is not an export of Spanlit: its schema does not say so.")
    require_version(about, str(file))
    known = {column.name: column for column in columns(about["table"])}
    number = 0
    for batch in parquet.iter_batches(READ_ROWS):
        lists: dict[str, list[Any]] = {}
        for name in known.keys() & set(batch.schema.names):
            array = batch.column(name)
            if arrow.types.is_timestamp(array.type):
                array = array.cast(arrow.timestamp("ns", "UTC")).cast(arrow.int64())
            lists[name] = array.to_pylist()
        for values in zip(*lists.values(), strict=True):
            number += 1
            row = dict(zip(lists, values, strict=True))
            try:
                built = build_row(about["table"], {k: known[k].decode(v) for k, v in row.items()})
                check_row(built)
                yield built
            except (DamagedLine, ValueError, TypeError) as error:
                on_damage(f"{file}: row {number} is damaged: {error}")


def _header(data: bytes) -> dict[str, Any]:
    try:
        about = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return about if isinstance(about, dict) else {}
