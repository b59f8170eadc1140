"""Small surveys for nights of a few seconds, made from the reference seeds and rows."""

import csv
import io
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
from conftest import options, peil, places_in
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


def working(places: Places, sql: str) -> list[tuple]:
    """Rows of the working database, where figures are not rounded."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def published(places: Places, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        return connection.execute(sql).fetchall()
