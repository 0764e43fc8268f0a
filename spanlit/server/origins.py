"""Which web pages may talk to this server: its own, and those that the configuration names."""

import ipaddress
import socket
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """Checks the `Origin` and `Host` of requests that change something.

    A page of the same host and port may do everything. A request without `Origin` does not
    come from a page. A server that only this machine can reach takes only names of this
    machine for its own; otherwise any web site could point a name of its own at it.

    Args:
        allowed: Other origins that may do everything, as `https://host[:port]`.
        listens_at: The host that the server was told to listen at.
    """

    def __init__(self, allowed: Collection[str], listens_at: str) -> None:
        self._allowed = frozenset(origin.lower() for origin in allowed)
        self._allowed_hosts = frozenset(urlsplit(origin).netloc for origin in self._allowed)
        self._listens_at = listens_at.lower()
        self._only_this_machine = _reaches_only_this_machine(listens_at)

    def refusal(self, headers: Mapping[str, str]) -> str | None:
        """Why a request with these headers (names in lower case) is refused, or None."""
        host = headers.get("host", "").lower()
        if self._only_this_machine and not self._is_ours(host):
            return (
                f"This server does not answer to the name {host!r}. If it should, add "
                f"the page's origin to server.allow_origins in spanlit.toml."
            )
        origin = headers.get("origin", "").lower()
        if not origin or origin in self._allowed or _same_host(origin, host):
            return None
        return (
            f"Pages of {origin!r} may not use this server. If they should, add "
            f"{origin!r} to server.allow_origins in spanlit.toml."
        )

    def _is_ours(self, host: str) -> bool:
        name = _name(host)
        return host in self._allowed_hosts or name == self._listens_at or _is_this_machine(name)


def _same_host(origin: str, host: str) -> bool:
    """Whether a page of `origin` was loaded from `host`.

    The scheme is not compared: behind a proxy that ends TLS the server does not know it.
    """
    try:
        parts = urlsplit(origin)
        own = urlsplit(f"//{host}")
        default = _DEFAULT_PORTS.get(parts.scheme)
        return (
            default is not None
            and parts.hostname is not None
            and parts.hostname == own.hostname
            and (parts.port or default) == (own.port or default)
        )
    except ValueError:
        return False


def _name(host: str) -> str:
    """The name in a `Host` header, without the port; empty if it is not understood."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _reaches_only_this_machine(listens_at: str) -> bool:
    """Whether a server at this address cannot be reached from others, however it is spelt.

    `127.1` and a name in /etc/hosts are as local as `127.0.0.1`.
    """
    try:
        found = socket.getaddrinfo(listens_at, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return _is_this_machine(listens_at)
    return all(_is_this_machine(str(address[0]).partition("%")[0]) for *_, address in found)


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
