"""The document as Markdown. Labels come from seeds and deliveries: they are shown, never obeyed."""

import re

from peil.report.document import Block, Bullets, Document, Picture, Table, Text, Words

# As entities, not with a backslash: what reads Markdown as HTML, or ignores the backslash, meets
# no markup either.
_ENTITIES = {character: f"&#{ord(character)};" for character in "<>[]`|\\*~$"}
_ENTITIES["&"] = "&amp;"
_SPECIAL = re.compile("[" + re.escape("".join(_ENTITIES)) + "]")
# Only at the edge of a word does an underscore mean emphasis.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# At the start of a line: a heading, list, quotation, rule, or text under a rule.
_START = re.compile(r"^(\s*)(#|>|[-+=](?=[\s=-]|$)|\d+(?=[.)](?:\s|$)))")
_ORDERED = re.compile(r"^(\s*\d+)([.)])(?=\s|$)")
# Addresses that run something, and those that Markdown makes a link of by itself.
_SCHEME = re.compile(r"\b(javascript|vbscript|data|file)\s*:", re.IGNORECASE)
_LINK = re.compile(r"\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)|(\w)(@)(?=\w)", re.IGNORECASE)


def markdown(document: Document) -> bytes:
    """The document as Markdown with pipe tables; what a picture shows stands in words."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle), ""]
    if document.warning:
        lines += [f"> **{escaped(document.warning)}**", ""]
    for name, value in document.about:
        lines += [f"**{escaped(name)}** {escaped(value)}", ""]
    for section in document.sections:
        lines += [f"{'#' * (section.level + 1)} {escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block, document.words), ""]
    return "\n".join(lines).encode()


def _block(block: Block, words: Words) -> list[str]:
    if isinstance(block, Text):
        return [escaped(block.text)]
    if isinstance(block, Bullets):
        return [f"- {escaped(item)}" for item in block.items]
    if isinstance(block, Picture):
        caption = f"**{escaped(words.figure)} {block.number}. {escaped(block.caption)}**"
        return [caption, "", escaped(block.alt)]
    return _pipe_table(block, words)


def _pipe_table(table: Table, words: Words) -> list[str]:
    def row(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(escaped(cell) for cell in cells) + " |"

    rule = "|" + "|".join(
        "---:" if column in table.numeric else "---" for column in range(len(table.header))
    )
    caption = f"**{escaped(words.table)} {table.number}. {escaped(table.caption)}**"
    return [caption, "", row(table.header), f"{rule}|", *map(row, table.rows)]


def escaped(text: str) -> str:
    """A text that Markdown shows as it is: on one line, without markup, links or HTML."""
    text = " ".join(text.split())
    text = _SPECIAL.sub(lambda match: _ENTITIES[match[0]], text)
    text = _UNDERSCORE.sub("&#95;", text)
    text = _SCHEME.sub(lambda match: f"{match[1]}&#58;", text)
    text = _LINK.sub(_unlinked, text)
    text = _ORDERED.sub(lambda match: f"{match[1]}&#{ord(match[2])};", text)
    return _START.sub(lambda match: f"{match[1]}&#{ord(match[2][0])};{match[2][1:]}", text)


def _unlinked(match: re.Match) -> str:
    name, mark = (part for part in match.groups() if part)
    return f"{name}&#{ord(mark)};"
