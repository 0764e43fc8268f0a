"""What `spanlit storage check` does: looks at everything, changes nothing."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
import orjson

from spanlit.server.blobs import app_blobs
from spanlit.server.config import Config
from spanlit.storage import StoreError
from spanlit.storage.store import Finding, TableSize
from spanlit.storage.writing.segment import MAX_FILE_SIZE, SUFFIX, decode_lines, split

from .exit_codes import FAILED
from .opened import configuration, store_of

MARKS = {"ok": "ok", "warning": "warning", "error": "ERROR"}


@dataclass(slots=True)
class Report:
    """What was found, and how large the tables are."""

    findings: list[Finding] = field(default_factory=list)
    tables: list[TableSize] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return all(finding.level != "error" for finding in self.findings)


async def check_storage(
    *, as_json: bool, config_path: Path | None, store_url: str | None
) -> int | None:
    """Look at store, spool and blobs, and print what was found; returns the exit code.

    Raises:
        StartError: The configuration is wrong, or the store cannot be seen from here.
    """
    config = configuration(config_path, store_url)
    report = Report()
    await _look_at_store(config, report)
    spool = config.storage.data_dir / "spool"
    report.findings += await asyncio.to_thread(lambda: list(spool_findings(spool)))
    report.findings.append(await _look_at_blobs(config))
    _print(report, as_json=as_json)
    return None if report.is_well else FAILED


async def _look_at_store(config: Config, report: Report) -> None:
    store = store_of(config)
    try:
        await store.open(migrate=False)
        report.findings += await store.housekeeping.check()
        report.tables += await store.housekeeping.sizes()
    except StoreError as error:
        report.findings.append(Finding("error", f"store: {error}"))
    finally:
        await store.close()


def spool_findings(folder: Path) -> Iterator[Finding]:
    """What waits in the spool below a folder, read only: its writers may be at work."""
    rows = files = 0
    for path in sorted(folder.glob(f"*/*{SUFFIX}")):
        if path.parent.name == "damaged":
            continue
        try:
            is_foreign = path.stat().st_size > MAX_FILE_SIZE
            lines = [] if is_foreign else split(path.read_bytes())
        except FileNotFoundError:
            continue  # sent meanwhile
        except OSError as error:
            yield Finding("error", f"spool: {path} cannot be read: {error.strerror}")
            continue
        if is_foreign:
            yield Finding("error", f"spool: {path} is larger than any that a writer makes")
        # The last line of a file that grows may be half written.
        batch, damage = decode_lines(path.stem, lines)
        rows += len(batch)
        files += 1
        if len(damage) > 1 or (damage and not damage[-1].startswith(f"line {len(lines)}:")):
            yield Finding("warning", f"spool: {path} has {len(damage)} damaged lines")
    aside = sum(1 for _ in folder.glob(f"damaged/*{SUFFIX}"))
    if aside:
        yield Finding(
            "warning",
            f"spool: {aside} damaged files lie in {folder / 'damaged'}; look at them, delete them",
        )
    waiting = f"{rows:,} rows in {files} files wait for the store" if rows else "nothing waits"
    yield Finding("ok", f"spool: {waiting}")


async def _look_at_blobs(config: Config) -> Finding:
    blobs = app_blobs(config, in_memory=False)
    if blobs is None:
        return Finding("ok", "blobs: none are kept, because obstore is not installed")
    try:
        await blobs.check()
    except StoreError as error:
        return Finding("error", f"blobs: {error}")
    return Finding("ok", "blobs: their storage answers")


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        document = {
            "ok": report.is_well,
            "findings": [asdict(finding) for finding in report.findings],
            "tables": [asdict(table) for table in report.tables],
        }
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        return
    for finding in report.findings:
        click.echo(f"{MARKS[finding.level]:<8} {finding.text}")
    if report.tables:
        click.echo(f"\n{'table':<12}{'rows':>14}{'MB':>12}")
    for table in report.tables:
        click.echo(f"{table.name:<12}{table.rows:>14,}{table.size / 2**20:>12,.1f}")
