"""Keep clickhouse-connect from importing pandas and numpy when it inserts.

For each insert it asks whether the data is a DataFrame or an array, and imports pandas and numpy
to find out: 1.7 s of CPU time at the start of every app, as they come with the embedded engine;
and two threads that insert first at the same time meet a half imported pandas. Only someone who
has imported these can hand in such data, so looking for the modules is enough.
"""

import sys
from typing import Any

from clickhouse_connect.datatypes import numeric
from clickhouse_connect.driver import insert, options
from clickhouse_connect.driver.ctypes import data_conv


class _Imported:
    """`clickhouse_connect.driver.options`, but pandas and numpy only if someone imported them."""

    def __getattr__(self, name: str) -> Any:
        package = {"pd": "pandas", "np": "numpy"}.get(name)
        if package is not None and package not in sys.modules:
            return None
        return getattr(options, name)


def apply() -> None:
    """Make inserts of this process look before they import. Changes nothing else."""
    for module in (insert, numeric, data_conv):
        vars(module)["options"] = _Imported()
