"""Importance and dissatisfaction of the drivers of every set: tables in and out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation
from scipy.special import stdtrit

from peil.errors import InputError
from peil.statistics.design import Design, People, covariances, degrees_of_freedom, variances
from peil.statistics.drivers import (
    NOISE,
    Importance,
    chances_to_be_first,
    gaps,
    importance,
    means_of,
    share_interval,
)
from peil.tables.designs import KEYS, DesignTables, NumberedDesign, numbered_design

MODEL = ["survey_code", "driver_model_code"]
DOMAIN = ["segment_code", "segment_value"]
SET = [*KEYS, *DOMAIN, *MODEL]
IMPORTANCE = [
    "importance", "importance_share", "share_se", "share_ci_low", "share_ci_high", "correlation",
    "r_squared",
]  # fmt: skip
GAP = ["unsatisfied_gap", "gap_se", "gap_ci_low", "gap_ci_high"]
FIRST = "first_probability"
NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True)
class DriverTables:
    """What the figures of drivers are made of.

    Attributes:
        counts: survey × driver model × wave × profile × answers (outcome first, null where not
            answered): n_answers, sum_d and sum_d2. Stays in the database: a set at a time is read.
        questions: driver model × position: unsatisfied_from and unsatisfied_to of a driver.
        places: scheme × wave × segment value × profile: cell_id, stratum and cluster_code.
        schemes: scheme_code with inference_unit.
        design: the designs of all schemes.
    """

    counts: DuckDBPyRelation
    questions: pd.DataFrame
    places: pd.DataFrame
    schemes: pd.DataFrame
    design: DesignTables


@dataclass(frozen=True)
class _Answers:
    """Who answered a driver of one model in one wave; a row per profile and answers."""

    profile_key: np.ndarray
    n_people: np.ndarray
    sum_d: np.ndarray
    sum_d2: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Asked:
    """What is asked of every set.

    Attributes:
        confidence_level: of the intervals, between 0 and 1.
        by_cluster: whether clusters are the units.
        random_seed: of the samples that say what comes first.
    """

    confidence_level: float
    by_cluster: bool
    random_seed: int


def driver_figures(
    tables: DriverTables, confidence_level: float, random_seed: int = 0
) -> pd.DataFrame:
    """Importance and dissatisfaction of every set of drivers of a warehouse.

    Args:
        tables: counts and designs.
        confidence_level: of the intervals, between 0 and 1.
        random_seed: of the samples that say what comes first.

    Returns:
        One row per set (the columns of SET) and driver position (1 is the first driver): n_answers
        of who answered everything, the figures of IMPORTANCE and GAP, the chance to be FIRST, and
        withheld_reason where the importance does not exist.
    """
    rows = []
    units = tables.schemes.set_index("scheme_code")["inference_unit"]
    for (scheme, wave), places in tables.places.groupby(KEYS, sort=True):
        design = numbered_design(tables.design, (scheme, wave), places)
        asked = Asked(confidence_level, units[scheme] == "cluster", random_seed)
        own = tables.questions[tables.questions["survey_code"].isin(places["survey_code"])]
        for model, questions in own.groupby(MODEL, sort=True):
            questions = questions.sort_values("position")
            answers = _answers(tables.counts, model, wave, len(questions))
            for domain, part in places.groupby(DOMAIN, sort=True):
                people, values = _people(answers, part, design)
                if not len(values):
                    continue
                figures = _set_figures(design.design, people, values, questions, asked)
                rows += [
                    (scheme, wave, *domain, *model, position + 1, *own_figures)
                    for position, own_figures in enumerate(figures)
                ]
    columns = [*SET, "position", "n_answers", *IMPORTANCE, *GAP, FIRST, "withheld_reason"]
    # Typed also when no survey declares drivers: an empty frame would become integers in DuckDB.
    return pd.DataFrame(rows, columns=columns).astype(
        {
            **dict.fromkeys(SET, "string"),
            **dict.fromkeys(["position", "n_answers"], "int64"),
            **dict.fromkeys([*IMPORTANCE, *GAP, FIRST], float),
            "withheld_reason": "string",
        }
    )


def _answers(
    counts: DuckDBPyRelation, model: tuple[str, str], wave: str, n_positions: int
) -> _Answers:
    """In one order, so that sums repeat to the last digit."""
    key = dict(zip([*MODEL, "wave_code"], [*model, wave], strict=True))
    for column, value in key.items():
        counts = counts.filter(ColumnExpression(column) == ConstantExpression(value))
    places = [f"answers[{position + 1}] as answer_{position}" for position in range(n_positions)]
    found = (
        counts.order("profile_key, answers, delivery_key")
        .project(", ".join(["profile_key", "n_answers", "sum_d", "sum_d2", *places]))
        .fetchnumpy()
    )
    values: list[np.ndarray] = [
        np.ma.filled(np.ma.asarray(found[f"answer_{position}"], dtype=float), np.nan)
        for position in range(n_positions)
    ]
    return _Answers(
        np.asarray(found["profile_key"]), found["n_answers"], found["sum_d"], found["sum_d2"],
        np.stack(values, axis=1),
    )  # fmt: skip


def _people(
    answers: _Answers, places: pd.DataFrame, numbered: NumberedDesign
) -> tuple[People, np.ndarray]:
    """Who of them is in a domain, placed in the design, with their answers."""
    place = pd.Index(places["profile_key"]).get_indexer(answers.profile_key)
    inside = place >= 0
    place = place[inside]
    cell = numbered.cell_position[places["cell_id"]].to_numpy()[place]
    cluster = None
    if numbered.cluster_position is not None:
        names = pd.MultiIndex.from_frame(places[["stratum", "cluster_code"]])
        cluster = numbered.cluster_position[names].to_numpy()[place]
    people = People(
        cell, answers.n_people[inside], answers.sum_d[inside], answers.sum_d2[inside], cluster
    )
    return people, answers.values[inside]


def _set_figures(
    design: Design, people: People, values: np.ndarray, questions: pd.DataFrame, asked: Asked
) -> list[tuple]:
    """n_answers, IMPORTANCE, GAP, FIRST and withheld_reason of every driver of one set."""
    complete = ~np.isnan(values).any(axis=1)
    n_answers = int(people.n_people[complete].sum())
    low, high = (
        questions[f"unsatisfied_{end}"].to_numpy(dtype=float)[1:] for end in ("from", "to")
    )
    answers = values[:, 1:]
    unsatisfied = np.where(np.isnan(answers), np.nan, (answers >= low) & (answers <= high))
    weights = design.factors[people.cell] * people.sum_d
    dissatisfied = _gaps(design, people, unsatisfied, weights, asked)
    try:
        found = importance(values[complete], weights[complete])
    except InputError:
        none = np.full((answers.shape[1], len(IMPORTANCE)), np.nan)
        return [
            (n_answers, *one, *other, np.nan, NOT_COMPUTABLE)
            for one, other in zip(none, dissatisfied, strict=True)
        ]
    important = _importance(design, people[complete], found, asked)
    whole = np.zeros(answers.shape)
    whole[complete] = found.influence
    first = _first(design, people, (found.shares, whole), means_of(unsatisfied, weights), asked)
    return [
        (n_answers, *one, *other, chance, None)
        for one, other, chance in zip(important, dissatisfied, first, strict=True)
    ]


def _importance(design: Design, people: People, found: Importance, asked: Asked) -> np.ndarray:
    df = degrees_of_freedom(design, people, by_cluster=asked.by_cluster)
    se = _errors(design, people, found.influence, df, asked.by_cluster)
    low, high = share_interval(found.shares, se, df, asked.confidence_level)
    r_squared = np.full(len(se), found.r_squared)
    return np.column_stack(
        [found.weights, found.shares, se, low, high, found.correlations, r_squared]
    )


def _gaps(
    design: Design, people: People, unsatisfied: np.ndarray, weights: np.ndarray, asked: Asked
) -> np.ndarray:
    """How far the share of dissatisfied people is from the average over the drivers."""
    _, gap, influence = gaps(unsatisfied, weights)
    # A difference is tested with one degree of freedom less, as R's svyttest does.
    df = degrees_of_freedom(design, people, by_cluster=asked.by_cluster) - 1
    se = _errors(design, people, influence, df + 1, asked.by_cluster)
    t = stdtrit(df, (1 + asked.confidence_level) / 2) if df >= 1 else np.nan
    return np.column_stack([gap, se, gap - t * se, gap + t * se])


def _first(
    design: Design,
    people: People,
    shares: tuple[np.ndarray, np.ndarray],
    unsatisfied: tuple[np.ndarray, np.ndarray],
    asked: Asked,
) -> np.ndarray:
    """The chance of every driver to have the largest share of importance × dissatisfied people.

    Args:
        design: everybody.
        people: who answered a driver.
        shares: of importance, with their influence.
        unsatisfied: shares of dissatisfied people, with their influence.
        asked: units and random seed.
    """
    (share, of_share), (low, of_low) = shares, unsatisfied
    df = degrees_of_freedom(design, people, by_cluster=asked.by_cluster)
    if df < 1 or np.isnan(low).any():
        return np.full(len(share), np.nan)
    influence = low * of_share + share * of_low
    covariance = covariances(design, people, influence, by_cluster=asked.by_cluster)
    return chances_to_be_first(share * low, covariance, df, asked.random_seed)


def _errors(
    design: Design, people: People, influence: np.ndarray, df: int, by_cluster: bool
) -> np.ndarray:
    """Standard errors; NaN without degrees of freedom, where one unit would look like certainty."""
    if df < 1:
        return np.full(influence.shape[1], np.nan)
    se = np.sqrt(variances(design, people, influence, by_cluster=by_cluster))
    return np.where(se < NOISE, 0, se)
