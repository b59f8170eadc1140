"""Sections of a Markdown file between markers, so that several writers can share one file."""

import re
from collections.abc import Sequence
from pathlib import Path

TITLE = "# Benchmarks\n"


def replace_section(path: Path, name: str, body: str) -> None:
    """Put `body` between `<!-- name:start -->` and `<!-- name:end -->`; the rest stays as it was.

    A section that is not there yet comes last; a file that is not there yet is made.

    Raises:
        ValueError: one of the two markers is missing, or they stand there more than once.
    """
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = path.read_text(encoding="utf-8") if path.exists() else TITLE
    section = f"{start}\n{body.strip()}\n{end}"
    found = (text.count(start), text.count(end))
    if found == (0, 0):
        text = f"{text.rstrip()}\n\n{section}\n"
    elif found == (1, 1) and text.index(start) < text.index(end):
        pattern = re.escape(start) + ".*?" + re.escape(end)
        text = re.sub(pattern, lambda _: section, text, flags=re.DOTALL)
    else:
        raise ValueError(
            f"{path}: expected '{start}' and '{end}' once each, in that order, or neither; "
            f"found {found[0]} and {found[1]}. Mend the markers by hand."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
