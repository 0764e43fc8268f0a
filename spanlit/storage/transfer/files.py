"""Files that are whole or not there, plain or compressed by gzip."""

import errno
import gzip
import os
import re
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from uuid_utils import uuid7

from .errors import DamagedInput, TransferError

STANDARD = Path("-")
"""Stands for stdin or stdout."""

PART = ".part"

OURS = re.compile(r"[a-z]+\.parquet|[0-9a-f]{64}")
"""Names of files in folders that are ours to replace: tables and blobs."""

_BROKEN = (gzip.BadGzipFile, zlib.error, EOFError)


@contextmanager
def writing(path: Path, *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """A file to write, which gets its name when the block ends well and is gone otherwise.

    Args:
        path: Its name. `.gz` is compressed; `-` is stdout.
        overwrite: Replace a file of that name.

    Raises:
        TransferError: There is such a file, or the disk refuses.
    """
    if path == STANDARD:
        with _explained(path):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    with _explained(path), placing(path, overwrite=overwrite) as part, part.open("xb") as raw:
        with _compressing(raw, path.suffix) as file:
            yield file
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def placing(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A name beside `path` for a file or folder that takes the place of `path` at the end.

    Raises:
        TransferError: There is something at `path`.
    """
    _require_free(path, overwrite=overwrite)
    part = path.parent / f".{path.name}.{uuid7().hex[-8:]}{PART}"
    try:
        yield part
        _require_free(path, overwrite=overwrite)
        if path.is_dir():
            shutil.rmtree(path)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
        raise


def _require_free(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise TransferError(f"{path} is a device or the like, not a file. Use - for stdout.")
    if not overwrite and path.exists():
        raise TransferError(f"{path} exists already. Choose another name, or add --overwrite.")
    if path.is_dir() and not all(OURS.fullmatch(entry.name) for entry in path.iterdir()):
        raise TransferError(
            f"The folder {path} has other files than an export in it and is not overwritten. "
            f"Choose another name."
        )


@contextmanager
def _compressing(raw: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    if suffix == ".gz":
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0, compresslevel=6) as file:
            yield cast("IO[bytes]", file)
    else:
        yield raw


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is open for reading.

    Args:
        name: What people know it by.
        lines: Its content.
        position: How many bytes of the file have been read, of `size`.
        size: 0 if nobody knows.
    """

    name: str
    lines: IO[bytes]
    position: Callable[[], int]
    size: int


@contextmanager
def reading(path: Path) -> Iterator[Input]:
    """Open a file, decompressed if its content is compressed; `-` is stdin.

    Raises:
        DamagedInput: What is compressed ends too early or is not right.
        TransferError: The file cannot be read.
    """
    with _explained(path):
        if path == STANDARD:
            yield Input("stdin", sys.stdin.buffer, lambda: 0, 0)
            return
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            try:
                yield Input(str(path), _decompressing(raw), raw.tell, size)
            except _BROKEN as error:
                raise DamagedInput(f"{path} is damaged or incomplete: {error}.") from error


def _decompressing(raw: IO[bytes]) -> IO[bytes]:
    magic = raw.read(2)
    raw.seek(0)
    if magic == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    return raw


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None and error.errno not in (
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EFBIG,
            errno.EIO,
        ):
            raise
        place = error.filename or ("stdin or stdout" if path == STANDARD else path)
        if str(place).endswith(PART):
            place = path
        raise TransferError(f"{place}: {error.strerror}.") from error
