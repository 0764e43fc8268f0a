"""Which pages may talk to the server."""

from pathlib import Path

import httpx2
import pytest

from spanlit.server.origins import Origins
from spanlit.testing import ChatClient
from tests.server.support import browsing, make_app, make_config, refused_connection, serving

FRIEND = "https://friend.example"


@pytest.mark.parametrize(
    ("origin", "host", "listens_at", "allowed"),
    [
        ("", "127.0.0.1:8000", "127.0.0.1", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1", True),
        ("http://localhost:8000", "localhost:8000", "127.0.0.1", True),
        ("http://[::1]:8000", "[::1]:8000", "::1", True),
        ("http://app.localhost:8000", "app.localhost:8000", "127.0.0.1", True),
        ("http://LOCALHOST:8000", "localhost:8000", "127.0.0.1", True),
        ("http://127.0.0.1:9000", "127.0.0.1:8000", "127.0.0.1", False),
        ("http://localhost:8000", "127.0.0.1:8000", "127.0.0.1", False),
        ("https://evil.example", "127.0.0.1:8000", "127.0.0.1", False),
        ("null", "127.0.0.1:8000", "127.0.0.1", False),
        ("http://rebound.example:8000", "rebound.example:8000", "127.0.0.1", False),
        ("", "rebound.example:8000", "127.0.0.1", False),
        ("", "rebound.example:8000", "LOCALHOST", False),
        ("", "rebound.example:8000", "127.1", False),
        ("", "127.1:8000", "127.1", True),
        ("", "[", "127.0.0.1", False),
        ("", "localhost]:1", "127.0.0.1", False),
        ("http://[", "127.0.0.1:8000", "127.0.0.1", False),
        ("https://chat.example", "chat.example", "0.0.0.0", True),
        ("https://chat.example:443", "chat.example", "0.0.0.0", True),
        ("https://chat.example.evil.example", "chat.example", "0.0.0.0", False),
        ("http://chat.example:port", "chat.example", "0.0.0.0", False),
        (FRIEND, "127.0.0.1:8000", "127.0.0.1", True),
        (FRIEND, "friend.example", "127.0.0.1", True),
        ("https://friend.example.evil.example", "127.0.0.1:8000", "127.0.0.1", False),
    ],
)
def test_a_page_of_the_same_host_may_and_others_only_if_configured(
    origin: str, host: str, listens_at: str, allowed: bool
) -> None:
    refusal = Origins([FRIEND], listens_at).refusal({"origin": origin, "host": host})

    assert (refusal is None) == allowed
    if refusal:
        assert "server.allow_origins" in refusal


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_foreign_page_changes_nothing(tmp_path: Path, method: str) -> None:
    app = make_app(make_config(tmp_path))
    async with serving(app) as url, ChatClient(url) as chat, browsing(chat) as http:
        response = await http.request(
            method,
            f"/api/threads/{chat.thread_id}",
            json={"name": "x"},
            headers={"Origin": "https://evil.example"},
        )

        assert response.status_code == 403
        assert response.json()["error"]["code"] == "forbidden-origin"
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(("origin", "connects"), [("https://evil.example", False), (FRIEND, True)])
async def test_only_known_pages_connect(tmp_path: Path, origin: str, connects: bool) -> None:
    app = make_app(make_config(tmp_path, allow_origins=[FRIEND]))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        await http.get("/api/config")
        cookie = f"{app.identity.cookie}={http.cookies[app.identity.cookie]}"
        refusal = await refused_connection(url, {"Cookie": cookie, "Origin": origin})

        assert (refusal is None) == connects
        if refusal:
            assert refusal["data"] == {"code": "forbidden-origin"}
            assert "server.allow_origins" in refusal["message"]


async def test_a_configured_page_may_read_with_its_cookies(tmp_path: Path) -> None:
    app = make_app(make_config(tmp_path, allow_origins=[FRIEND]))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        response = await http.get("/api/config", headers={"Origin": FRIEND})
        assert response.headers["access-control-allow-origin"] == FRIEND
        assert response.headers["access-control-allow-credentials"] == "true"

        response = await http.get("/api/config", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in response.headers
