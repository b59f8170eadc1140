"""Expectation suites: generated from delivery_rules.csv, and hand-written ones per source.

A hand-written suite is `expectations/<source_code>.json` beside the seeds: per table of facts
(`delivery`, `columns`, `values`) expectations by their Great Expectations name, with a severity
and a Dutch sentence.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from peil import dutch
from peil.codebook import Source
from peil.errors import InputError

FOLDER = "expectations"
TABLES = ("delivery", "columns", "values")


@dataclass
class Check:
    """One expectation with its outcome."""

    table: str
    rule: str
    expectation: str
    is_critical: bool
    label_nl: str
    label_en: str
    low: float | None
    high: float | None
    success: bool = True
    observed: list[object] = field(default_factory=list)
    where: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """What was expected and found, in English, for the log."""
        return f"{self.label_en}: {self._found('en')}{self._allowed('en', 'allowed')}"

    def sentence_nl(self) -> str:
        """What was expected and found, in Dutch, for the supplier."""
        return f"{self.label_nl}: {self._found('nl')}{self._allowed('nl', 'afspraak')}"

    def shown(self) -> str:
        """The measured value for the page; for columns the worst one."""
        return self._found("nl")

    def allowed_nl(self) -> str:
        return self._allowed("nl", "").strip(" ()") or "ja"

    def _found(self, language: str) -> str:
        if not self.observed:
            return "in orde" if language == "nl" else "met"
        shown = [_text(self.rule, value, language) for value in self.observed[:5]]
        if self.where:
            pairs = zip(self.where[:5], shown, strict=False)
            shown = [f"{w} ({s})" if s else w for w, s in pairs]
        more = len(self.observed) - 5
        rest = f", en nog {more}" if language == "nl" else f", and {more} more"
        return ", ".join(shown) + (rest if more > 0 else "")

    def _allowed(self, language: str, word: str) -> str:
        low, high = (
            None if v is None else _text(self.rule, v, language) for v in (self.low, self.high)
        )
        if low and high:
            return f" ({word} {low} - {high})"
        if high or low:
            return f" ({word} {'≤' if high else '≥'} {high or low})"
        return ""


def _text(rule: str, value: object, language: str) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        if rule.startswith("share"):
            return dutch.percent(value, 1, language)
        return dutch.number(value, 0 if float(value).is_integer() else 2, language)
    return str(value)


def suites_for(connection: duckdb.DuckDBPyConnection, source: Source, seeds: Path) -> list[dict]:
    """The expectations of a source, as plain data for the worker.

    Raises:
        InputError: the hand-written suite of the source cannot be read.
    """
    rules = connection.execute(
        "select table_name, rule_code, severity, min_value, max_value, label_nl, label_en "
        "from codebook_delivery_rules where source_code in ('*', ?) "
        "qualify row_number() over (partition by table_name, rule_code, severity "
        "order by source_code = '*') = 1 order by table_name, rule_code, severity",
        [source.source_code],
    ).fetchall()
    return [_generated(*rule) for rule in rules] + _hand_written(source, seeds)


def _generated(
    table: str,
    rule: str,
    severity: str,
    low: float | None,
    high: float | None,
    label_nl: str,
    label_en: str,
) -> dict:
    kwargs: dict[str, object] = {"column": rule}
    if rule.startswith("is_"):
        kwargs["value_set"] = [True]
    else:
        kwargs |= {"min_value": low, "max_value": high}
    return {
        "table": table,
        "type": "expect_column_values_to_be_in_set"
        if "value_set" in kwargs
        else "expect_column_values_to_be_between",
        "kwargs": kwargs,
        "severity": severity,
        "label_nl": label_nl,
        "label_en": label_en,
    }


def _hand_written(source: Source, seeds: Path) -> list[dict]:
    path = seeds / FOLDER / f"{source.source_code}.json"
    if not path.is_file():
        return []
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        expectations = [
            {"table": table, **expectation}
            for table in TABLES
            for expectation in written.get(table, [])
        ]
        for expectation in expectations:
            for needed in ("type", "kwargs", "severity", "label_nl", "label_en"):
                expectation[needed]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: is no suite ({type(error).__name__}: {error}). Each expectation needs "
            "type, kwargs, severity, label_nl and label_en."
        ) from error
    return expectations
