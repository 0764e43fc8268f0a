"""A server in a thread of the test's process: breakpoints, monkeypatching and spans work."""

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from spanlit.server.app import App
from spanlit.server.config import Config
from spanlit.server.http_server import HttpServer
from spanlit.server.loader import load

TIMEOUT_S = 30.0


class AppServer:
    """An app served on a free port of 127.0.0.1; a context manager.

    ```python
    with AppServer.of_file(Path("app.py"), Config(storage={"url": "memory:"})) as server:
        async with ChatClient(server.url) as chat:
            ...
    ```

    Args:
        app: The app to serve.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.url = ""
        """Where the app is, from when it has started."""
        self._started = threading.Event()
        self._failure: BaseException | None = None

    @classmethod
    def of_file(cls, path: Path, config: Config) -> Self:
        """A server of the app in a Python file.

        Raises:
            LoadError: The file is no app.
        """
        app = App(config)
        load(path, app)
        return cls(app)

    def __enter__(self) -> Self:
        """Start the app.

        Raises:
            StartError: It cannot start.
        """
        sock = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self._server = HttpServer(self.app, on_started=self._started.set)
        self._thread = threading.Thread(target=self._run, args=(sock,), daemon=True)
        self._thread.start()
        if not self._started.wait(TIMEOUT_S):
            raise TimeoutError(f"The app did not start within {TIMEOUT_S} s.")
        if self._failure is not None:
            sock.close()
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(TIMEOUT_S)

    def _run(self, sock: socket.socket) -> None:
        try:
            self._server.run([sock])
        except BaseException as error:
            self._failure = error
            self._started.set()
