"""Inserts do not import pandas, and those who use it still can."""

import subprocess
import sys

import pytest

INSERT = """
import sys
{first}
from clickhouse_connect.datatypes.registry import get_from_name
from clickhouse_connect.driver.insert import InsertContext
from clickhouse_connect.driver.transform import NativeTransform
import spanlit.storage.clickhouse.connection

data = {data}
types = [get_from_name("UInt64"), get_from_name("String")]
context = InsertContext("t", ["a", "b"], types, data, column_oriented=True)
block = b"".join(NativeTransform.build_insert(context))
assert b"text" in block, block
print(sorted({{"pandas", "numpy", "pyarrow"}} & set(sys.modules)))
"""


def insert(*, first: str, data: str) -> str:
    code = INSERT.format(first=first, data=data)
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_an_insert_imports_neither_pandas_nor_numpy() -> None:
    assert insert(first="", data="[[1], ['text']]") == "[]"


def test_a_data_frame_can_still_be_inserted() -> None:
    pytest.importorskip("pandas", reason="comes with spanlit[embedded]")

    imported = insert(first="import pandas", data="pandas.DataFrame({'a': [1], 'b': ['text']})")

    assert "pandas" in imported
