"""Write the summary in every format, all or nothing; HTML is made here."""

import html
import logging
from collections.abc import Callable
from pathlib import Path

from peil.built import require_built_warehouse
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError
from peil.private import public_folder, publish_mode
from peil.report.document import Document, Table, printable
from peil.report.figures import read_published
from peil.report.markdown import markdown
from peil.report.sections import compose
from peil.report.word import word
from peil.settings import Places

log = logging.getLogger(__name__)
STYLE = """
body { font: 1.05rem/1.6 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif; color: #1a2530;
  max-width: 48rem; margin: 2rem auto; padding: 0 1.25rem; }
h1, h2 { color: #154273; line-height: 1.25; } h2 { margin-top: 2.2rem; }
.warning { background: #fff4d6; color: #5c4100; border: 1px solid #8a5a00; padding: .6rem 1rem; }
.subtitle, footer { color: #52606d; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; font-weight: 600; padding: .6rem 0 .3rem; }
th, td { text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #cfd8e0;
  vertical-align: top; }
thead th { border-bottom: 2px solid #154273; } tbody th { font-weight: 400; }
.num { text-align: right; white-space: nowrap; }
@media print { @page { size: A4; margin: 20mm; }
  body { margin: 0; max-width: none; font-size: 10pt; }
  tr { break-inside: avoid; } h2, caption { break-after: avoid; } .scroll { overflow: visible; } }
"""


def page(document: Document) -> bytes:
    """The summary as one HTML file that needs nothing else."""
    esc = html.escape
    parts = [
        '<!doctype html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{esc(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
    ]
    if document.warning:
        parts.append(f'<p class="warning" role="note">{esc(document.warning)}</p>')
    parts.append(f"<h1>{esc(document.title)}</h1>")
    parts.append(f'<p class="subtitle">{esc(document.subtitle)}</p>')
    for section in document.sections:
        parts.append(f"<h2>{esc(section.title)}</h2>")
        parts += [f"<p>{esc(paragraph)}</p>" for paragraph in section.paragraphs]
        parts += [_html_table(table) for table in section.tables]
    parts.append(f"</main>\n<footer><p>{esc(document.sources)}</p></footer>\n</body>\n</html>\n")
    return "\n".join(parts).encode()


def _html_table(table: Table) -> str:
    esc = html.escape

    def kind(column: int) -> str:
        return ' class="num"' if column in table.numeric else ""

    head = "".join(
        f'<th scope="col"{kind(i)}>{esc(cell)}</th>' for i, cell in enumerate(table.header)
    )
    rows = "\n".join(
        f'<tr><th scope="row">{esc(row[0])}</th>'
        + "".join(f"<td{kind(i)}>{esc(cell)}</td>" for i, cell in enumerate(row[1:], 1))
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Tabel: {esc(table.caption)}">'
        f"<table>\n<caption>{esc(table.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


FORMATS: dict[str, Callable[[Document], bytes]] = {"docx": word, "html": page, "md": markdown}


def write_summary(
    places: Places, formats: tuple[str, ...] = tuple(FORMATS), output: Path | None = None
) -> list[Path]:
    """Write `samenvatting.<format>` for each format, beside the published file unless told.

    Raises:
        PeilError: the warehouse is not built and tested.
        InputError: nothing is published, or the folder cannot be written; nothing was changed.
    """
    require_built_warehouse(places, "peil summary")
    document = printable(compose(read_published(places.published_file)))
    contents = {name: FORMATS[name](document) for name in formats}
    folder = output or places.published
    drafts: dict[str, Path] = {}
    written = []
    try:
        public_folder(folder)
        sweep(folder)
        for name, content in contents.items():
            drafts[name] = draft_of(folder / f"samenvatting.{name}")
            drafts[name].write_bytes(content)
        for name, draft in drafts.items():
            target = folder / f"samenvatting.{name}"
            draft.replace(target)
            publish_mode(target)
            written.append(target)
    except OSError as error:
        raise InputError(
            f"{folder}: the summary cannot be written here ({error.strerror}). "
            "Choose a folder with --output, make room, or close the file."
        ) from error
    finally:
        for draft in drafts.values():
            remove(draft)
    log.info("Summary written to %s.", folder)
    return written
