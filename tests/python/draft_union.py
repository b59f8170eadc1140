"""Many drafts as one codebook, so that one night is a night on each of them."""

import csv
from pathlib import Path

from conftest import places_in
from peil.codebook.seeds import header, seed_columns
from peil.drafting.draft import Names, draft
from peil.drafting.residents import NETHERLANDS
from peil.settings import PROJECT, Places
from survey_files import FILES

# Codes that are used once over all surveys.
_CODES = {
    "question_code", "routing_question_code", "option_set_code", "attribute_code",
    "second_attribute_code", "group_attribute_code", "stratum_attribute_code",
    "cluster_attribute_code", "scheme_code", "topic", "topic_code", "scale_code",
}  # fmt: skip
# Lists and scales that every codebook has.
_LISTS = {"municipalities", "*"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def union(folder: Path, names: list[str]) -> Places:
    """A survey folder with a survey per file: files in the inbox, drafts in one codebook.

    Those with gender and age and no weight are weighted to the country.
    """
    places = places_in(folder, seeds=folder / "seeds")
    places.inbox.mkdir()
    places.seeds.mkdir()
    scales = {row["scale_code"] for row in rows_of(PROJECT / "seeds" / "scales.csv")}
    tables: dict[str, dict[tuple, dict[str, str]]] = {seed: {} for seed in seed_columns()}
    for number, name in enumerate(names, start=1):
        path = places.inbox / name
        FILES[name](path)
        own = folder / f"draft-{number}"
        code = f"s{number}"
        draft(path, own, Names(code, f"w{number}", f"src{number}"), residents=NETHERLANDS)
        for seed, rows in tables.items():
            for row in rows_of(own / f"{seed}.csv"):
                moved = {
                    column: f"{code}_{value}"
                    if column in _CODES and value and value not in _LISTS
                    and not (column == "scale_code" and value in scales) else value
                    for column, value in row.items() if column in seed_columns()[seed]
                }  # fmt: skip
                rows[tuple(moved.values())] = moved
    for seed, rows in tables.items():
        with (places.seeds / f"{seed}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, header(seed), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.values())
    (places.seeds / "codebook.toml").write_bytes((own / "codebook.toml").read_bytes())
    return places
