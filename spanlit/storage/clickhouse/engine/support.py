"""Whether the embedded engine can run here, found out without importing it."""

import platform
import sys
from importlib.util import find_spec
from pathlib import Path

INSTALL = "pip install 'spanlit[embedded]'"


def available() -> bool:
    """Whether chDB is installed and can run on this machine."""
    return why_unavailable() is None


def why_unavailable() -> str | None:
    """Say in one sentence why embedded ClickHouse cannot run here; None if it can."""
    if sys.platform not in ("linux", "darwin"):
        return (
            f"Embedded ClickHouse does not run on {sys.platform}; "
            "set storage.url to a ClickHouse server, or to memory: for a trial."
        )
    if find_spec("chdb") is None:
        return f"Embedded ClickHouse needs the package chdb-core: {INSTALL}"
    if not _has_avx2():
        return (
            "Embedded ClickHouse needs a processor with AVX2, which this one lacks; "
            "set storage.url to a ClickHouse server, or to memory: for a trial."
        )
    return None


def _has_avx2() -> bool:
    # chDB is built for x86-64-v3 and dies of an illegal instruction on older processors.
    if platform.machine().lower() not in ("x86_64", "amd64") or sys.platform != "linux":
        return True
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text()
    except OSError:
        return True
    return " avx2" in cpuinfo
