"""What Postgres's errors mean to the rest of Spanlit."""

import asyncio
import re
import ssl

from asyncpg import InterfaceError, PostgresError
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    DuplicatePreparedStatementError,
    InvalidAuthorizationSpecificationError,
    InvalidCachedStatementError,
    InvalidCatalogNameError,
    InvalidSQLStatementNameError,
)

from spanlit.storage.store import SchemaError, StoreError, StoreRefused, StoreUnavailable

OLDEST = 14
"""Major version of the oldest server that can be used."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
ROW_CLASSES = ("22", "23")
ROW_STATES = frozenset({"54000"})  # a value that is too long for an index
TRY_LATER_CLASSES = ("08", "40", "53", "55", "57", "58")
READ_ONLY = "25006"
DISK_FULL = "53100"
TOO_MANY_CONNECTIONS = "53300"
NO_PRIVILEGE = "42501"
NO_TABLE_OR_COLUMN = ("42P01", "42703")
NO_DATABASE = InvalidCatalogNameError.sqlstate
SHUTDOWN_STATES = frozenset({"57P01", "57P02", "57P03"})
_MESSAGE_LIMIT = 500
_POOLER_ERRORS = (DuplicatePreparedStatementError, InvalidSQLStatementNameError)


def state_of(error: BaseException) -> str:
    """Return the five characters by which Postgres names an error, or nothing."""
    return str(error.sqlstate or "") if isinstance(error, PostgresError) else ""


def reason(error: Exception) -> str:
    """What a log may say of an error: texts of the driver and of Postgres quote values."""
    return f"{type(error).__name__} {state_of(error)}".rstrip()


def is_about_rows(error: Exception) -> bool:
    """Whether a write failed because of what was in it, so that a part of it may succeed."""
    if isinstance(error, PostgresError):
        state = state_of(error)
        return state.startswith(ROW_CLASSES) or state in ROW_STATES
    # The driver could not encode a value. Connections fail with other errors.
    return isinstance(error, ValueError | TypeError | OverflowError) and not isinstance(
        error, StoreError | OSError | ssl.SSLError
    )


def is_lost_connection(error: Exception) -> bool:
    """Whether the server went away in the middle, so that a new connection may succeed.

    A prepared statement that a migration of another process has outdated counts as well.
    """
    if isinstance(error, TimeoutError):  # also an OSError, and one that repeating makes worse
        return False
    if isinstance(
        error, ConnectionDoesNotExistError | InvalidCachedStatementError | ConnectionError
    ):
        return True
    if isinstance(error, InterfaceError):
        return "connection is closed" in str(error) or "connection was closed" in str(error)
    state = state_of(error)
    return state in SHUTDOWN_STATES or state.startswith("08")


def is_conflict(error: Exception) -> bool:
    """Whether two transactions stood in each other's way: the same may succeed at once."""
    return state_of(error).startswith("40")


def translate(error: Exception, where: str, user: str = "") -> StoreError:
    """Make the `StoreError` that says what `error` means, without secrets.

    Args:
        where: What was asked, for the message.
        user: As whom.
    """
    if isinstance(error, StoreError):
        return error
    at = f"Postgres at {where}"
    if isinstance(error, PostgresError):
        return _translate_answer(error, at, user)
    if isinstance(error, ssl.SSLError):
        return _translate_tls(error, at)
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        return StoreUnavailable(f"{at} did not answer in time")
    if isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(error):
        return StoreRefused(f"{at} speaks no TLS, and sslmode in storage.url asks for it")
    if isinstance(error, OSError):
        return StoreUnavailable(f"{at} cannot be reached: {_text(error)}")
    if isinstance(error, InterfaceError) and not is_lost_connection(error):
        return StoreRefused(f"{at}: {_text(error)}")
    return StoreUnavailable(f"{at}: {type(error).__name__}: {_text(error)}")


def _translate_answer(error: PostgresError, at: str, user: str) -> StoreError:
    state = state_of(error)
    if isinstance(error, InvalidAuthorizationSpecificationError):
        if "pg_hba.conf" in str(error):
            return StoreRefused(
                f"{at} lets nobody in this way: {_text(error)}; the server's pg_hba.conf decides"
            )
        return StoreRefused(f"{at} refuses the user or password of storage.url")
    if state == READ_ONLY:
        return StoreUnavailable(
            f"{at} is read-only: storage.url must name the primary server, and its "
            "default_transaction_read_only must be off"
        )
    if state == NO_PRIVILEGE:
        return StoreRefused(
            f"{at}: the user {user!r} lacks a right ({_text(error)}): let the owner of the "
            "database GRANT it, or run `spanlit migrate` as the owner"
        )
    if state in NO_TABLE_OR_COLUMN:
        return SchemaError(
            f"{at}: {_text(error)}: someone changed the tables. `spanlit storage check` says what "
            "is missing; bring it back, or set storage.url to another database"
        )
    if state == NO_DATABASE:
        return StoreRefused(f"{at}: {_text(error)}: create it, or correct storage.url")
    if state == DISK_FULL:
        return StoreUnavailable(f"{at} has no disk space left: {_text(error)}")
    if state == TOO_MANY_CONNECTIONS:
        return StoreUnavailable(
            f"{at} has too many connections: raise its max_connections, or lower pool_size in "
            "storage.url"
        )
    if isinstance(error, _POOLER_ERRORS):
        return StoreRefused(
            f"{at} is behind a pooler that mixes up prepared statements: add "
            "statement_cache_size=0 to storage.url"
        )
    text = f"{at}: {_text(error)}"
    if not state or state.startswith(TRY_LATER_CLASSES) or is_lost_connection(error):
        return StoreUnavailable(text)
    return StoreRefused(text)


def _translate_tls(error: ssl.SSLError, at: str) -> StoreError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return StoreRefused(
            f"{at} has a certificate that is not trusted: {error.verify_message}; "
            "set sslrootcert in storage.url to the file of the authority that issued it, and the "
            "host to a name in the certificate"
        )
    return StoreRefused(f"{at}: TLS failed: {_text(error)}; see sslmode in storage.url")


def _text(error: BaseException) -> str:
    """The first sentence of a message; details may quote rows, that is what people wrote."""
    message = str(getattr(error, "message", None) or error)
    return re.sub(r"\s+", " ", message.split("\nDETAIL", 1)[0])[:_MESSAGE_LIMIT]
