"""How long people wait: importing Spanlit, `spanlit --help`, and `spanlit run` to the first page.

    python tests/benchmarks/bench_start.py [--runs 10]

Wall time of a fresh process, start of Python included (given as a line of its own), and its CPU
time, which other work on the machine changes less. The first page is complete when `GET /` has
been read; the server runs with the store named, on a data folder that exists, as at the second
start. Its CPU time includes the end; that of the database engine, which is shared, is left out.
"""

import argparse
import importlib.util
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from spanlit.testing import AppProcess

APP = """\
import spanlit as cl


@cl.on_message
async def echo(message: cl.Message) -> None:
    await cl.Message(message.content).send()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure import and start times.")
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    show("python -c pass", runs, lambda: python("-c", "pass"))
    show("import spanlit", runs, lambda: python("-c", "import spanlit"))
    show("import everything public", runs, lambda: python("-c", "from spanlit import *"))
    show("spanlit --help", runs, lambda: python("-m", "spanlit", "--help"))
    stores = ["memory:"]
    if importlib.util.find_spec("chdb"):
        stores.append("chdb:")
    for store in stores:
        with tempfile.TemporaryDirectory() as folder:
            app = Path(folder, "app.py")
            app.write_text(APP, "utf-8")
            first_page(app, store)
            show(f"first page, {store}", runs, lambda app=app, store=store: first_page(app, store))  # type: ignore[misc]


def show(name: str, runs: int, measure: Callable[[], float]) -> None:
    """Print wall and CPU time of several runs."""
    before = cpu_s()
    times = [measure() for _ in range(runs)]
    cpu = (cpu_s() - before) / runs
    best, median = min(times), statistics.median(times)
    print(f"{name:26} best {best:6.3f} s   median {median:6.3f} s   CPU {cpu:6.3f} s")


def cpu_s() -> float:
    """CPU time of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def python(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first_page(app: Path, store: str) -> float:
    start = time.perf_counter()
    with AppProcess(app, environment={"SPANLIT_STORAGE__URL": store}) as server:
        with urllib.request.urlopen(server.url) as page:
            page.read()
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
