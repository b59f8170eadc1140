"""The part of the seeds that landing needs: which file is which source, and its columns.

Everything else of the codebook is read by dbt, from the same files.
"""

import csv
import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from peil.codebook.seed_text import seed_text
from peil.codebook.seeds import header
from peil.errors import InputError

POLICIES = ("hashed", "public")
KINDS = ("survey", "population", "kpi")


@dataclass(frozen=True)
class Binding:
    """What one column of a source is: an answer, a field of the respondent, or an identifier."""

    column: str
    binding: str
    question_code: str
    field: str


@dataclass(frozen=True)
class Source:
    """One kind of delivery: how its files are called, read and tied to a survey and wave."""

    source_code: str
    survey_code: str
    wave_code: str
    kind: str
    file_pattern: str
    file_format: str
    delimiter: str = ""
    encoding: str = ""
    decimal_mark: str = ""
    date_format: str = ""
    empty_values: tuple[str, ...] = ()
    respondent_id_policy: str = "hashed"
    bindings: tuple[Binding, ...] = ()
    open_columns: frozenset[str] = frozenset()
    is_simulated: bool = False
    label_nl: str = ""
    licence_nl: str = ""
    declared_in: str = "sources.csv"

    def declare(self, column: str, example: str = "") -> str:
        """How a user says what is not found out: in sources.csv, or by an option of the verb."""
        such = f" (such as {example})" if example else ""
        if self.declared_in == "sources.csv":
            return f"Declare {column}{such} in sources.csv"
        if self.declared_in == "options":
            option = {"file_format": "format"}.get(column, column).replace("_", "-")
            return f"Give --{option}{such}"
        return "Save it again as .xlsx, or as CSV in UTF-8"

    def columns_of(self, field: str) -> list[str]:
        return [b.column for b in self.bindings if b.field == field]


def read_sources(seeds: Path) -> list[Source]:
    """Every source in the codebook, in file order.

    Raises:
        InputError: a seed file is missing, or a source names a format or survey that is not
            there.
    """
    surveys = {row["survey_code"]: row for row in read_rows(seeds / "surveys.csv")}
    text_scales = {
        row["scale_code"] for row in read_rows(seeds / "scales.csv") if row["kind"] == "text"
    }
    open_questions = {
        row["question_code"]
        for row in read_rows(seeds / "questions.csv")
        if row["scale_code"] in text_scales
    }
    bindings: dict[str, list[Binding]] = {}
    for row in read_rows(seeds / "bindings.csv"):
        bindings.setdefault(row["source_code"], []).append(
            Binding(row["source_column"], row["binding"], row["question_code"], row["field"])
        )
    return [
        _source(seeds, row, surveys, bindings.get(row["source_code"], []), open_questions)
        for row in read_rows(seeds / "sources.csv")
    ]


def _source(
    seeds: Path,
    row: dict[str, str],
    surveys: dict[str, dict[str, str]],
    bindings: list[Binding],
    open_questions: set[str],
) -> Source:
    from peil.codebook.formats import FORMATS

    where = f"{seeds / 'sources.csv'}, source '{row['source_code']}'"
    for column, allowed in (
        ("file_format", ("auto", *FORMATS)),
        ("respondent_id_policy", POLICIES),
        ("kind", KINDS),
        ("decimal_mark", ("", ",", ".")),
    ):
        if row[column] not in allowed:
            raise InputError(
                f"{where}: {column} '{row[column]}' is not one of {', '.join(allowed)}."
            )
    if row["survey_code"] not in surveys:
        raise InputError(f"{where}: survey_code '{row['survey_code']}' is not in surveys.csv.")
    if not bindings:
        raise InputError(f"{where}: no columns bound. Add its columns to bindings.csv.")
    own = {field.name for field in fields(Source)} - {"empty_values"}
    return Source(
        **{column: row[column] for column in header("sources") if column in own},
        empty_values=tuple(v for v in row["empty_values"].split("|") if v),
        bindings=tuple(bindings),
        open_columns=frozenset(b.column for b in bindings if b.question_code in open_questions),
        is_simulated=surveys[row["survey_code"]]["is_simulated"].lower() == "true",
    )


def source_of(path: Path, sources: list[Source]) -> Source | None:
    """The one source whose file pattern matches this file's name; None when there is none."""
    found = [s for s in sources if fnmatch.fnmatchcase(path.name, s.file_pattern)]
    if len(found) > 1:
        names = ", ".join(s.source_code for s in found)
        raise InputError(
            f"{path.name}: matches the file_pattern of several sources ({names}). "
            "Make the patterns in sources.csv exclude each other."
        )
    return found[0] if found else None


def municipalities_of(seeds: Path, survey_code: str) -> list[str]:
    """The codes of the municipalities of a survey, in the order of municipalities.csv.

    Raises:
        InputError: the file is missing, or lacks a column.
    """
    return [
        row["municipality_code"]
        for row in read_rows(seeds / "municipalities.csv")
        if row["survey_code"] == survey_code
    ]


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one seed file.

    Raises:
        InputError: it is missing, or lacks a column.
    """
    if not path.is_file():
        raise InputError(f"{path}: this seed file is missing; the codebook needs it.")
    needed = header(path.stem)
    reader = csv.DictReader(seed_text(path))
    if missing := [c for c in needed if c not in (reader.fieldnames or [])]:
        raise InputError(
            f"{path}: column '{missing[0]}' is missing. The first line of this file is "
            f"{','.join(needed)}"
        )
    for number, row in enumerate(reader, start=2):
        if any(row[c] is None for c in needed):
            raise InputError(f"{path}, row {number}: has fewer cells than the header.")
        yield row
