"""A draft codebook from a delivery: a seeds folder that works at once and asks to be reviewed.

What is guessed carries its question in the column `review` of questions.csv and bindings.csv;
empty it once a person has looked. `peil codebook check` lists what is left.
"""

import csv
import glob
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from peil.codebook.seeds import REVIEW, header, seed_columns
from peil.codebook.sources import Source, read_rows
from peil.codebook.version import VERSION_FILE, version_text
from peil.drafting.background import add_background
from peil.drafting.batteries import group_columns
from peil.drafting.columns import Column, Described, describe, empty_values
from peil.drafting.fields import find_fields
from peil.drafting.guess import FILE, Guess
from peil.drafting.joined import find_joined
from peil.drafting.questions import question
from peil.drafting.report import REPORT, write_report
from peil.drafting.residents import Residents
from peil.drafting.routing import find_routes
from peil.drafting.rows import Questionnaire, Rows
from peil.drafting.schemes import Frame, Setting
from peil.drafting.weighting import make_frame
from peil.errors import InputError
from peil.settings import PROJECT

TEMPLATE = PROJECT / "seeds"
# The seeds that are the same for every survey.
_KEPT = (
    "flags", "response_steps", "thresholds", "publication_rounding", "kpi_units",
    "size_classes",
)  # fmt: skip
_EXTENDED = ("scales", "scale_statistics")
_GUESSED = ("questions", "bindings")
_DUTCH = frozenset(
    [
        "de",
        "het",
        "een",
        "van",
        "niet",
        "uw",
        "wat",
        "hoe",
        "geen",
        "weet",
        "met",
        "voor",
        "bent",
        "heeft",
        "op",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "your",
        "how",
        "what",
        "not",
        "with",
        "for",
        "you",
        "have",
        "do",
        "is",
        "to",
    ]
)


@dataclass(frozen=True)
class Names:
    """What the new survey, wave and source are called in the seeds."""

    survey_code: str
    wave_code: str
    source_code: str


@dataclass(frozen=True)
class Drafted:
    """A draft as it was written: the guesses, how it weights, and the report for people."""

    guesses: list[Guess]
    weighting: str
    n_questions: int
    report: Path


