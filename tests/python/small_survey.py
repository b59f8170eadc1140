"""Small surveys for nights of a few seconds, made from the reference seeds and rows."""

import contextlib
import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from unittest import mock

import duckdb
from conftest import options, peil, places_in
from peil.landing import land
from peil.nights import publish as publishing
from peil.nights.build import build_warehouse
from peil.nights.nightly import nightly
from peil.settings import PROJECT, Places

REFERENCE = PROJECT / "tests" / "python" / "reference"
Rows = list[dict[str, str]]
SCORES = {"digital": "5", "telephone": "4", "desk": "2"}
STATISTICS = {
    "mean": ("mean", "", "", "", ""),
    "top2": ("range", "4", "5", "", ""),
    "net": ("net", "4", "5", "2", "2"),
}


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def edit(seeds: Path, name: str, change: Callable[[Rows], Rows]) -> None:
    """Write the seed anew as `change` gives it; the header stays when no row does."""
    path = seeds / f"{name}.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(change(rows_of(path)))
    path.write_text(text.getvalue(), encoding="utf-8")


def add(seeds: Path, name: str, *new: dict[str, object]) -> None:
    edit(seeds, name, lambda rows: [*rows, *({k: str(v) for k, v in row.items()} for row in new)])


def small_places(folder: Path, schemes: Iterable[str] = ("weighted",)) -> Places:
    """The reference survey `small` with some of its schemes, and an empty inbox."""
    places = places_in(folder, seeds=folder / "seeds")
    shutil.copytree(REFERENCE / "seeds", places.seeds)
    places.inbox.mkdir()
    dropped = {
        row["scheme_code"]
        for row in rows_of(places.seeds / "weighting_schemes.csv")
        if row["scheme_code"] not in schemes
    }
    for path in places.seeds.glob("*.csv"):
        edit(
            places.seeds,
            path.stem,
            lambda rows: [
                row
                for row in rows
                if row.get("scheme_code") not in dropped
                and not any((cell or "").startswith("api") for cell in row.values())
            ],
        )
    return places


