"""A process that writes spans until it is killed: `python writing_process.py URL FOLDER`.

It says on its output which spans it has put: one number a line, once they must be journalled.
"""

import os
import sys
import time
from pathlib import Path

from spanlit.storage import open_store
from spanlit.storage.models import Process
from spanlit.storage.writing.writer import Writer
from tests.storage.support import ended_span, open_span

FRAME_S = 0.03


def main(url: str, folder: Path) -> None:
    now = time.time_ns()
    writer = Writer(
        lambda: open_store(url, data_dir=folder),
        folder / "spool",
        process=Process("writing-process", os.uname().nodename, os.getpid(), now, now),
    )
    writer.start()
    open_one = {"process_id": "writing-process", "start_time_ns": now}
    writer.put(open_span(0, version=1, output="so far", **open_one))
    number = 0
    while True:
        numbers = range(number + 1, number + 51)
        writer.put(*(ended_span(n, start_time_ns=now + n, end_time_ns=now + n) for n in numbers))
        while writer._courier._inbox:
            time.sleep(0.001)
        time.sleep(FRAME_S)
        number += 50
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
