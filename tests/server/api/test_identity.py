"""Who a browser is."""

import stat
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest
from starlette.responses import Response

from spanlit.server.identity import Identity, load_secret
from tests.server.support import make_app, make_config, refused_connection, serving


@pytest.mark.parametrize("path", ["/", "/thread/1", "/api/config"])
async def test_the_first_page_brings_an_identity(tmp_path: Path, path: str) -> None:
    app = make_app(make_config(tmp_path))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        cookie = (await http.get(path)).headers["set-cookie"]

        (morsel,) = SimpleCookie(cookie).values()
        assert morsel["httponly"]
        assert morsel["samesite"] == "lax"
        assert morsel["path"] == "/"
        assert not morsel["secure"]
        assert "set-cookie" not in (await http.get(path)).headers


async def test_below_a_root_path_the_cookie_stays_there(tmp_path: Path) -> None:
    app = make_app(make_config(tmp_path, root_path="/chat"))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        cookie = (await http.get("/chat/")).headers["set-cookie"]

        assert "Path=/chat" in cookie


@pytest.mark.parametrize(
    "path", ["/api/threads", f"/api/threads/{'0' * 32}", f"/api/traces/{'0' * 32}"]
)
async def test_without_an_identity_there_is_nothing(tmp_path: Path, path: str) -> None:
    app = make_app(make_config(tmp_path))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        response = await http.get(path)

        assert response.status_code == 401
        assert response.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize("cookie", ["", "forged", "user.AAAA", "user"])
async def test_a_forged_identity_is_none(tmp_path: Path, cookie: str) -> None:
    app = make_app(make_config(tmp_path))
    async with serving(app) as url:
        cookies = {app.identity.cookie: cookie} if cookie else {}
        async with httpx2.AsyncClient(base_url=url, cookies=cookies) as http:
            assert (await http.get("/api/threads")).status_code == 401

        refusal = await refused_connection(url, {"Cookie": f"{app.identity.cookie}={cookie}"})
        assert refusal is not None
        assert refusal["data"] == {"code": "no-identity"}
        assert "load the page first" in refusal["message"]
        assert len(app.socket) == 0


def test_an_identity_of_another_installation_is_none() -> None:
    mine, other = Identity("secret"), Identity("other secret")

    assert mine.cookie != other.cookie
    assert mine.user_of({mine.cookie: "user.c2lnbmF0dXJl"}) is None
    assert mine.user_of_header("not a cookie\x00;=;") is None


@pytest.mark.parametrize("neighbour", ['state={"a":1}', "a[b]=c d", "=", "\x00"])
def test_cookies_of_other_apps_hide_no_identity(neighbour: str) -> None:
    identity = Identity("secret")
    response = Response()
    user_id = identity.issue(response, secure=False)
    own = response.headers["set-cookie"].partition(";")[0]

    assert identity.user_of_header(f"{neighbour}; {own}; {neighbour}") == user_id


def test_the_secret_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secret = load_secret(folder)

    assert len(secret) >= 40
    assert load_secret(folder) == secret
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_secret_can_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLIT_SECRET", "from the environment")

    assert load_secret(tmp_path) == "from the environment"
    assert list(tmp_path.iterdir()) == []
