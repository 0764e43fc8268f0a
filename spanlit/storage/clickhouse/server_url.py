"""The URL of a ClickHouse server: `clickhouse[s]://user:password@host:port/database?options`."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from spanlit.storage.store import StoreRefused

DATABASE = "spanlit"
FORM = "clickhouse[s]://[user[:password]@]host[:port][/database][?option=value&…]"
COMPRESSIONS = ("lz4", "zstd", "gzip")


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """What a URL says. `repr` has no passwords."""

    secure: bool
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    cluster: str = ""
    readonly_user: str = ""
    """Reads and searches are its; all else is the user's."""
    readonly_password: str = field(default="", repr=False)
    compress: bool | str = True
    """True is LZ4."""
    connect_timeout: float = 10.0
    timeout: float = 60.0
    """Seconds that the server may be silent."""
    verify: bool = True
    ca_cert: str | None = None
    client_cert: str | None = None
    client_cert_key: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    """ClickHouse's settings for all statements."""
    read_settings: dict[str, Any] = field(default_factory=dict)
    """ClickHouse's settings for reads."""

    @property
    def where(self) -> str:
        """How messages name the database."""
        return f"{self.host}:{self.port}/{self.database}"


def parse(url: str, environment: Mapping[str, str] = os.environ) -> ServerUrl:
    """Understand a URL.

    Raises:
        StoreRefused: It is not of the form. The message does not repeat the URL, which may have
            a password.
    """
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "clickhouses"
        host, port = parts.hostname, parts.port or (8443 if secure else 8123)
    except ValueError:
        raise _bad_form() from None
    # An @ behind the host: a password had a / in it, and messages name the database.
    if not host or "@" in parts.path:
        raise _bad_form()
    given = _options(parts.query)
    password = _secret(given, "password", environment) or unquote(parts.password or "")
    readonly_password = _secret(given, "readonly_password", environment)
    read_settings: dict[str, Any] = {"max_execution_time": 30}
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name in READ_SETTINGS:
            read_settings[name] = READ_SETTINGS[name](name, text)
        elif name in OPTIONS:
            values[name] = OPTIONS[name](name, text)
    if "readonly_user" not in values and readonly_password:
        raise StoreRefused("storage.url has a readonly_password, and no readonly_user")
    if not secure and values.keys() & {"verify", "ca_cert", "client_cert", "client_cert_key"}:
        raise StoreRefused("storage.url has options for TLS: it must begin with clickhouses://")
    return ServerUrl(
        secure=secure,
        host=host,
        port=port,
        user=unquote(parts.username or "default"),
        password=password,
        readonly_password=readonly_password,
        database=unquote(parts.path.strip("/")) or DATABASE,
        read_settings=read_settings,
        **values,
    )


def _bad_form() -> StoreRefused:
    return StoreRefused(
        f"storage.url is not of the form {FORM}; characters such as / @ : # ? of a user or "
        "password are written as %2F %40 %3A %23 %3F"
    )


def _options(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := sorted(given.keys() - OPTIONS.keys() - READ_SETTINGS.keys() - SECRETS):
        if not unknown[0].isidentifier():  # the rest of a password with a ? in it
            raise _bad_form()
        known = ", ".join(sorted(OPTIONS.keys() | READ_SETTINGS.keys() | SECRETS))
        raise StoreRefused(f"storage.url has the option {unknown[0]!r}; there are: {known}")
    return given


def _secret(given: Mapping[str, str], name: str, environment: Mapping[str, str]) -> str:
    variable = given.get(f"{name}_env")
    if variable is None:
        return given.get(name, "")
    if variable not in environment:
        raise StoreRefused(
            f"storage.url takes a password from the environment variable {variable}, which is not "
            "set"
        )
    return environment[variable]


def _text(name: str, text: str) -> str:
    if not text:
        raise StoreRefused(f"storage.url has the option {name} without a value")
    return text


def _name(name: str, text: str) -> str:
    if not re.fullmatch(r"[\w.-]+", text):
        raise StoreRefused(f"storage.url has {name}={text}; it is a name")
    return text


def _flag(name: str, text: str) -> bool:
    flags = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}
    if text.lower() not in flags:
        raise StoreRefused(f"storage.url has {name}={text}; it is 1 or 0")
    return flags[text.lower()]


def _compression(name: str, text: str) -> bool | str:
    if text.lower() in COMPRESSIONS:
        return text.lower()
    try:
        return _flag(name, text)
    except StoreRefused:
        raise StoreRefused(
            f"storage.url has {name}={text}; it is one of {', '.join(COMPRESSIONS)}, off"
        ) from None


def _positive(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise StoreRefused(f"storage.url has {name}={text}; it is a number above 0")
    return number


def _whole(name: str, text: str) -> int:
    return int(_positive(name, text))


def _settings(name: str, text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    if not all(setting.isidentifier() and equals for setting, equals, _ in pairs):
        raise StoreRefused(f"storage.url has {name}={text}; it is name=value,name=value")
    return {setting: value for setting, _, value in pairs}


SECRETS = frozenset({"password_env", "readonly_password", "readonly_password_env"})
READ_SETTINGS: dict[str, Callable[[str, str], Any]] = {
    "max_execution_time": _whole,
    "max_memory_usage": _whole,
}
OPTIONS: dict[str, Callable[[str, str], Any]] = {
    "cluster": _name,
    "readonly_user": _text,
    "compress": _compression,
    "connect_timeout": _positive,
    "timeout": _positive,
    "verify": _flag,
    "ca_cert": _text,
    "client_cert": _text,
    "client_cert_key": _text,
    "settings": _settings,
}
"""Options behind `?`, and what makes their values of text."""
