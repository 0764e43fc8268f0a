"""`spanlit export` and `spanlit import`."""

from pathlib import Path
from typing import Any

import click

from .store_options import store_options

FORMATS = ("jsonl", "parquet", "otlp")


@click.command("export", short_help="Write what the store holds to a file.")
@click.argument("path", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    help="jsonl: everything, for `spanlit import`. parquet: a folder of typed tables. otlp: spans "
    "for other tools.  [default: by the name, else jsonl]",
)
@click.option("--since", help="Spans from then on: a date, or an age like 7d, 12h or 30m.")
@click.option("--until", help="Spans before then.")
@click.option("--project", "projects", multiple=True, help="Only this project; may be repeated.")
@click.option("--thread", "thread_id", default="", help="Only this thread, with all that is in it.")
@click.option("--blobs", is_flag=True, help="Copy files and large values into PATH.blobs, too.")
@click.option("--overwrite", is_flag=True, help="Replace what is at PATH.")
@store_options
def export(path: Path, **options: Any) -> None:
    """Write what the store holds to PATH, while the server may run.

    PATH is written whole or not at all. It is compressed if it ends in .gz; - is stdout.
    """
    from .export_data import export_data
    from .opened import run

    run(lambda: export_data(path, **options))


@click.command("import", short_help="Add what a file holds to the store.")
@click.argument("source")
@click.option(
    "--from",
    "kind",
    type=click.Choice(("file", "chainlit")),
    default="file",
    show_default=True,
    help="chainlit: SOURCE is a database of Chainlit, as a postgresql:// URL or an SQLite file.",
)
@click.option("--project", help="Put everything into this project.")
@click.option("--skip-damaged", is_flag=True, help="Go on behind what is damaged, and tell of it.")
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --from chainlit: folder in which its storage client kept files.",
)
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    help="With --from chainlit: the zone of its machine, like Europe/Berlin.",
)
@store_options
def import_(source: str, **options: Any) -> None:
    """Add what SOURCE holds to the store; importing again changes nothing.

    SOURCE is what `spanlit export` wrote, or an OTLP file in JSON such as the OpenTelemetry
    Collector writes; - is stdin.
    """
    from .import_data import import_data
    from .opened import run

    run(lambda: import_data(source, **options))
