"""The store on a Postgres server."""

from .connection import Database
from .server_url import ServerUrl, parse
from .store import PostgresStore


def remote_store(url: str) -> PostgresStore:
    """Make the store of `postgresql://…`.

    Raises:
        StoreRefused: `url` cannot be understood.
    """
    server = parse(url)

    async def locate() -> ServerUrl:
        return server

    return PostgresStore(Database(locate, server.where))
