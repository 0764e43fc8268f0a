"""The pages of the UI and their files."""

import gzip
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanlit.server.static_files import StaticFiles
from tests.server.support import make_app, make_config, serving

SCRIPT = "console.log('hello')"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text('<html><head><base href="/" /></head></html>')
    (folder / "assets" / "index-1.js").write_text(SCRIPT)
    (folder / "assets" / "index-1.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "plain-1.css").write_text("p {}")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def client(folder: Path, base: str = "") -> httpx2.AsyncClient:
    files = StaticFiles(folder)

    async def get(request: Request) -> Response:
        path = request.path_params["path"]
        return files.response(request, path, base) or Response(status_code=404)

    app = Starlette(routes=[Route("/{path:path}", get)])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


@pytest.mark.parametrize("path", ["/", "/thread/0198", "/gallery", "/index.html"])
async def test_every_page_is_the_index(build: Path, path: str) -> None:
    async with client(build) as http:
        response = await http.get(path)

    assert response.text == '<html><head><base href="/" /></head></html>'
    assert response.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_the_index_knows_what_it_is_served_below(build: Path) -> None:
    async with client(build, base='/chat"') as http:
        assert '<base href="/chat&quot;/" />' in (await http.get("/")).text


async def test_an_unchanged_index_is_not_sent_again(build: Path) -> None:
    async with client(build) as http:
        etag = (await http.get("/")).headers["etag"]
        unchanged = await http.get("/", headers={"If-None-Match": etag})
        (build / "index.html").write_text("<html><head></head>new</html>")
        changed = await http.get("/", headers={"If-None-Match": etag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (changed.status_code, changed.text) == (
        200,
        '<html><head><base href="/" /></head>new</html>',
    )


async def test_assets_are_kept_for_ever_and_come_compressed(build: Path) -> None:
    async with client(build) as http:
        packed = await http.get("/assets/index-1.js", headers={"Accept-Encoding": "gzip, br;q=0"})
        plain = await http.get("/assets/index-1.js", headers={"Accept-Encoding": "identity"})
        style = await http.get("/assets/plain-1.css", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text == SCRIPT
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in style.headers
    for response in (packed, plain, style):
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["vary"] == "Accept-Encoding"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/favicon.ico",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//etc/passwd.txt",
        "/assets/%00.js",
        f"/assets/{'a' * 5_000}.js",
    ],
)
async def test_what_is_not_in_the_build_is_not_served(build: Path, path: str) -> None:
    async with client(build) as http:
        response = await http.get(path)

    assert response.status_code == 404
    assert "secret" not in response.text


async def test_without_a_build_the_page_names_the_command(tmp_path: Path) -> None:
    async with client(tmp_path / "nothing") as http:
        response = await http.get("/")

    assert response.status_code == 200
    assert "make ui" in response.text


@pytest.mark.parametrize("prefix", ["", "/chat"], ids=["stripped by the proxy", "passed on"])
async def test_everything_works_below_a_root_path(tmp_path: Path, prefix: str) -> None:
    app = make_app(make_config(tmp_path, root_path="/chat"))
    async with serving(app) as url, httpx2.AsyncClient(base_url=url) as http:
        page = await http.get(f"{prefix}/")
        assert '<base href="/chat/"' in page.text or "make ui" in page.text
        assert (await http.get(f"{prefix}/health")).json() == {"status": "ok"}
        assert (await http.get(f"{prefix}/ws/socket.io/?EIO=4")).status_code == 400
