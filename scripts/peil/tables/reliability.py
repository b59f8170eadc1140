"""Reliability of every score: data frames in and out."""

import numpy as np
import pandas as pd

from peil.statistics.reliability import reliability

_SCORE = ["survey_code", "wave_code", "scheme_code", "question_code"]
_FIGURES = ["alpha", "item_rest_correlation", "alpha_without_item"]


def reliability_table(covariances: pd.DataFrame) -> pd.DataFrame:
    """Alpha per score, and per item what it adds.

    Args:
        covariances: survey, wave, scheme, question_code, item_a, item_b, n_answers, covariance: a
            row per score and pair of its items, an item with itself included.

    Returns:
        A row per score and item: item_question_code, n_answers, alpha, item_rest_correlation,
        alpha_without_item.
    """
    rows: list[tuple] = []
    for key, pairs in covariances.groupby(_SCORE, sort=True):
        items = sorted(pairs["item_a"].unique())
        half = pairs.pivot(index="item_a", columns="item_b", values="covariance")
        upper = half.reindex(index=items, columns=items).fillna(0.0).to_numpy()
        found = reliability(upper + np.triu(upper, 1).T)
        n = int(pairs["n_answers"].iloc[0])
        rows += [
            (*key, item, n, found.alpha, correlation, without)
            for item, correlation, without in zip(
                items, found.rest_correlations, found.alphas_without, strict=True
            )
        ]
    names = [*_SCORE, "item_question_code", "n_answers", *_FIGURES]
    types = dict.fromkeys([*_SCORE, "item_question_code"], "string") | {"n_answers": "int64"}
    return pd.DataFrame(rows, columns=names).astype(types | dict.fromkeys(_FIGURES, "float64"))
