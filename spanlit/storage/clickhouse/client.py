"""The HTTP client, guarded against servers that are not ClickHouse.

clickhouse-connect takes every HTTP 200 for success, and for an insert it does not read the answer:
rows that went to the login page of a proxy would count as stored.
"""

import functools
from typing import Any

from clickhouse_connect.driver._backend.http_async import release_lease
from clickhouse_connect.driver.asyncclient import AsyncClient

from spanlit.storage.store import StoreUnavailable

SIGN = "x-clickhouse-"
"""Every answer of ClickHouse to a query has headers that begin like this."""

ON_INSERT = {
    # Batching is done here; the server's own would add its delay to each insert, and newer
    # servers do it unless told not to.
    "async_insert": 0,
    # The status of the answer is that of the whole insert, not of its beginning.
    "wait_end_of_query": 1,
    "send_progress_in_http_headers": 0,
}
"""Settings of an insert that is acknowledged when its rows are stored, and not before."""


async def connected(client: AsyncClient) -> AsyncClient:
    """Connect `client`; from then on it raises if something else than ClickHouse answers."""
    backend: Any = client._backend  # noqa: SLF001 - the one way that every request takes
    backend.request = functools.partial(_request, backend.request, client.url)
    return await client.__aenter__()


async def _request(request: Any, url: str, *args: Any, **kwargs: Any) -> Any:
    response = await request(*args, **kwargs)
    if any(name.lower().startswith(SIGN) for name in response.headers):
        return response
    response.close()
    release_lease(response)
    server = response.headers.get("Server", "a server without a name")
    raise StoreUnavailable(
        f"what answers at {url} is not ClickHouse but {server[:100]!r}: check host and port of "
        "storage.url (HTTP is port 8123, HTTPS is port 8443)"
    )