def deliver(places: Places, rows: Rows, name: str = "small_survey.csv") -> None:
    with (places.inbox / name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def labelled(
    folder: Path,
    scores: dict[str, str] = SCORES,
    statistics: dict[str, tuple[str, ...]] = STATISTICS,
) -> Places:
    """The channel of the reference survey as a scale of labels, delivered as those labels."""
    places = small_places(folder)
    seeds = places.seeds
    add(
        seeds,
        "scales",
        {"scale_code": "opinion", "kind": "single", "is_categorical": "true", "label_nl": "Mening"},
    )
    for order, (name, (kind, low, high, minus_low, minus_high)) in enumerate(statistics.items()):
        add(
            seeds,
            "scale_statistics",
            {
                "scale_code": "opinion", "statistic": name, "kind": kind, "value_from": low,
                "value_to": high, "minus_from": minus_low, "minus_to": minus_high,
                "label_nl": name, "label_en": name, "sort_order": order,
            },
        )  # fmt: skip
    add(
        seeds,
        "scale_statistics",
        {"scale_code": "opinion", "statistic": "share", "kind": "option", "sort_order": 9},
    )

    def opinion(rows: Rows) -> Rows:
        for row in rows:
            if row["question_code"] == "small_channel":
                row["scale_code"] = "opinion"
        return rows

    def relabelled(rows: Rows) -> Rows:
        for row in rows:
            if row["option_set_code"] == "small_channel":
                row["value_number"] = scores[row["option_code"]]
                row["label_nl"] = f"Via {row['option_code']}"
        return rows

    def by_label(rows: Rows) -> Rows:
        for row in rows:
            if row["question_code"] == "small_channel":
                row["match_by"] = "label"
        return rows

    edit(seeds, "questions", opinion)
    edit(seeds, "options", relabelled)
    edit(seeds, "bindings", by_label)
    deliver(
        places,
        [
            {**row, "channel": f"via {row['channel']}"}
            for row in rows_of(REFERENCE / "small_survey.csv")
        ],
    )
    return places


ITEMS = ("item_1", "item_2", "item_3")
CROSSTABS = (
    ("small_channel", "small_region"), ("small_grade", "small_channel"), ("small_grade", "item_1"),
    ("item_2", "item_2"),
)  # fmt: skip


def answered_together(places: Places) -> None:
    """Three statements, a score of them, and crosstabs: what needs answers of one person together.

    Deliver rows of `with_items`.
    """
    seeds = places.seeds
    words = {"label_nl": "Label", "label_en": "Label"}
    add(seeds, "scales", {"scale_code": "statement", "kind": "number", "value_from": 1,
                          "value_to": 5, "is_categorical": "false", **words})  # fmt: skip
    add(seeds, "scale_statistics", {"scale_code": "statement", "statistic": "mean", "kind": "mean",
                                    "sort_order": 1, **words})  # fmt: skip
    for order, code in enumerate((*ITEMS, "score"), 10):
        add(seeds, "questions", {"question_code": code, "survey_code": "small", "topic": "figures",
                                 "scale_code": "statement", "is_reported": "true",
                                 "text_nl": code, "text_en": code, "sort_order": order,
                                 **words})  # fmt: skip
    for item in ITEMS:
        add(seeds, "bindings", {"source_code": "small", "source_column": item,
                                "binding": "single_column", "question_code": item,
                                "match_by": "number"})  # fmt: skip
        add(seeds, "composites", {"question_code": "score", "item_question_code": item,
                                  "is_reversed": str(item == "item_3").lower(), "min_items": 2,
                                  "combination": "mean"})  # fmt: skip
    for order, (question, column) in enumerate(CROSSTABS):
        add(seeds, "crosstab_definitions", {"crosstab_code": f"{question}_by_{column}",
                                            "survey_code": "small", "question_code": question,
                                            "column_code": column, "sort_order": order,
                                            **words})  # fmt: skip


def with_items(rows: Rows) -> Rows:
    """The same people with what they gave to three statements; one in seven skipped the last."""
    items = {row["id"]: row for row in rows_of(REFERENCE / "small_items.csv")}
    return [{**row, **items[row["id"]]} for row in rows]


def make_designs(folder: Path) -> None:
    """A night of the reference survey under two designs; the figures are those of the clusters."""
    places = small_places(folder, ("weighted", "clustered"))
    edit(places.seeds, "weighting_schemes", lambda rows: [
        {**row, "is_default": str(row["scheme_code"] == "clustered").lower()} for row in rows
    ])  # fmt: skip
    deliver(places, rows_of(REFERENCE / "small_survey.csv"))
    done = night(places)
    assert done.returncode == 0, done.stderr


def night(places: Places) -> subprocess.CompletedProcess:
    return peil("nightly", *options(places), PEIL_HASH_KEY="test")


@contextlib.contextmanager
def tables_only() -> Iterator[None]:
    """A release in this process is its tables: it has no documents, and an empty site."""
    with (
        mock.patch.object(publishing, "write_documents"),
        mock.patch.object(publishing, "build_site", lambda _, folder: folder.mkdir()),
    ):
        yield


def release_tables(places: Places) -> None:
    """A night in this process that releases its tables."""
    with mock.patch.dict(os.environ, PEIL_HASH_KEY="test"), tables_only():
        landed = nightly(places)
    assert not (landed.rejected or landed.failed), landed


def build(places: Places) -> None:
    """A night without a release, in this process: what is asked of it stands in the warehouse."""
    with mock.patch.dict(os.environ, PEIL_HASH_KEY="test"):
        landed = land(places)
        assert not (landed.rejected or landed.failed), landed
        failures = build_warehouse(places).failures
        assert not failures, failures


def working(places: Places, sql: str) -> list[tuple]:
    """Rows of the working database, where figures are not rounded."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published(places: Places, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        return connection.execute(sql).fetchall()
