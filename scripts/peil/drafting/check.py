"""What stands between a codebook and the files in the inbox, before anything lands."""

import tempfile
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from textwrap import shorten

import duckdb

from peil.codebook.complete import absent
from peil.codebook.decode import Codebook
from peil.codebook.delivery import Delivery, Outcome
from peil.codebook.numbers import without_numbers
from peil.codebook.seed_faults import seed_faults
from peil.codebook.seed_text import require_codebook
from peil.codebook.seeds import REVIEW, seed_columns
from peil.codebook.sources import read_rows, read_sources, source_of
from peil.errors import DeliveryRejectedError, InputError
from peil.landing import kinds, privacy
from peil.migrations import migrate
from peil.project import is_customised
from peil.readers import read_delivery
from peil.settings import Places

# Of one column, and of one guess, so many are named; the rest is counted.
_MOST_NAMED = 8
_LONGEST = 60


@dataclass
class Findings:
    """Sentences a codebook's keeper can act on; `refused` is what stops every night."""

    files: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def check(places: Places, files: list[Path]) -> Findings:
    """Compare the codebook with files; those in the inbox when none are named.

    Raises:
        InputError: the codebook cannot be used, or a named file is not there.
    """
    require_codebook(places.seeds)
    findings = Findings(refused=seed_faults(places.seeds))
    if findings.refused:
        # What contradicts itself cannot be compared with files.
        return findings
    sources = read_sources(places.seeds)
    if not files and places.inbox.is_dir():
        files = sorted(p for p in places.inbox.iterdir() if p.is_file() and p.name[0] not in ".~")
    for path in files:
        if not path.is_file():
            raise InputError(f"{path}: this file does not exist.")
        source = source_of(path, sources)
        if source is None:
            findings.sentences.append(f"{path.name}: matches no file_pattern in sources.csv.")
        else:
            findings.files.append(path.name)
            # Nothing is stored, so the numbers need no key.
            delivery = Delivery(path, replace(source, is_simulated=True), "", "check")
            check_file = _check_file if source.kind == "survey" else _check_values
            findings.sentences += check_file(delivery, places.seeds)
    findings.sentences += _questions(places.seeds) + absent(places.seeds)
    if not is_customised(places):
        findings.sentences += _unread(places.seeds)
    findings.refused += without_numbers(places.seeds)
    return findings


def _unread(seeds: Path) -> list[str]:
    """Files beside the tables, such as the copy that somebody changed."""
    return [
        f"{path.name}: no table of a codebook is called so, and nothing reads it."
        for path in sorted(seeds.glob("*.csv"))
        if path.stem not in seed_columns() and path.name[0] not in ".~"
    ]


def _check_values(delivery: Delivery, seeds: Path) -> list[str]:
    """A file of residents or KPIs: what landing would refuse in it."""
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        migrate(connection)
        try:
            read_delivery(connection, delivery.path, delivery.source, Path(scratch))
            if check := kinds.KINDS[delivery.source.kind].check:
                check(connection, delivery, Codebook(connection, seeds))
        except DeliveryRejectedError as error:
            return str(error).splitlines()
    return []


def _check_file(delivery: Delivery, seeds: Path) -> list[str]:
    path, source = delivery.path, delivery.source
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="peil-") as scratch:
        migrate(connection)
        codebook = Codebook(connection, seeds)
        try:
            reading = read_delivery(connection, path, source, Path(scratch))
            _, kept, notes = privacy.drop_identifiers(
                connection, delivery, reading.columns, codebook
            )
        except DeliveryRejectedError as error:
            return [str(error)]
        kinds.KINDS[source.kind].store(connection, delivery, kept, Outcome())
        codebook.decode(delivery)
        codebook.record_rejects(delivery, reading.user_missing)
        bound = {b.column: b.binding for b in source.bindings}
        found = [f"{path.name}: {note}." for note in notes]
        found += [
            f"{path.name}: column '{c}' is bound in bindings.csv but not in the file."
            for c, binding in bound.items()
            if c not in reading.columns and binding not in {"identifier", "ignored"}
        ]
        found += [
            f"{path.name}: column '{c}' is not bound in bindings.csv."
            for c in kept
            if c not in bound
        ]
        unknown = connection.execute(
            "select column_name, coalesce(value, ''), reason, count(*) as n from raw.rejects "
            "group by all order by column_name, n desc, 2"
        ).fetchall()
        found += [
            f"{path.name}: column '{column}', {_named(list(values))}."
            for column, values in groupby(unknown, key=lambda row: row[0])
        ]
    return found


def _named(values: list[tuple]) -> str:
    """The values of one column that are not used, the most frequent first."""
    shown = "; ".join(
        f"value '{shorten(value, _LONGEST, placeholder='…')}' ({n:,} times): {reason}"
        for _, value, reason, n in values[:_MOST_NAMED]
    )
    rest = values[_MOST_NAMED:]
    n_rest = sum(n for *_, n in rest)
    return shown + (f"; and {len(rest):,} more values ({n_rest:,} times)" if rest else "")


def _questions(seeds: Path) -> list[str]:
    """Questions that have no answers, and guesses that wait for a look."""
    bindings = list(read_rows(seeds / "bindings.csv"))
    composites = seeds / "composites.csv"
    asked = {row["question_code"] for row in bindings}
    if composites.is_file():
        asked |= {row["question_code"] for row in read_rows(composites)}
    questions = list(read_rows(seeds / "questions.csv"))
    found = [
        f"questions.csv: no source delivers '{row['question_code']}'."
        for row in questions
        if row["question_code"] not in asked
    ]
    reviewed = {row["question_code"]: row.get(REVIEW) for row in questions}
    columns = [
        row for row in bindings
        if row.get(REVIEW) and row[REVIEW] not in (reviewed.get(row["question_code"]) or "")
    ]  # fmt: skip
    return (
        found
        + _guesses("bindings", columns, "source_column")
        + _guesses("questions", questions, "question_code")
    )


def _guesses(name: str, rows: list[dict[str, str]], key: str) -> list[str]:
    """A line per guess: what was guessed alike stands together."""
    alike: dict[str, list[str]] = {}
    for row in rows:
        if row.get(REVIEW):
            alike.setdefault(row[REVIEW], []).append(f"'{row[key]}'")
    found = []
    for review, codes in alike.items():
        rest = len(codes) - _MOST_NAMED
        shown = ", ".join(codes[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        found.append(
            f"{name}.csv: {shown} {'is a guess' if len(codes) == 1 else 'are guesses'}: {review}"
        )
    return found
