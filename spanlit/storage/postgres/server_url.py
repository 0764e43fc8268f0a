"""The URL of a Postgres server: `postgresql://user:password@host:port/database?options`."""

import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from spanlit.storage.store import StoreRefused

DATABASE = "spanlit"
FORM = "postgresql://[user[:password]@]host[:port][,host…][/database][?option=value&…]"
SYSTEM = "system"
"""Value of `sslrootcert` for the certificate authorities that the system trusts."""


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """What a URL says. `repr` has no password."""

    dsn: str = field(repr=False)
    """The URL as the driver wants it."""
    hosts: str
    database: str
    user: str = ""
    """Empty: what the system calls the user of this process."""
    pool_size: int = 5
    """Most connections of one store; a server of Spanlit has two, one reads and one writes."""
    schema: str = ""
    statement_cache_size: int = 100
    connect_timeout: float = 10.0
    timeout: float = 60.0
    """Seconds that a statement may take."""
    system_authorities: bool = False
    """Whether the server's certificate is checked with the authorities of the system."""
    files: tuple[tuple[str, str], ...] = ()
    """Options that name files, and the files."""

    @property
    def where(self) -> str:
        """How messages name the database."""
        return f"{self.hosts}/{self.database}"

    def connect_arguments(self) -> dict[str, Any]:
        """Arguments for `asyncpg.connect`.

        Raises:
            StoreRefused: A file that the URL names is missing.
        """
        for option, file in self.files:
            if not Path(file).is_file():
                raise StoreRefused(f"storage.url has {option}={file}, and there is no such file")
        arguments: dict[str, Any] = {
            "dsn": self.dsn,
            "timeout": self.connect_timeout,
            "command_timeout": self.timeout,
            "statement_cache_size": self.statement_cache_size,
        }
        if self.schema:
            arguments["server_settings"] = {"search_path": '"' + self.schema.replace('"', "") + '"'}
        if self.system_authorities:
            arguments["ssl"] = ssl.create_default_context()
        return arguments

    def maintenance_arguments(self) -> dict[str, Any]:
        """The same, for the database `postgres`, which every server has."""
        arguments = self.connect_arguments()
        arguments.pop("server_settings", None)
        return arguments | {"database": "postgres"}


def parse(url: str, environment: Mapping[str, str] = os.environ) -> ServerUrl:
    """Understand a URL.

    Raises:
        StoreRefused: It is not of the form. The message does not repeat the URL, which may have
            a password.
    """
    try:
        parts = urlsplit(url)
        login, _, hosts = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        raise _bad_form() from None
    if any(not _is_host(host) for host in hosts.split(",")) or "/" in parts.path.strip("/"):
        raise _bad_form()
    if "@" in parts.path:  # a password had a / in it, and messages name the database
        raise _bad_form()
    if not hosts and "host" not in given:
        raise _bad_form()
    known = OPTIONS.keys() | DRIVER_OPTIONS | {"password_env"}
    if unknown := sorted(given.keys() - known):
        if not unknown[0].isidentifier():  # the rest of a password with a ? in it
            raise _bad_form()
        raise StoreRefused(
            f"storage.url has the option {unknown[0]!r}; there are: {', '.join(sorted(known))}"
        )
    if variable := given.get("password_env"):
        password = quote(_from_environment(variable, environment), safe="")
    values = {name: OPTIONS[name](name, text) for name, text in given.items() if name in OPTIONS}
    driver = {name: text for name, text in given.items() if name in DRIVER_OPTIONS}
    system = driver.get("sslrootcert") == SYSTEM
    if system:
        driver = {k: v for k, v in driver.items() if k not in ("sslrootcert", "sslmode")}
    database = unquote(parts.path.strip("/")) or DATABASE
    login = f"{user}:{password}" if password else user
    netloc = f"{login}@{hosts}" if login else hosts
    dsn = urlunsplit(("postgresql", netloc, "/" + quote(database, safe=""), urlencode(driver), ""))
    return ServerUrl(
        dsn=dsn,
        hosts=hosts or given["host"],
        database=database,
        user=unquote(user),
        system_authorities=system,
        files=tuple((name, text) for name, text in driver.items() if name in FILE_OPTIONS),
        **values,
    )


def _bad_form() -> StoreRefused:
    return StoreRefused(
        f"storage.url is not of the form {FORM}; characters such as / @ : # ? of a user or "
        "password are written as %2F %40 %3A %23 %3F"
    )


def _is_host(text: str) -> bool:
    host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    is_port = not port or (port.isascii() and port.isdigit() and 0 < int(port) <= LAST_PORT)
    return is_port and (bool(host) or not text)


def _from_environment(variable: str, environment: Mapping[str, str]) -> str:
    if variable not in environment:
        raise StoreRefused(
            f"storage.url takes the password from the environment variable {variable}, which is "
            "not set"
        )
    return environment[variable]


def _text(name: str, text: str) -> str:
    if not text:
        raise StoreRefused(f"storage.url has the option {name} without a value")
    return text


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise StoreRefused(f"storage.url has {name}={text}; it is a number above 0")
    return number


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise StoreRefused(f"storage.url has {name}={text}; it is a whole number")
    return int(text)


def _pool_size(name: str, text: str) -> int:
    if not 1 <= _count(name, text) <= 100:
        raise StoreRefused(f"storage.url has {name}={text}; it is from 1 to 100")
    return int(text)


OPTIONS: dict[str, Callable[[str, str], Any]] = {
    "pool_size": _pool_size,
    "schema": _text,
    "statement_cache_size": _count,
    "connect_timeout": _positive,
    "timeout": _positive,
}
"""Options behind `?` that are ours, and what makes their values of text."""
DRIVER_OPTIONS = frozenset(
    {
        "host",
        "passfile",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)
"""Options that mean what they mean to `libpq`."""
LAST_PORT = 65535
FILE_OPTIONS = ("sslcert", "sslcrl", "sslkey", "sslrootcert")
