"""`spanlit run` as a process of its own, for tests that kill it, signal it or read its output."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

TIMEOUT_S = 30.0
AVAILABLE = re.compile(r"Your app is available at (\S+)")


class AppProcess:
    """An app file served by a child process on a free port; a context manager.

    ```python
    with AppProcess(Path("app.py")) as server:
        ...
        server.kill()
        server.start()  # the same port and data
    ```

    Args:
        app: The app file; None runs the demo, `spanlit hello`.
        folder: Where it runs; the app's folder by default. The demo keeps its data there.
        options: Further options of the command.
        environment: Variables besides those of this process.
        timeout_s: Seconds to wait for the start and for the end.
    """

    def __init__(
        self,
        app: Path | None,
        *,
        folder: Path | None = None,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._command = ["hello"] if app is None else ["run", str(app.absolute())]
        self._folder = folder or (app.parent if app is not None else Path.cwd())
        self._options = options
        self._environment = {**os.environ, **(environment or {})}
        self._timeout_s = timeout_s
        self._text = ""
        self._seen = 0
        self._news = threading.Condition()
        self._port = 0
        self.url = ""
        """Where the app is, from when it has started."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process that was started last."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What all processes so far wrote to stdout and stderr."""
        with self._news:
            return self._text

    def start(self) -> None:
        """Start the server and wait until it accepts requests.

        Raises:
            RuntimeError: It ended instead; the message has its output.
            TimeoutError: It does neither.
        """
        self.launch()
        match = self.wait_for_output(AVAILABLE)
        self.url = match[1]
        self._port = int(self.url.rpartition(":")[2].partition("/")[0])

    def launch(self) -> None:
        """Start the server without waiting for it."""
        command = [sys.executable, "-u", "-m", "spanlit", *self._command]
        command += ["--headless", "--port", str(self._port), *self._options]
        self._seen = len(self._text)
        self._at_end = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment,
            cwd=self._folder,
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), daemon=True
        )
        self._reader.start()

    def wait_for_output(self, pattern: str | re.Pattern[str]) -> re.Match[str]:
        """Wait for output of the present process that was not waited for before.

        Raises:
            RuntimeError: The process ended without it.
            TimeoutError: It did not come in time.
        """
        expected = re.compile(pattern)
        found = None

        def look() -> bool:
            nonlocal found
            found = expected.search(self._text, self._seen)
            return found is not None or self._at_end

        with self._news:
            in_time = self._news.wait_for(look, self._timeout_s)
            if found is not None:
                self._seen = found.end()
                return found
        if in_time:
            raise RuntimeError(f"spanlit run ended with {self._process.wait()}:\n{self._text}")
        raise TimeoutError(f"{pattern!r} did not come within {self._timeout_s} s:\n{self._text}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process as a power failure would."""
        self._process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait until the process ends by itself and return its exit code."""
        code = self._process.wait(self._timeout_s)
        self._reader.join(self._timeout_s)
        return code

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                with self._news:
                    self._text += line
                    self._news.notify_all()
        with self._news:
            self._at_end = True
            self._news.notify_all()
