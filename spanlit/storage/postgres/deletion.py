"""Deleting rows with all that belongs to them, and counting what went."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from spanlit.storage.store import TABLES_OF_TRACES, Deleted

BLOBS = (
    "ARRAY[attributes ->> 'spanlit.input.blob', attributes ->> 'spanlit.output.blob', "
    "attributes ->> 'spanlit.attributes.blob']"
)
"""Blobs to which a span refers, as in the index `spans_blobs`."""
HAS_BLOBS = (
    "attributes ?| '{spanlit.input.blob,spanlit.output.blob,spanlit.attributes.blob}'::text[]"
)

_COUNT_AND_BLOBS = """
SELECT
    (SELECT count(*) FROM gone) AS rows,
    array(SELECT DISTINCT key FROM gone, unnest(gone.blobs) AS key WHERE key <> '') AS object_keys
"""


class Report:
    """What a deletion took away so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._object_keys: set[str] = set()

    def add(self, table: str, rows: int, object_keys: Collection[str] = ()) -> None:
        """Note rows that are gone."""
        self._counts[table] += rows
        self._object_keys.update(object_keys)

    def merge(self, other: "Report") -> None:
        """Add what another one noted, once its transaction is through."""
        self._counts.update(other._counts)  # noqa: SLF001
        self._object_keys |= other._object_keys  # noqa: SLF001

    def deleted(self) -> Deleted:
        return Deleted(+self._counts, frozenset(self._object_keys))


async def delete_threads(connection: Any, project: str, thread_ids: Sequence[str]) -> Report:
    """Delete threads and leave tombstones, which keep late rows from reviving them."""
    traces = await connection.fetch(
        "SELECT DISTINCT trace_id FROM spans "
        "WHERE project = $1 AND thread_id = ANY($2::text[]) AND thread_id <> ''",
        project,
        thread_ids,
    )
    trace_ids = [row["trace_id"] for row in traces]
    report = await delete_traces(connection, project, trace_ids, tables=("scores",))
    rows = await connection.fetchval(
        "SELECT count(*) FROM threads "
        "WHERE project = $1 AND thread_id = ANY($2::text[]) AND NOT removed",
        project,
        thread_ids,
    )
    await connection.execute(
        "INSERT INTO threads (project, thread_id, user_id, name, tags, metadata, created_at_ns, "
        "updated_at_ns, removed) "
        "SELECT $1, thread_id, '', '', '{}', '{}', 0, $3, true "
        "FROM unnest($2::text[]) AS thread_id ORDER BY thread_id "
        "ON CONFLICT (project, thread_id) DO UPDATE SET user_id = '', name = '', tags = '{}', "
        "metadata = '{}', created_at_ns = 0, removed = true, "
        "updated_at_ns = greatest(threads.updated_at_ns, excluded.updated_at_ns)",
        project,
        thread_ids,
        time.time_ns(),
    )
    report.add("threads", rows)
    for table in (*TABLES_OF_TRACES, "sessions"):
        await _delete(connection, report, table, "thread_id", project, thread_ids)
    return report


async def delete_traces(
    connection: Any,
    project: str,
    trace_ids: Sequence[str],
    *,
    tables: Sequence[str] = TABLES_OF_TRACES,
) -> Report:
    """Delete all spans of traces, and what hangs on them in these tables."""
    report = Report()
    if not trace_ids:
        return report
    await _delete_spans(
        connection, report, "project = $1 AND trace_id = ANY($2::text[])", project, trace_ids
    )
    for table in tables:
        await _delete(connection, report, table, "trace_id", project, trace_ids)
    return report


async def delete_of_user(connection: Any, project: str, user_id: str) -> Report:
    """Delete a user, the scores they gave and their sessions; their spans are gone already."""
    report = Report()
    for table in ("scores", "sessions"):
        await _delete(connection, report, table, "user_id", project, [user_id])
    rows = await connection.fetchval(
        "SELECT count(*) FROM users WHERE project = $1 AND user_id = $2 AND NOT removed",
        project,
        user_id,
    )
    await connection.execute(
        "INSERT INTO users (project, user_id, identifier, display_name, metadata, created_at_ns, "
        "updated_at_ns, removed) VALUES ($1, $2, '', '', '{}', 0, $3, true) "
        "ON CONFLICT (project, user_id) DO UPDATE SET identifier = '', display_name = '', "
        "metadata = '{}', created_at_ns = 0, removed = true, "
        "updated_at_ns = greatest(users.updated_at_ns, excluded.updated_at_ns)",
        project,
        user_id,
        time.time_ns(),
    )
    report.add("users", rows)
    return report


