"""What ClickHouse's errors mean to the rest of Spanlit."""

import asyncio
import re
import ssl

import aiohttp
from clickhouse_connect.driver.exceptions import (
    ClickHouseError,
    DataError,
    Error,
    InterfaceError,
    ProgrammingError,
)

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
ACCESS_DENIED = 497
READONLY = 164
_MESSAGE_LIMIT = 500
_COLUMNS = re.compile(r"\([^()]*\)")
_USER = re.compile(r"DB::Exception: (.{1,100}?): Not enough privileges")
_GRANT = re.compile(r"necessary to have (?:at least one of )?the grant\(?s?\)? (.+?)\.[ \n]?\(ACC")


def reason(error: Exception) -> str:
    """What a log may say of an error: texts of the client and of ClickHouse quote values."""
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code or ''}".rstrip()


def is_about_rows(error: Exception) -> bool:
    """Whether an insert failed because of what was in it, so that a part of it may succeed."""
    if isinstance(error, StoreError | aiohttp.ClientError | OSError | asyncio.TimeoutError):
        return False
    if isinstance(error, DataError):  # the client could not encode a value
        return True
    if isinstance(error, ClickHouseError):
        # One without a code was not said by ClickHouse, but by a proxy, say.
        return getattr(error, "code", None) in ROW_CODES
    # When it encodes, the client raises all sorts of built-in errors, but none of these: they say
    # that a loop or an executor is closed, as executors are once the main thread has ended.
    return not isinstance(error, RuntimeError) or isinstance(error, RecursionError)


def is_lost_connection(error: BaseException) -> bool:
    """Whether nobody answered, or stopped in the middle of an answer."""
    causes = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
    return isinstance(error, causes) or isinstance(error.__cause__, causes)


def is_dropped_connection(error: BaseException) -> bool:
    """Whether the connection ended before the answer did, other than by a timeout."""
    timeouts = (asyncio.TimeoutError, aiohttp.ServerTimeoutError)
    return is_lost_connection(error) and not (
        isinstance(error, timeouts) or isinstance(error.__cause__, timeouts)
    )


def translate(error: Exception, where: str, user: str = "storage.url") -> StoreError:
    """Make the `StoreError` that says what `error` means.

    Args:
        where: What was asked, for the message: a URL without its password, for example.
        user: How the message names the user that asked: where it was configured.
    """
    if isinstance(error, StoreError):
        return error
    if sentence := _refusal(error, where, user):
        return StoreRefused(sentence)
    code = error.code if isinstance(error, Error) else None
    # The class says what an empty text does not: a timeout, for example.
    text = str(error.__cause__ or error)[:_MESSAGE_LIMIT] or type(error.__cause__ or error).__name__
    if code is not None and code not in TRY_LATER_CODES:
        return StoreRefused(f"ClickHouse at {where}: {str(error)[:_MESSAGE_LIMIT]}")
    if isinstance(error, ProgrammingError | InterfaceError | DataError) and code is None:
        return StoreRefused(f"ClickHouse at {where}: {text}")
    if is_lost_connection(error):
        return StoreUnavailable(f"ClickHouse at {where} cannot be reached, or went away: {text}")
    if isinstance(error, ClickHouseError):
        return StoreUnavailable(f"ClickHouse at {where}: {str(error)[:_MESSAGE_LIMIT]}")
    return StoreUnavailable(f"ClickHouse at {where}: {type(error).__name__}: {error}")


def _refusal(error: Exception, where: str, user: str) -> str | None:
    """What only a change of the configuration can cure, and that change."""
    cause = error.__cause__ or error
    if isinstance(cause, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        reason = getattr(cause, "certificate_error", cause)
        reason = getattr(reason, "verify_message", "") or str(reason)
        return (
            f"the certificate of ClickHouse at {where} is not trusted ({reason.rstrip('.')}): name "
            "the CA with ?ca_cert=/path/to/ca.pem and the host as the certificate does in "
            "storage.url"
        )
    if isinstance(cause, aiohttp.ClientConnectorSSLError | ssl.SSLError):
        return (
            f"ClickHouse at {where} and Spanlit do not agree on TLS ({cause}): clickhouses:// "
            "needs the HTTPS port (8443), clickhouse:// the HTTP port (8123), and a server that "
            "asks for certificates needs ?client_cert=/path/to/cert.pem"
        )
    code = error.code if isinstance(error, Error) else None
    text = str(error)
    if code in LOGIN_CODES:
        return f"ClickHouse at {where} refuses the user or password of {user}"
    if code == ACCESS_DENIED:
        name, grant = _USER.search(text), _GRANT.search(text)
        # The whole table: the columns are often all of them.
        missing = _COLUMNS.sub("", grant[1]) if grant else "…"
        who = name[1] if name else "…"
        return (
            f"the user {who!r} of {user} at {where} lacks the right {missing}: "
            f"GRANT {missing} TO {who}, or name another user in {user}"
        )
    if code == READONLY:
        return may_only_read(where, user)
    return None


def may_only_read(where: str, user: str) -> str:
    """Say that a user that has to write may not."""
    return (
        f"the user of {user} at {where} may only read: name a user that may write, "
        "and this one as readonly_user behind the ? of the URL"
    )
