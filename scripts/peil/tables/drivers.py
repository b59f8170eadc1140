"""Importance and dissatisfaction of the drivers of every set: tables in and out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation
from scipy.special import stdtrit

from peil.errors import InputError
from peil.statistics.design import Design, People, degrees_of_freedom, variances
from peil.statistics.drivers import NOISE, gaps, importance, share_interval
from peil.tables.designs import KEYS, DesignTables, NumberedDesign, numbered_design

MODEL = ["survey_code", "driver_model_code"]
DOMAIN = ["segment_code", "segment_value"]
SET = [*KEYS, *DOMAIN, *MODEL]
IMPORTANCE = [
    "importance", "importance_share", "share_se", "share_ci_low", "share_ci_high", "correlation",
    "r_squared",
]  # fmt: skip
GAP = ["unsatisfied_gap", "gap_se", "gap_ci_low", "gap_ci_high"]
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


def driver_figures(tables: DriverTables, confidence_level: float) -> pd.DataFrame:
    """Importance and dissatisfaction of every set of drivers of a warehouse.

    Args:
        tables: counts and designs.
        confidence_level: of the intervals, between 0 and 1.

    Returns:
        One row per set (the columns of SET) and driver position (1 is the first driver): n_answers
        of who answered everything, the figures of IMPORTANCE and GAP, and withheld_reason where
        the importance does not exist.
    """
    rows = []
    units = tables.schemes.set_index("scheme_code")["inference_unit"]
    for (scheme, wave), places in tables.places.groupby(KEYS, sort=True):
        design = numbered_design(tables.design, (scheme, wave), places)
        by_cluster = units[scheme] == "cluster"
        own = tables.questions[tables.questions["survey_code"].isin(places["survey_code"])]
        for model, questions in own.groupby(MODEL, sort=True):
            questions = questions.sort_values("position")
            answers = _answers(tables.counts, model, wave, len(questions))
            for domain, part in places.groupby(DOMAIN, sort=True):
                people, values = _people(answers, part, design)
                if not len(values):
                    continue
                figures = _set_figures(
                    design.design, people, values, questions, confidence_level, by_cluster
                )
                rows += [
                    (scheme, wave, *domain, *model, position + 1, *own_figures)
                    for position, own_figures in enumerate(figures)
                ]
    columns = [*SET, "position", "n_answers", *IMPORTANCE, *GAP, "withheld_reason"]
    # Typed also when no survey declares drivers: an empty frame would become integers in DuckDB.
    return pd.DataFrame(rows, columns=columns).astype(
        {
            **dict.fromkeys(SET, "string"),
            **dict.fromkeys(["position", "n_answers"], "int64"),
            **dict.fromkeys([*IMPORTANCE, *GAP], float),
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
    design: Design,
    people: People,
    values: np.ndarray,
    questions: pd.DataFrame,
    confidence_level: float,
    by_cluster: bool,
) -> list[tuple]:
    """n_answers, IMPORTANCE, GAP and withheld_reason of every driver of one set."""
    complete = ~np.isnan(values).any(axis=1)
    n_answers = int(people.n_people[complete].sum())
    important = _importance(
        design, people[complete], values[complete], confidence_level, by_cluster
    )
    dissatisfied = _gaps(design, people, values[:, 1:], questions[1:], confidence_level, by_cluster)
    reason = NOT_COMPUTABLE if important is None else None
    if important is None:
        important = np.full((values.shape[1] - 1, len(IMPORTANCE)), np.nan)
    return [
        (n_answers, *one, *other, reason)
        for one, other in zip(important, dissatisfied, strict=True)
    ]


def _importance(
    design: Design, people: People, answers: np.ndarray, confidence_level: float, by_cluster: bool
) -> np.ndarray | None:
    try:
        found = importance(answers, design.factors[people.cell] * people.sum_d)
    except InputError:
        return None
    df = degrees_of_freedom(design, people, by_cluster=by_cluster)
    se = _errors(design, people, found.influence, df, by_cluster)
    low, high = share_interval(found.shares, se, df, confidence_level)
    r_squared = np.full(len(se), found.r_squared)
    return np.column_stack(
        [found.weights, found.shares, se, low, high, found.correlations, r_squared]
    )


def _gaps(
    design: Design,
    people: People,
    answers: np.ndarray,
    questions: pd.DataFrame,
    confidence_level: float,
    by_cluster: bool,
) -> np.ndarray:
    """How far the share of dissatisfied people is from the average over the drivers."""
    low, high = (questions[f"unsatisfied_{end}"].to_numpy(dtype=float) for end in ("from", "to"))
    unsatisfied = np.where(np.isnan(answers), np.nan, (answers >= low) & (answers <= high))
    _, gap, influence = gaps(unsatisfied, design.factors[people.cell] * people.sum_d)
    # A difference is tested with one degree of freedom less, as R's svyttest does.
    df = degrees_of_freedom(design, people, by_cluster=by_cluster) - 1
    se = _errors(design, people, influence, df + 1, by_cluster)
    t = stdtrit(df, (1 + confidence_level) / 2) if df >= 1 else np.nan
    return np.column_stack([gap, se, gap - t * se, gap + t * se])


def _errors(
    design: Design, people: People, influence: np.ndarray, df: int, by_cluster: bool
) -> np.ndarray:
    """Standard errors; NaN without degrees of freedom, where one unit would look like certainty."""
    if df < 1:
        return np.full(influence.shape[1], np.nan)
    se = np.sqrt(variances(design, people, influence, by_cluster=by_cluster))
    return np.where(se < NOISE, 0, se)