async def delete_old_elements(
    connection: Any, project: str, before_ns: int, limit: int
) -> tuple[Report, int]:
    """Delete some elements that are too old; return how many as well."""
    report = Report()
    keys = await connection.fetch(
        "DELETE FROM elements WHERE ctid = ANY(ARRAY(SELECT ctid FROM elements "
        "WHERE project = $1 AND updated_at_ns < $2 LIMIT $3)) RETURNING object_key",
        project,
        before_ns,
        limit,
    )
    report.add("elements", len(keys), {row["object_key"] for row in keys} - {""})
    return report, len(keys)


async def delete_scores_of_old_spans(connection: Any, project: str, before_ns: int) -> Report:
    """Delete the scores on spans that are about to go; those on a trace go with its last span."""
    report = Report()
    status = await connection.execute(
        "DELETE FROM scores s WHERE s.project = $1 AND s.trace_id <> '' "
        "AND EXISTS (SELECT FROM spans o WHERE o.project = s.project AND o.trace_id = s.trace_id "
        "AND (s.span_id = '' OR o.span_id = s.span_id) AND o.start_time_ns < $2) "
        "AND (s.span_id <> '' OR NOT EXISTS (SELECT FROM spans o WHERE o.project = s.project "
        "AND o.trace_id = s.trace_id AND o.start_time_ns >= $2))",
        project,
        before_ns,
    )
    report.add("scores", _count(status))
    return report


async def delete_old_spans(
    connection: Any, project: str, before_ns: int, limit: int
) -> tuple[Report, int]:
    """Delete some spans that are too old; return how many as well."""
    report = Report()
    rows = await _delete_spans(
        connection,
        report,
        "(trace_id, span_id, project, start_time_ns) IN (SELECT trace_id, span_id, project, "
        "start_time_ns FROM spans WHERE project = $1 AND start_time_ns < $2 "
        "ORDER BY start_time_ns LIMIT $3)",
        project,
        before_ns,
        limit,
    )
    return report, rows


async def count_spans(connection: Any, table: str) -> Report:
    """Note all spans of a partition that is about to go."""
    report = Report()
    row = await connection.fetchrow(
        f"WITH gone AS (SELECT CASE WHEN {HAS_BLOBS} THEN {BLOBS} END AS blobs FROM {table})"  # noqa: S608
        + _COUNT_AND_BLOBS
    )
    report.add("spans", row["rows"], row["object_keys"])
    return report


async def _delete_spans(connection: Any, report: Report, where: str, *arguments: Any) -> int:
    row = await connection.fetchrow(
        f"WITH gone AS (DELETE FROM spans WHERE {where} RETURNING {BLOBS} AS blobs)"  # noqa: S608
        + _COUNT_AND_BLOBS,
        *arguments,
    )
    report.add("spans", row["rows"], row["object_keys"])
    rows: int = row["rows"]
    return rows


async def _delete(
    connection: Any, report: Report, table: str, column: str, project: str, ids: Sequence[str]
) -> None:
    where = f"project = $1 AND {column} = ANY($2::text[]) AND {column} <> ''"
    if table == "elements":
        keys = await connection.fetch(
            f"DELETE FROM elements WHERE {where} RETURNING object_key",  # noqa: S608
            project,
            ids,
        )
        report.add(table, len(keys), {row["object_key"] for row in keys} - {""})
        return
    status = await connection.execute(f"DELETE FROM {table} WHERE {where}", project, ids)  # noqa: S608
    report.add(table, _count(status))


def _count(status: str) -> int:
    """How many rows a statement touched, of its answer `DELETE 5`."""
    return int(status.rpartition(" ")[2])
