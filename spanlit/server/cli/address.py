"""The address that the server listens at: refused, bound, shown."""

import errno
import ipaddress
import os
import socket

from spanlit.server.config import ServerConfig
from spanlit.server.errors import AddressError

BACKLOG = 2048
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - shown as localhost, never a default


def bind(config: ServerConfig) -> socket.socket:
    """Take the address, so that nobody else can: the socket is bound and listens.

    Listening at once is what makes the port ours: two sockets with SO_REUSEADDR may be bound
    to one port as long as neither listens. Browsers that come early wait in the backlog.

    Raises:
        AddressError: The port is taken or not allowed, the host is not an address of this
            machine, or it is public although nobody has to log in.
    """
    family, address = _resolve(config)
    if not config.allow_public_without_auth and not _is_loopback(address[0]):
        raise AddressError(
            f"{config.host} can be reached by others, and nobody has to log in to this app. "
            f"Listen at 127.0.0.1, or set server.allow_public_without_auth = true in "
            f"spanlit.toml (SPANLIT_SERVER__ALLOW_PUBLIC_WITHOUT_AUTH=true)."
        )
    try:
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        raise AddressError(_why(error, config)) from error


def url(sock: socket.socket, config: ServerConfig) -> str:
    """What to type into a browser to get to the app."""
    port = sock.getsockname()[1]
    host = "localhost" if config.host in WILDCARDS else config.host
    if ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{port}{config.root_path}"


def _resolve(config: ServerConfig) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise AddressError(f"The host {config.host} is not known: {error.args[-1]}.") from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), config.port)


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _why(error: OSError, config: ServerConfig) -> str:
    where = f"port {config.port} of {config.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"The {where} is in use, perhaps by another `spanlit run`. Stop that program, or "
            f"take another port: --port {_another(config.port)}, or --port 0 for any free one."
        )
    if error.errno == errno.EACCES:
        return f"The {where} is not allowed for this user. Take one above 1023, like --port 8000."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{config.host} is not an address of this machine. Use 127.0.0.1."
    return f"Cannot listen at {where}: {os.strerror(error.errno or 0)}."


def _another(port: int) -> int:
    return port + 1 if port < 65535 else port - 1
