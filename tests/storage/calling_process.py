"""A process that writes calls until it is told to stop: `python calling_process.py URL FOLDER FROM`.

It says on its output up to which number they are journalled. SIGTERM ends it in order.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writing.writer import Writer, WriterOptions
from tests.storage.durability import model_call


def main(url: str, folder: Path, start: int) -> None:
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_stop.set())
    now = time.time_ns()
    name = f"process-{start}"
    writer = Writer(
        lambda: open_store(url, data_dir=folder),
        folder / "spool",
        process=Process(name, os.uname().nodename, os.getpid(), now, now),
        options=WriterOptions(heartbeat_s=0.2),
    )
    writer.start()
    number = start
    while not told_to_stop.is_set():
        writer.put(*(model_call(number + n, now, process_id=name) for n in range(50)))
        number += 50
        while writer._courier._inbox:
            time.sleep(0.001)
        print(number, flush=True)
        time.sleep(0.02)
    writer.stop(20)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
