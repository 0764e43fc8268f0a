"""What ClickHouse's errors mean to the rest of Spanlit."""

import asyncio

import aiohttp
from clickhouse_connect.driver.exceptions import ClickHouseError, Error, OperationalError

from spanlit.storage.store import StoreError, StoreRefused, StoreUnavailable

# https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
TRY_LATER_CODES = frozenset(
    {
        74,  # CANNOT_READ_FROM_FILE_DESCRIPTOR
        75,  # CANNOT_WRITE_TO_FILE_DESCRIPTOR
        76,  # CANNOT_OPEN_FILE
        159,  # TIMEOUT_EXCEEDED
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        319,  # UNKNOWN_STATUS_OF_INSERT
        394,  # QUERY_WAS_CANCELLED
        425,  # SYSTEM_ERROR
        439,  # CANNOT_SCHEDULE_TASK
        999,  # KEEPER_EXCEPTION
        1000,  # POCO_EXCEPTION
        1001,  # STD_EXCEPTION
        1002,  # UNKNOWN_EXCEPTION
    }
)
ROW_CODES = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        33,  # CANNOT_READ_ALL_DATA
        41,  # CANNOT_PARSE_DATETIME
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA
        128,  # TOO_LARGE_ARRAY_SIZE
        131,  # TOO_LARGE_STRING_SIZE
        190,  # SIZES_OF_ARRAYS_DONT_MATCH
        307,  # TOO_MANY_BYTES
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        407,  # DECIMAL_OVERFLOW
    }
)
LOGIN_CODES = frozenset({192, 193, 194, 516})
_MESSAGE_LIMIT = 500


def is_about_rows(error: Exception) -> bool:
    """Whether an insert failed because of what was in it, so that a part of it may succeed."""
    if isinstance(error, StoreError | OperationalError | aiohttp.ClientError | OSError):
        return False
    if isinstance(error, Error) and error.code is not None:
        return error.code in ROW_CODES
    # The client could not encode a value. It raises its own and all sorts of built-in errors.
    return True


def is_lost_connection(error: Exception) -> bool:
    """Whether nobody answered, or stopped in the middle of an answer."""
    causes = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
    return isinstance(error, causes) or isinstance(error.__cause__, causes)


def translate(error: Exception, where: str) -> StoreError:
    """Make the `StoreError` that says what `error` means.

    Args:
        where: What was asked, for the message: a URL without its password, for example.
    """
    if isinstance(error, StoreError):
        return error
    code = error.code if isinstance(error, Error) else None
    text = f"ClickHouse at {where}: {str(error)[:_MESSAGE_LIMIT]}"
    if code in LOGIN_CODES:
        return StoreRefused(f"ClickHouse at {where} refuses the user or password of storage.url")
    if is_lost_connection(error) or code in TRY_LATER_CODES or isinstance(error, OperationalError):
        return StoreUnavailable(text)
    if isinstance(error, ClickHouseError):
        return StoreRefused(text)
    return StoreUnavailable(f"ClickHouse at {where}: {type(error).__name__}: {error}")
