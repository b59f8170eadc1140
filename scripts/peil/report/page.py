"""The document as one HTML file that needs nothing else; its pictures stand in it."""

import base64
import hashlib
import html

from peil.report.document import Block, Bullets, Document, Picture, Table, Text, Words

STYLE = """
body { font: 1.05rem/1.6 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif; color: #14212b;
  background: #fff; --labels: min(14rem, 38vw);
  max-width: 50rem; margin: 2rem auto; padding: 0 1.25rem; }
h1, h2, h3, h4 { color: #0a3d62; line-height: 1.25; overflow-wrap: break-word; }
h2 { margin-top: 2.8rem; } h3 { margin-top: 2rem; }
.warning { background: #fff3d1; color: #553c00; border: 1px solid #96690a; padding: .6rem 1rem; }
.subtitle { color: #4f5f6c; font-size: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; }
dt { color: #4f5f6c; } dd { margin: 0; }
figure { margin: 1.5rem 0; } figcaption, caption { font-weight: 600; font-size: .95rem; }
figure img { max-width: 100%; height: auto; margin-top: .4rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .6rem 0 .3rem; }
th, td { text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #ccd6dd;
  vertical-align: top; }
thead th { border-bottom: 2px solid #0a3d62; vertical-align: bottom; }
tbody th { font-weight: 400; min-width: min(10rem, var(--labels)); max-width: var(--labels);
  overflow-wrap: break-word; }
tbody th, thead tr:first-child > :first-child { position: sticky; left: 0; background: #fff; }
[scope="colgroup"] span { display: inline-block; position: sticky;
  left: calc(var(--labels) + .7rem); }
.num { text-align: right; white-space: nowrap; } thead .num { white-space: normal; }
@media print { @page { size: A4; margin: 20mm; }
  body { margin: 0; max-width: none; font-size: 10pt; }
  tr, figure { break-inside: avoid; } h2, h3, h4, caption { break-after: avoid; }
  .scroll { overflow: visible; } th, td, th span { position: static !important; } }
"""
# Nothing but its own style and pictures: not even a script of its own.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'sha256-"
    f"{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
_esc = html.escape


def page(document: Document) -> bytes:
    """The document as the bytes of an HTML file."""
    parts = [
        f'<!doctype html>\n<html lang="{_esc(document.language)}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f'<meta name="description" content="{_esc(document.title)}, {_esc(document.subtitle)}">',
        f"<title>{_esc(document.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
    ]
    if document.warning:
        parts.append(f'<p class="warning" role="note">{_esc(document.warning)}</p>')
    parts += [
        f"<main>\n<h1>{_esc(document.title)}</h1>",
        f'<p class="subtitle">{_esc(document.subtitle)}</p>',
    ]
    if document.about:
        lines = "".join(f"<dt>{_esc(k)}</dt><dd>{_esc(v)}</dd>" for k, v in document.about)
        parts.append(f"<dl>{lines}</dl>")
    if document.has_cover:
        parts.append(_contents(document))
    for number, section in enumerate(document.sections):
        level = section.level + 1
        parts.append(f'<h{level} id="s{number}">{_esc(section.title)}</h{level}>')
        parts += [_block(block, document.words) for block in section.blocks]
    parts.append("</main>\n</body>\n</html>\n")
    return "\n".join(parts).encode()


def _contents(document: Document) -> str:
    items = "".join(
        f'<li><a href="#s{number}">{_esc(section.title)}</a></li>'
        for number, section in enumerate(document.sections)
        if section.level == 1
    )
    title = _esc(document.words.contents)
    return f'<nav aria-label="{title}"><h2>{title}</h2><ol>{items}</ol></nav>'


def _block(block: Block, words: Words) -> str:
    if isinstance(block, Text):
        return f"<p>{_esc(block.text)}</p>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{_esc(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Picture):
        return _picture(block, words)
    return _table(block, words)


def _picture(picture: Picture, words: Words) -> str:
    data = base64.b64encode(picture.png).decode()
    return (
        f"<figure><figcaption>{_esc(words.figure)} {picture.number}. {_esc(picture.caption)}"
        f'</figcaption>\n<img alt="{_esc(picture.alt)}" width="{picture.width // 2}" '
        f'height="{picture.height // 2}" src="data:image/png;base64,{data}"></figure>'
    )


def _table(table: Table, words: Words) -> str:
    def kind(column: int) -> str:
        return ' class="num"' if column in table.numeric else ""

    def heading(column: int, cell: str) -> str:
        return f'<th scope="col"{kind(column)}>{_esc(cell)}</th>' if cell else "<td></td>"

    groups, head = _crossed(table) if table.spans else (
        "", f"<tr>{''.join(heading(i, cell) for i, cell in enumerate(table.header))}</tr>"
    )  # fmt: skip
    rows = "\n".join(
        f'<tr><th scope="row">{_esc(row[0])}</th>'
        + "".join(f"<td{kind(i)}>{_esc(cell)}</td>" for i, cell in enumerate(row[1:], 1))
        + "</tr>"
        for row in table.rows
    )
    label = f"{_esc(words.table)} {table.number}"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table>\n<caption>{label}. {_esc(table.caption)}</caption>\n{groups}"
        f"<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _crossed(table: Table) -> tuple[str, str]:
    """Groups of columns, and a header of two rows: what columns share over what they differ in."""
    above, below = [], []
    for label, names in table.spans:
        cells = [f'class="num">{_esc(name)}</th>' for name in names]
        if label:
            over = f"<span>{_esc(label)}</span>"
            above.append(f'<th scope="colgroup" colspan="{len(names)}">{over}</th>')
            below += [f'<th scope="col" {cell}' for cell in cells]
        else:
            above += [f'<th scope="col" rowspan="2" {cell}' for cell in cells]
    groups = "".join(f'<colgroup span="{len(names)}"></colgroup>' for _, names in table.spans)
    return (
        f'<colgroup span="1"></colgroup>{groups}\n',
        f'<tr><td rowspan="2"></td>{"".join(above)}</tr>\n<tr>{"".join(below)}</tr>',
    )
