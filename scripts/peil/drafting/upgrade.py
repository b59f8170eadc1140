"""`peil codebook upgrade`: a codebook of an earlier version becomes one of this version.

Every version has a numbered step that renames and moves what the version before called otherwise.
After the steps whatever is still absent is added: tables, columns, rules of publication, flags.
Nothing is written before every step has succeeded.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from peil.codebook.complete import RULES
from peil.codebook.seed_text import seed_text
from peil.codebook.version import VERSION, VERSION_FILE, codebook_version, version_text
from peil.drafting.mending import mended
from peil.drafts import draft_of
from peil.errors import InputError
from peil.settings import PROJECT

OURS = PROJECT / "seeds"


@dataclass
class Table:
    """A seed: its columns in order, and its rows."""

    columns: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)

    def add_column(self, name: str, value: str, after: str) -> None:
        """Add a column to the right of another one, or at the end where that is not here."""
        at = self.columns.index(after) + 1 if after in self.columns else len(self.columns)
        self.columns.insert(at, name)
        for row in self.rows:
            row[name] = value

    def drop_column(self, name: str) -> None:
        self.columns.remove(name)
        for row in self.rows:
            del row[name]

    def rename_column(self, name: str, new: str) -> None:
        self.columns[self.columns.index(name)] = new
        for row in self.rows:
            row[new] = row.pop(name)

    def text(self) -> str:
        handle = io.StringIO()
        writer = csv.DictWriter(handle, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return handle.getvalue()


Tables = dict[str, Table]
Step = Callable[[Tables], list[str]]


def upgrade(seeds: Path) -> list[str]:
    """Bring a codebook to this version; returns a sentence per change.

    Raises:
        InputError: `seeds` is no codebook, or one of a newer version.
    """
    if not (seeds / "sources.csv").is_file():
        raise InputError(f"{seeds}: no sources.csv here, so no codebook to upgrade.")
    before = codebook_version(seeds)
    tables, said = {}, []
    for path in sorted(seeds.glob("*.csv")):
        lines, changes = mended(path)
        tables[path.stem] = _table(path, lines)
        said += changes
    mended_names = {sentence.split(":", 1)[0] for sentence in said}
    said += [sentence for step in STEPS[before - 1 :] for sentence in step(tables)]
    said += _complete(tables)
    changed = {
        f"{name}.csv": table.text()
        for name, table in tables.items()
        if f"{name}.csv" in mended_names
        or not (seeds / f"{name}.csv").is_file()
        or _read(seeds / f"{name}.csv") != table
    }
    if before != VERSION or not (seeds / VERSION_FILE).is_file():
        changed[VERSION_FILE] = version_text()
        said.append(f"{VERSION_FILE}: version {VERSION}.")
    for name, text in changed.items():
        draft = draft_of(seeds / name)
        draft.write_text(text, encoding="utf-8")
        draft.replace(seeds / name)
    return said


def _regions(tables: Tables) -> list[str]:
    """Version 2: groups of municipalities, topics with a text and languages became data."""
    said = []
    municipalities = tables.get("municipalities")
    if municipalities and "participation" in municipalities.columns:
        surveys = {r["attribute_code"]: r["survey_code"] for r in tables["attributes"].rows
                   if r["kind"] == "participation"}  # fmt: skip
        groups = tables.setdefault("region_groups", _empty("region_groups"))
        moved = [
            {"attribute_code": attribute, "municipality_code": row["municipality_code"],
             "level_code": row["participation"]}
            for attribute, survey in surveys.items()
            for row in municipalities.rows
            if row["survey_code"] == survey and row["participation"]
        ]  # fmt: skip
        groups.rows += moved
        municipalities.drop_column("participation")
        said.append(
            "municipalities.csv: column participation moved to region_groups.csv "
            f"({len(moved)} rows)."
        )
    kinds = {"municipality": "region", "participation": "region_group"}
    for row in tables["attributes"].rows if "attributes" in tables else []:
        if row["kind"] in kinds:
            said.append(
                f"attributes.csv, {row['attribute_code']}: kind {row['kind']} is now "
                f"{kinds[row['kind']]}."
            )
            row["kind"] = kinds[row["kind"]]
    topics = tables.get("topics")
    if topics and "topic" in topics.columns:
        topics.rename_column("topic", "topic_code")
        said.append("topics.csv: column topic is now topic_code.")
    return said


# The n-th step leads from version n to n + 1.
STEPS: tuple[Step, ...] = (_regions,)
# What a column that was added means for rows from before it; empty where nothing stands here.
_ADDED = {
    ("segments", "shows_kpis"): "false",
    ("surveys", "language"): "nl",
    ("surveys", "has_headlines"): "true",
    ("topics", "has_group_headlines"): "false",
}


def _complete(tables: Tables) -> list[str]:
    """Add what is absent; a rule of publication comes with Peil's own value."""
    said = []
    for path in sorted(OURS.glob("*.csv")):
        ours = _read(path)
        table = tables.get(path.stem)
        if table is None:
            rows = [dict(row) for row in ours.rows] if path.stem in _SHARED else []
            tables[path.stem] = Table(list(ours.columns), rows)
            said.append(f"{path.name}: added, with {len(rows)} rows.")
            continue
        for at, column in enumerate(ours.columns):
            if column not in table.columns:
                value = _ADDED.get((path.stem, column), "")
                table.add_column(column, value, ours.columns[max(at - 1, 0)])
                said.append(f"{path.name}: column {column} added" + (f", {value}." if value else
                            ", empty."))  # fmt: skip
        if key := RULES.get(path.stem):
            here = {tuple(row[column] for column in key) for row in table.rows}
            for row in ours.rows:
                code = tuple(row[column] for column in key)
                if code not in here:
                    table.rows.append(dict(row))
                    said.append(f"{path.name}: row '{' '.join(code)}' added, as Peil has it.")
    return said


# Tables that are the same for every survey come with their rows.
_SHARED = {*RULES, "kpi_units"}


def _empty(name: str) -> Table:
    return Table(list(_read(OURS / f"{name}.csv").columns))


def _read(path: Path) -> Table:
    return _table(path, list(csv.reader(seed_text(path))))


def _table(path: Path, lines: list[list[str]]) -> Table:
    columns, *rows = [line for line in lines if line] or [[]]
    if any(len(row) != len(columns) for row in rows):
        raise InputError(f"{path}: a row has more or fewer cells than the first line.")
    return Table(columns, [dict(zip(columns, row, strict=True)) for row in rows])
