"""A draft codebook from a delivery: a seeds folder that works at once and asks to be reviewed.

What is guessed carries its question in the column `review` of questions.csv and bindings.csv;
empty it once a person has looked. `peil codebook check` lists what is left.
"""

import csv
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from peil.codebook.seeds import REVIEW, header, seed_columns
from peil.codebook.sources import Source, read_rows
from peil.codebook.version import VERSION_FILE, version_text
from peil.drafting.columns import Described, describe
from peil.drafting.guess import Guess, guess_all
from peil.drafting.joined import find_joined
from peil.errors import InputError
from peil.settings import PROJECT

TEMPLATE = PROJECT / "seeds"
# The seeds that are the same for every survey.
_KEPT = (
    "flags", "response_steps", "scale_statistics", "scales", "thresholds", "publication_rounding",
    "kpi_units",
)  # fmt: skip
_GUESSED = ("questions", "bindings")
_GRADES = "grade_1_10"


@dataclass(frozen=True)
class Names:
    """What the new survey, wave and source are called in the seeds."""

    survey_code: str
    wave_code: str
    source_code: str


def draft(
    path: Path,
    folder: Path,
    names: Names,
    file_format: str = "auto",
    encoding: str = "",
    delimiter: str = "",
) -> list[Guess]:
    """Write draft seeds for a delivery into an empty folder; returns the guesses.

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
    described = describe(path, source)
    guesses = guess_all(described.columns, described.file_format)
    find_joined(guesses)
    folder.mkdir(parents=True, exist_ok=True)
    tables = _tables(path, described, guesses, names)
    for row in tables["sources"]:
        row |= {"encoding": encoding, "delimiter": delimiter}
    for seed in seed_columns():
        if seed in _KEPT:
            shutil.copyfile(TEMPLATE / f"{seed}.csv", folder / f"{seed}.csv")
        else:
            _write(folder, seed, tables.pop(seed, []))
    (folder / VERSION_FILE).write_text(version_text(), encoding="utf-8")
    return guesses


def _write(folder: Path, seed: str, rows: Iterable[dict[str, object]]) -> None:
    columns = header(seed) + ([REVIEW] if seed in _GUESSED else [])
    with (folder / f"{seed}.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _tables(
    path: Path, described: Described, guesses: list[Guess], names: Names
) -> dict[str, list[dict[str, object]]]:
    sets = _OptionSets()
    questions: dict[str, dict[str, object]] = {}
    bindings: list[dict[str, object]] = []
    for guess in guesses:
        code = _question_code(guess, questions) if guess.scale else ""
        option = sets.add(code, guess) if guess.scale else ""
        if code and code not in questions:
            questions[code] = _question(code, guess, names, sets.set_of(code), len(questions) + 1)
        bindings.append(
            {
                "source_code": names.source_code, "source_column": guess.column.name,
                "binding": guess.binding, "question_code": code, "option_code": option,
                "field": guess.field, "true_value": guess.true_value,
                "false_value": guess.false_value, "delimiter": guess.delimiter,
                "match_by": guess.match_by, REVIEW: guess.review,
            }
        )  # fmt: skip
    return {
        "questions": list(questions.values()),
        "bindings": bindings,
        "options": sets.options,
        "missing_codes": sets.missing,
        "delivery_rules": [
            {**row}
            for row in read_rows(TEMPLATE / "delivery_rules.csv")
            if row["source_code"] == "*"
        ],
        **_frame(path, described, names),
    }


def _frame(path: Path, described: Described, names: Names) -> dict[str, list[dict[str, object]]]:
    """The rows around the questionnaire: one survey, wave, source, and unweighted figures."""
    survey, wave = names.survey_code, names.wave_code
    label = survey.replace("_", " ").capitalize()
    fieldwork = wave[:4] if re.match(r"\d{4}", wave) else "1900"
    last = fieldwork if fieldwork != "1900" else "2999"
    total = {"label_nl": "Totaal", "label_en": "Total"}
    return {
        "surveys": [{
            "survey_code": survey, "label_nl": label, "label_en": label,
            "description_nl": f"Concept, gemaakt uit {path.name}.",
            "method_nl": "Ongewogen.", "licence_nl": "Onbekend", "is_simulated": "false",
            "audience": "respondents", "min_base_n": 50, "language": "nl", "has_headlines": "true",
        }],
        "waves": [{
            "wave_code": wave, "survey_code": survey, "label_nl": wave, "label_en": wave,
            "fieldwork_start": f"{fieldwork}-01-01", "fieldwork_end": f"{last}-12-31",
            "reference_date": f"{fieldwork}-01-01",
        }],
        "sources": [{
            "source_code": names.source_code, "survey_code": survey, "wave_code": wave,
            "label_nl": names.source_code, "label_en": names.source_code, "kind": "survey",
            "file_pattern": path.name, "file_format": described.file_format,
            "respondent_id_policy": "hashed", "source_priority": 1, "licence_nl": "Onbekend",
            "sort_order": 1,
        }],
        "topics": [{"topic_code": "draft", "label_nl": "Nog in te delen",
                    "label_en": "To be sorted", "has_group_headlines": "true", "sort_order": 1}],
        "weighting_schemes": [_unweighted(survey)],
        "segments": [{"segment_code": "total", "survey_code": survey, "comparison": "none",
                      "shows_kpis": "true", "sort_order": 1, **total}],
    }  # fmt: skip


def _unweighted(survey: str) -> dict[str, object]:
    """The repository's unweighted scheme, so that a new column of it reaches the draft too."""
    schemes = read_rows(TEMPLATE / "weighting_schemes.csv")
    scheme = next(row for row in schemes if row["scheme_code"] == "unweighted")
    return {
        **scheme, "survey_code": survey, "cluster_attribute_code": "", "is_default": "true",
        "sort_order": 1,
    }  # fmt: skip


