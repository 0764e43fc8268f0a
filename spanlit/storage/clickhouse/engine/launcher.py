"""Getting at the engine of a folder: find the one that runs, or start one."""

import os
import select
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from spanlit.storage.file_lock import FileLock
from spanlit.storage.store import StoreRefused, StoreUnavailable

from .endpoint import FILE, Endpoint
from .support import why_unavailable

LOG = "engine.log"
LAUNCH_LOCK = "launch.lock"
OWN_NAMES = frozenset({LAUNCH_LOCK, LOG, FILE, "engine.lock", "data"})
LOG_LIMIT = 2**20
LOG_TAIL_LINES = 8
READY = b"ready"
PROGRESS_INTERVAL_S = 0.25

Progress = Callable[[float], None]
"""Called while an engine starts, with the seconds that passed."""


def ensure(
    folder: Path,
    *,
    idle_stop_s: float = 300.0,
    memory_mb: int | None = None,
    timeout_s: float = 30.0,
    on_progress: Progress | None = None,
) -> Endpoint:
    """Return an engine of `folder` that answers, started if need be. Blocks; any thread.

    Args:
        folder: Data folder of the engine; made if it does not exist.
        idle_stop_s: Seconds without a request after which a started engine stops.
        memory_mb: Memory that a started engine may take; None is its default.
        timeout_s: How long a start may take.
        on_progress: Told about a start that takes its time.

    Raises:
        StoreRefused: It can never start like this; the message says why and what to do.
        StoreUnavailable: It did not start; it may the next time.
    """
    endpoint = Endpoint.load(folder)
    if endpoint and endpoint.answers():
        return endpoint
    _check(folder)
    lock = FileLock(folder / LAUNCH_LOCK)
    lock.acquire(blocking=True)
    try:
        endpoint = Endpoint.load(folder)
        if endpoint and endpoint.answers():
            return endpoint
        options = ["--idle-stop", str(idle_stop_s)]
        options += ["--memory-mb", str(memory_mb)] if memory_mb else []
        return _start(folder, options, timeout_s, on_progress)
    finally:
        lock.release()


def _check(folder: Path) -> None:
    if reason := why_unavailable():
        raise StoreRefused(reason)
    if "?" in str(folder):
        raise StoreRefused(
            f"the data folder {folder} has a question mark in its path, which ClickHouse takes "
            "for options; choose another folder with storage.data_dir"
        )
    if whose := _foreign(folder):
        raise StoreRefused(
            f"the data folder {folder} holds {whose}; choose an empty folder, or one that Spanlit "
            "made, with storage.data_dir or storage.url"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(stat.S_IRWXU)
    except OSError as error:
        raise _unusable(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable(folder, PermissionError(13, "Permission denied"))


def _foreign(folder: Path) -> str | None:
    """Say what is in a folder that no engine of ours has used; None if nothing is."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return None  # there is none, or nobody may look: said where it is made
    ours_or_hidden = (name for name in names if name in OWN_NAMES or name[0] == ".")
    foreign = sorted(names.difference(ours_or_hidden, ["lost+found"]))
    if not foreign or LAUNCH_LOCK in names:
        return None
    if "PG_VERSION" in names:
        return "the data of a Postgres server"
    if {"metadata", "store"} & names:
        return "the data of another ClickHouse or chDB"
    return f"files that are not Spanlit's ({', '.join(foreign[:3])})"


def _unusable(folder: Path, error: OSError) -> StoreRefused:
    return StoreRefused(
        f"the data folder {folder} cannot be used ({error.strerror}); make it writable or "
        "choose another one with storage.data_dir"
    )


def _start(
    folder: Path, options: list[str], timeout_s: float, on_progress: Progress | None
) -> Endpoint:
    try:
        process, report = _spawn(folder, options)
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        answer = _wait(report, timeout_s, on_progress)
    finally:
        os.close(report)
    if answer == READY:
        endpoint = Endpoint.load(folder)
        if endpoint and endpoint.pid == process.pid:
            # Somebody must wait for it, or it stays a zombie when it stops before this process.
            threading.Thread(target=process.wait, name="spanlit-engine", daemon=True).start()
            return endpoint
    if answer is None:
        process.kill()
        process.wait()
        raise StoreUnavailable(
            f"embedded ClickHouse did not start within {timeout_s:g} s; see {folder / LOG}"
        )
    process.wait()
    if answer and answer != READY:
        raise StoreRefused(answer.decode(errors="replace"))
    raise StoreUnavailable(
        f"embedded ClickHouse died while it started (exit status {process.returncode}); "
        f"the end of {folder / LOG}: {_log_tail(folder)}"
    )


def _spawn(folder: Path, options: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    report, child_end = os.pipe()
    # -P: modules of the app's folder must not shadow those that the engine imports.
    command = [sys.executable, "-P", "-m", "spanlit.storage.clickhouse.engine", str(folder)]
    command += [*options, "--report-to", str(child_end)]
    log_path = folder / LOG
    mode = "ab" if log_path.exists() and log_path.stat().st_size < LOG_LIMIT else "wb"
    try:
        with log_path.open(mode) as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[child_end],
                # Ctrl-C in the terminal and the end of the app are not for the engine.
                start_new_session=True,
                cwd=folder,
            )
    except OSError:
        os.close(report)
        raise
    finally:
        os.close(child_end)
    return process, report


def _wait(report: int, timeout_s: float, on_progress: Progress | None) -> bytes | None:
    """Read what the engine reports: `ready`, a reason, nothing if it died, None if too late."""
    start = time.monotonic()
    while (passed := time.monotonic() - start) < timeout_s:
        if on_progress:
            on_progress(passed)
        readable, _, _ = select.select([report], [], [], PROGRESS_INTERVAL_S)
        if readable:
            return os.read(report, 4096)
    return None


def _log_tail(folder: Path) -> str:
    try:
        lines = (folder / LOG).read_text(errors="replace").splitlines()
    except OSError as error:
        return str(error)
    return " | ".join(lines[-LOG_TAIL_LINES:]) or "empty"
