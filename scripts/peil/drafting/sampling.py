"""How the sample was drawn and weighted: weights, strata, clusters."""

import re
from collections.abc import Iterable

from peil.drafting import cues
from peil.drafting.columns import Column
from peil.drafting.guess import LIKELY, UNSURE, Guess, ignored

_MOST_STRATA, _FEWEST_PER_STRATUM = 200, 2


def names(column: Column) -> tuple[str, ...]:
    """What a column is called: its name and its text, in small letters."""
    return tuple(dict.fromkeys((column.name.strip().lower(), column.text.strip().lower())))


def matches(column: Column, cue: re.Pattern[str]) -> bool:
    """Whether a column is called by such words and no others."""
    return any(cue.fullmatch(name) for name in names(column))


def find_weights(columns: list[Column], _: str) -> Iterable[Guess]:
    """One weight counts: the final one. A standardisation factor or a second one is not used."""
    candidates = [c for c in columns if _is_weight(c)]
    if not candidates:
        return
    factors = [c for c in candidates if cues.FACTOR.search(c.words) and len(candidates) > 1]
    ordered = (
        sorted(
            (c for c in candidates if c not in factors),
            key=lambda c: (
                c.n_not_positive > 0 or c.n_filled < c.n_rows,
                cues.BASE_WEIGHT.search(c.words) is not None,
                cues.FINAL_WEIGHT.search(c.words) is None,
                cues.WEIGHT.search(c.words) is None,
                columns.index(c),
            ),
        )
        or factors
    )
    chosen = ordered[0]
    for column in candidates:
        if column is not chosen:
            kind = "a standardisation factor" if column in factors else "another weight"
            yield ignored(column, f"{kind}: '{chosen.name}' is used")
    lacking = 0 if chosen.is_format else chosen.n_rows - chosen.n_filled
    if chosen.n_not_positive or lacking:
        yield ignored(
            chosen,
            f"a weight, but {chosen.n_not_positive:,} rows have 0 or less and {lacking:,} none: "
            "not used. Remove those rows, or bind it as base_weight",
            UNSURE,
        )
        return
    is_base = cues.BASE_WEIGHT.search(chosen.words) is not None
    guess = Guess(
        chosen, "metadata", field="base_weight", role="base_weight" if is_base else "weight",
        understood="weight of the design" if is_base else "weight",
    )  # fmt: skip
    named = cues.WEIGHT.search(chosen.words) is not None
    yield guess.mark(
        "read as base_weight?" if named else "read as base_weight: numbers above 0, mean 1",
        LIKELY if named else UNSURE,
    )


def _is_weight(column: Column) -> bool:
    named = any(cues.WEIGHT.search(name) for name in names(column) if len(name) <= 60)
    if column.is_format and column.is_number and not column.labels:
        return matches(column, cues.WEIGHT)
    if not column.is_number or column.labels or column.mean is None or not column.n_filled:
        return False
    if (column.lowest or 0) < 0:
        return False
    factor = cues.FACTOR.search(column.words) is not None and "factor" in column.words.lower()
    if (named or factor) and not cues.OPINION.search(column.words):
        # Kilograms are whole numbers far from 1; a weight has decimals, or counts people.
        if not column.is_whole or (column.n_distinct == 1 and column.mean == 1):
            return True
        return column.mean > 150 or set(column.values) == {"1"}
    return (
        not column.is_whole and column.n_distinct > 5 and (1 - 0.02) <= column.mean <= 1.02
        and (column.highest or 0) < 20 and column.n_filled == column.n_rows
    )  # fmt: skip


def design(column: Column) -> Guess | None:
    """Strata and clusters of the sample: answers of a question that is not reported."""
    name = column.name.lower()
    is_stratum = bool(
        cues.STRATUM.search(name)
        or (cues.STRATUM.search(column.text) and not cues.OPINION.search(column.text))
    )
    is_cluster = bool(
        cues.CLUSTER.search(name)
        or (cues.CLUSTER.search(column.text) and not cues.OPINION.search(column.text))
    )
    if not (is_stratum or is_cluster) or not column.listed or len(column.words) > 80:
        return None
    if column.is_number and not column.is_whole:
        return None
    role = "cluster" if is_cluster else "stratum"
    few = column.n_distinct < 2 or column.n_filled < column.n_rows
    if few or (
        is_stratum
        and not is_cluster
        and (column.n_distinct > _MOST_STRATA or min(column.listed.values()) < _FEWEST_PER_STRATUM)
    ):
        return ignored(column, f"a {role}? not used: a value per row, of two rows or more", UNSURE)
    if is_cluster and column.n_distinct > 0.5 * column.n_filled:
        return ignored(column, "a cluster? not used: hardly two rows share one", UNSURE)
    labels = {code: column.labels.get(code, code) for code in column.listed}
    guess = Guess(
        column, "single_column", role=role, scale="single", options=labels, is_reported=False,
        match_by="number" if column.is_number else "label", topic="background",
        understood=f"{role} of the sample",
    )  # fmt: skip
    if not column.is_number and column.labels:
        guess.match_by = "code"
    return guess.mark(f"read as {role} of the sample?", LIKELY)