def _question_code(guess: Guess, questions: dict) -> str:
    if guess.group == "municipalities":
        return "municipality"
    if guess.group:
        return slug(guess.group)
    wanted = slug(guess.column.name)
    code, number = wanted, 2
    while code in questions:
        code, number = f"{wanted}_{number}", number + 1
    return code


def _question(
    code: str, guess: Guess, names: Names, option_set: str, number: int
) -> dict[str, object]:
    text = _clean(guess.column.text)
    if guess.column.multiple_text:
        text = _clean(re.split(r"-?<", guess.column.multiple_text)[0])
    elif guess.binding == "one_hot":
        text = re.sub(r"\s*\[[^\[\]]+\]$", "", text).split(" | ")[0] or code
    short = text if len(text) <= 80 else text[:79].rstrip() + "…"
    return {
        "question_code": code, "survey_code": names.survey_code, "label_nl": short,
        "label_en": short, "text_nl": text, "text_en": text, "scale_code": guess.scale,
        "option_set_code": option_set, "topic": "draft",
        "is_reported": "false" if guess.scale in {"open_text", "years"} else "true",
        "sort_order": number, REVIEW: guess.review,
    }  # fmt: skip


def _clean(text: str) -> str:
    """A label without its own code in front, as '[dv01] Wat vindt u ...'."""
    return re.sub(r"<[^>]+>", "", re.sub(r"^\[[\w.]+\]\s*", "", text)).strip()


def _one_per_label(options: dict[str, str]) -> dict[str, str]:
    """Answers that differ in capitals or spaces only are one answer: labels are compared so."""
    kept: dict[str, str] = {}
    found: set[str] = set()
    for code, label in options.items():
        if (folded := label.strip().lower()) not in found:
            found.add(folded)
            kept[code] = label
    return kept


class _OptionSets:
    """Answer lists: equal lists are one list, named for the first question that has it."""

    def __init__(self) -> None:
        self.options: list[dict[str, object]] = []
        self.missing: list[dict[str, object]] = []
        self._names: dict[tuple, str] = {}
        self._of: dict[str, str] = {}
        self._codes: dict[str, set[str]] = {}

    def set_of(self, question: str) -> str:
        return self._of.get(question, "")

    def add(self, question: str, guess: Guess) -> str:
        """Note the answers of a column; returns the option a one_hot column stands for."""
        if guess.group == "municipalities":
            self._of[question] = "municipalities"
            return ""
        if guess.binding == "one_hot":
            self._of[question] = question
            label = guess.option_text or guess.column.name
            return self._option(question, slug(label), label, None)
        content = (tuple(guess.options.items()), tuple(guess.missing.items()), guess.match_by)
        if not guess.options and not guess.missing:
            return ""
        if content not in self._names:
            name = question
            if guess.scale in {_GRADES, "likert_1_5"} and guess.scale not in self._names.values():
                name = guess.scale
            self._names[content] = name
            options = guess.options
            if guess.match_by == "label":
                options = _one_per_label(options)
            for code, label in options.items():
                is_code = guess.match_by == "code"
                number = code if guess.match_by == "number" else None
                self._option(name, code if is_code else slug(label), label, number)
            self.missing += [
                {
                    "option_set_code": name, "answer_code": code, "missing_reason": reason,
                    "label_nl": label, "label_en": label,
                }
                for code, (reason, label) in guess.missing.items()
            ]  # fmt: skip
        self._of[question] = self._names[content]
        return ""

    def _option(self, name: str, wanted: str, label: str, number: str | None) -> str:
        codes = self._codes.setdefault(name, set())
        code, count = wanted or "option", 2
        while code in codes:
            code, count = f"{wanted}_{count}", count + 1
        codes.add(code)
        self.options.append(
            {
                "option_set_code": name, "option_code": code, "label_nl": label,
                "label_en": label, "value_number": number or "", "sort_order": len(codes),
            }
        )  # fmt: skip
        return code


def slug(text: str) -> str:
    """A code of small letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:48].strip("_")


def to_review(guesses: Sequence[Guess]) -> int:
    """How many columns carry a question for the reviewer."""
    return sum(bool(guess.review) for guess in guesses)
