"""The blocks of docs/*.md that tests run: rows of seeds, and commands."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from peil.settings import PROJECT

DOCS = PROJECT / "docs"
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the rest of its first line, and its text."""

    language: str
    rest: str
    text: str


def blocks(path: Path) -> list[Block]:
    found = []
    for match in _FENCE.finditer(path.read_text(encoding="utf-8")):
        language, _, rest = match["info"].strip().partition(" ")
        found.append(Block(language, rest.strip(), match["text"]))
    return found


def seed_keys() -> dict[str, list[str]]:
    """The columns that together name a row of each seed, as models/codebook declares them."""
    keys = {}
    for path in sorted((PROJECT / "models" / "codebook").glob("*.yml")):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            for test in seed.get("data_tests", []):
                if isinstance(test, dict) and "rows_are_unique" in test:
                    keys[seed["name"]] = test["rows_are_unique"]["arguments"]["columns"]
            for column in seed["columns"]:
                if "unique" in column.get("data_tests", []):
                    keys.setdefault(seed["name"], [column["name"]])
    return keys


def write_rows(block: Block, folder: Path) -> None:
    """Write the rows of a csv block into its seed: as the docs say, by key.

    Raises:
        ValueError: the block names a column that the seed does not have, or has a ragged row.
    """
    path = folder / block.rest
    with path.open(encoding="utf-8", newline="") as handle:
        header, *lines = csv.reader(handle)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    shown, *new = csv.reader(io.StringIO(block.text))
    if strange := set(shown) - set(header):
        raise ValueError(f"{block.rest}: has no column {', '.join(sorted(strange))}")
    # A key may be shown in part: a survey folder of one survey need not repeat its code.
    key = [column for column in seed_keys()[path.stem] if column in shown]
    for line in new:
        values = dict(zip(shown, line, strict=True))
        same = [row for row in rows if all(row[c] == values[c] for c in key)]
        for row in same:
            row.update(values)
        if not same:
            rows.append(dict.fromkeys(header, "") | values)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