def draft(
    path: Path,
    folder: Path,
    names: Names,
    file_format: str = "auto",
    *,
    encoding: str = "",
    delimiter: str = "",
    residents: Residents | str | None = None,
) -> Drafted:
    """Write draft seeds for a delivery into an empty folder.

    Args:
        path: the delivery.
        folder: a new or an empty folder.
        names: what survey, wave and source are called.
        file_format: how the file is read.
        encoding: that of the file, where it is not found out.
        delimiter: that of the file, where it is not found out.
        residents: whom to weight to; NETHERLANDS for the whole country.

    Raises:
        InputError: the folder holds something already.
        DeliveryRejectedError: the file cannot be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: is not empty. A draft overwrites nothing: name a new folder.")
    source = Source(
        names.source_code, names.survey_code, names.wave_code, "survey", path.name, file_format,
        delimiter=delimiter, encoding=encoding, declared_in="options",
    )  # fmt: skip
    with describe(path, source) as described:
        empty = empty_values(described.columns)
        if not empty:
            guesses = guess_all(described)
            tables, frame = _tables(path, described, guesses, names, residents)
    if empty:
        with describe(path, replace(source, empty_values=empty)) as described:
            guesses = guess_all(described)
            tables, frame = _tables(path, described, guesses, names, residents)
        tables["sources"][0]["empty_values"] = "|".join(empty)
    for row in tables["sources"]:
        row |= {"encoding": encoding, "delimiter": delimiter}
    n_questions = len(tables["questions"])
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seed_columns():
        if seed in _KEPT:
            shutil.copyfile(TEMPLATE / f"{seed}.csv", folder / f"{seed}.csv")
        else:
            _write(folder, seed, tables.pop(seed, []))
    (folder / VERSION_FILE).write_text(version_text(), encoding="utf-8")
    write_report(folder / REPORT, path.name, described, guesses, frame.sentence)
    return Drafted(guesses, frame.sentence, n_questions, folder / REPORT)


def guess_all(described: Described) -> list[Guess]:
    """A guess per column of a file; columns of one multiple-response question share a `group`."""
    fields = find_fields(described.columns, described.file_format)
    guesses = [fields.get(c.name) or question(c) for c in described.columns]
    find_joined(guesses)
    group_columns(guesses)
    add_background(guesses)
    find_routes(described, guesses)
    return guesses


def _write(folder: Path, seed: str, rows: Iterable[dict[str, object]]) -> None:
    columns = header(seed) + ([REVIEW] if seed in _GUESSED else [])
    with (folder / f"{seed}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _tables(
    path: Path, described: Described, guesses: list[Guess], names: Names,
    residents: Residents | str | None,
) -> tuple[dict[str, Rows], Frame]:  # fmt: skip
    questionnaire = Questionnaire(names.survey_code, names.source_code)
    for guess in guesses:
        questionnaire.add(guess)
    questionnaire.add_routes(guesses)
    date = next((g.column for g in guesses if g.field == "submitted_at"), None)
    start, end = _fieldwork(names.wave_code, date)
    year = int(start[:4]) if start[:4] != "1900" else _year_of(path, described)
    setting = Setting(names.survey_code, names.wave_code, year, residents)
    frame = make_frame(guesses, questionnaire.code_of, questionnaire.option_of, setting)
    scales = list(questionnaire.scales.values())
    extra: dict[str, Rows] = {
        "scales": [scale.row() for scale in scales],
        "scale_statistics": [row for scale in scales for row in scale.statistic_rows()],
    }
    rules = read_rows(TEMPLATE / "delivery_rules.csv")
    tables: dict[str, Rows] = {
        "questions": list(questionnaire.questions.values()),
        "bindings": questionnaire.bindings,
        "options": questionnaire.options,
        "missing_codes": questionnaire.missing,
        "code_fixes": questionnaire.fixes,
        "topics": questionnaire.topic_rows(),
        "delivery_rules": [{**row} for row in rules if row["source_code"] == "*"],
        **{seed: _extended(seed, extra[seed]) for seed in _EXTENDED},
        **_around(path, described, names, frame, (start, end, f"{year}-01-01")),
        **frame.tables,
    }  # fmt: skip
    return tables, frame


def _extended(seed: str, drafted: Rows) -> Rows:
    """The rows that come with Peil, and those of scales that it has not."""
    known = {row["scale_code"] for row in _ours("scales")}
    return [*_ours(seed), *(row for row in drafted if row["scale_code"] not in known)]


def _ours(seed: str) -> Rows:
    return [{**row} for row in read_rows(TEMPLATE / f"{seed}.csv")]


def _fieldwork(wave: str, date: Column | None) -> tuple[str, str]:
    """Whole years around the dates in the file, or the year that the wave is called by."""
    named = wave[:4] if re.match(r"(19|20)\d\d", wave) else ""
    if date and date.middle_date:
        middle = int(date.middle_date[:4])
        first = max(int(date.first_date[:4]), middle - 1)
        last = min(int(date.last_date[:4]), middle + 1)
        if named and abs(int(named) - middle) <= 1:
            first, last = min(first, int(named)), max(last, int(named))
        return f"{first}-01-01", f"{last}-12-31"
    return (f"{named}-01-01", f"{named}-12-31") if named else ("1900-01-01", "2999-12-31")


def _year_of(path: Path, described: Described) -> int:
    """The year of a file without dates: in its name, or the last of its dates."""
    if found := re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", path.name):
        return int(found[-1])
    years = [int(c.middle_date[:4]) for c in described.columns
             if c.is_date and "2000" <= c.middle_date < "2100"]  # fmt: skip
    return max(years, default=2024)


def _around(
    path: Path, described: Described, names: Names, frame: Frame, days: tuple[str, str, str]
) -> dict[str, Rows]:
    """The rows around the questionnaire: one survey, wave and source."""
    survey, wave = names.survey_code, names.wave_code
    label = survey.replace("_", " ").capitalize()
    return {
        "surveys": [{
            "survey_code": survey, "label_nl": label, "label_en": label,
            "description_nl": f"Concept, gemaakt uit {path.name}.",
            "method_nl": frame.sentence_nl, "licence_nl": "Onbekend", "is_simulated": "false",
            "audience": "respondents", "min_base_n": 50, "language": _language(described),
            "has_headlines": "true",
        }],
        "waves": [{
            "wave_code": wave, "survey_code": survey, "label_nl": wave, "label_en": wave,
            "fieldwork_start": days[0], "fieldwork_end": days[1], "reference_date": days[2],
        }],
        "sources": [{
            "source_code": names.source_code, "survey_code": survey, "wave_code": wave,
            "label_nl": names.source_code, "label_en": names.source_code, "kind": "survey",
            "file_pattern": glob.escape(path.name), "file_format": described.file_format,
            "respondent_id_policy": "hashed", "source_priority": 1, "licence_nl": "Onbekend",
            "sort_order": 1,
        }],
    }  # fmt: skip


def _language(described: Described) -> str:
    """English where the texts have more of its small words than of Dutch ones."""
    texts = " ".join(f"{c.text} {' '.join(c.labels.values())}" for c in described.columns)
    words = re.findall(r"[a-z]+", texts.lower())
    dutch, english = (sum(w in known for w in words) for known in (_DUTCH, _ENGLISH))
    return "en" if english > dutch else "nl"


def to_review(guesses: Sequence[Guess]) -> int:
    """How many columns carry a question for the reviewer."""
    return sum(bool(guess.review) for guess in guesses if guess.certainty != FILE)
