"""The sums that a reader knows: groups that add up to another, answers that add up to one.

The same as models/estimates/disclosure/ holds of the published tables, made of one crosstab.
"""

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, rows_of
from peil.crosstabs.measured import Measured
from peil.crosstabs.people import answers_of


def nestings(measured: Measured) -> pd.DataFrame:
    """Which groups add up to another, with the rest that is in none of them (est_nestings)."""
    groups, inside = measured.groups, measured.inside
    families: dict[str, list[int]] = {}
    for g, group in enumerate(groups):
        if group.is_context:
            name = f"context {group.level[0]}"
        else:
            name = f"by {group.by.code}" if group.by else "total"
        families.setdefault(name, []).append(g)
    rows = []
    for parents in families.values():
        for name, children in families.items():
            # Sums among groups that are not shown are those of the published tables.
            if parents is children or all(groups[g].is_context for g in children):
                continue
            # Children that lie half in a parent are of its rest.
            within = [
                [p for p in parents if not (inside[:, c] & ~inside[:, p]).any()] for c in children
            ]
            alone = inside[:, children].sum(axis=1).max(initial=0) > 1
            rows += [
                (measured.asked.wave_code, p, c, f"{name}:{c}" if alone else name, alone)
                for c, own in zip(children, within, strict=True)
                for p in own
                if not (inside[:, c] == inside[:, p]).all() or not alone
            ]
    columns = ["wave_code", "parent_group", "child_group", "family", "rest_is_group"]
    return pd.DataFrame(rows, columns=columns)


def complements(connection: duckdb.DuckDBPyConnection, measured: Measured) -> pd.DataFrame:
    """Sums between the declared measures that are known, as in the published tables."""
    ids = [row["measure_id"] for row in measured.measures]
    return connection.execute(
        "select complement_id, measure_id, sign from estimates.est_complements "
        "where list_contains(?, measure_id)", [ids],
    ).df()  # fmt: skip


def counts_people(connection: duckdb.DuckDBPyConnection, asked: Asked) -> bool:
    """Whether figures of the survey count people, which leaves whole numbers to be solved."""
    return bool(
        rows_of(
            connection,
            "select 1 from codebook.weighting_schemes where survey_code = ? and scheme_code not in "
            "(select scheme_code from codebook.weighting_variables)",
            asked.survey["survey_code"],
        )
    )


def answers(measured: Measured) -> pd.DataFrame | None:
    """How many people of each group gave each number, where a mean is made of them."""
    if not any(row["kind"] == "mean" for row in measured.measures):
        return None
    asked, respondents = measured.asked, measured.respondents
    which, texts = respondents.texts("question", asked.question["question_code"])
    n = [
        np.bincount(which, respondents.people.n_people * rows, len(texts))
        for rows in measured.inside.T
    ]
    per_number: dict[float, np.ndarray] = {}
    for i, text in enumerate(texts):
        for _, number in answers_of(text or ""):
            if not np.isnan(number):
                per_number[number] = per_number.get(number, 0) + np.array([of[i] for of in n])
    rows = [
        (asked.wave_code, asked.question["question_code"], g, number, count)
        for number, of in sorted(per_number.items())
        for g, count in enumerate(of)
    ]
    return pd.DataFrame(
        rows, columns=["wave_code", "question_code", "group_id", "value_number", "n"]
    )
