"""The respondents of a crosstab: grouped in one query, and as arrays of groups and outcomes.

Respondents who are alike in cell, cluster, answers and groups are one row.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from peil.crosstabs.asked import Asked, By, Row, Side, as_code, rows_of
from peil.crosstabs.query import BEHIND, BETWEEN, counted_query, respondents_query
from peil.errors import InputError
from peil.statistics.design import People
from peil.tables.designs import DesignTables, NumberedDesign, numbered_design

Level = tuple[str, ...]


@dataclass(frozen=True)
class Respondents:
    """Rows of respondents; `columns` has the answers or levels per side as one text."""

    frame: pd.DataFrame
    numbered: NumberedDesign
    people: People
    columns: dict[tuple[str, str], str]

    def texts(self, kind: str, code: str) -> tuple[np.ndarray, list[str | None]]:
        """Which of the different texts each row has, and those texts; None: not answered."""
        which, texts = pd.factorize(self.frame[self.columns[kind, code]], use_na_sentinel=False)
        return which, [None if pd.isna(text) else text for text in texts]


def sides_of(asked: Asked) -> set[tuple[str, str]]:
    """Kind and code of everything that is read of the respondents of a crosstab."""
    sides = [side for by in asked.bys for side in by.sides] + [side for side, _ in asked.filters]
    return {("question", asked.question["question_code"])} | {(s.kind, s.code) for s in sides}


def read_respondents(
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    also: Iterable[Asked] = (),
    *,
    with_keys: bool = False,
) -> Respondents:
    """Everybody who counts in the wave and scheme, whatever the filter.

    Args:
        connection: the warehouse.
        asked: what is asked.
        also: other crosstabs of the same wave that are made of the same rows.
        with_keys: base weights apart, in column base_weight, and in people_key a number that the
            same people always have and that nobody can guess.
    """
    columns = _columns(asked, *also)
    if packages := came_as_counts(connection, asked.wave_code):
        raise InputError(
            f"wave '{asked.wave_code}': {packages} came as count packages, so that nobody's "
            "answers are here. Make it where the files are."
        )
    query = respondents_query(connection, columns, _place(asked), with_keys=with_keys)
    return _respondents(connection, query, columns, asked)


def read_counted(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Respondents:
    """The same of the counts of declared crosstabs, wherever they were counted.

    Args:
        connection: the warehouse.
        asked: the declared crosstabs of one question, or some of them.
    """
    columns = _columns(asked)
    question = asked.question["question_code"]
    query = counted_query(connection, columns, _place(asked), question)
    return _respondents(connection, query, columns, asked)


def _columns(*asked: Asked) -> dict[tuple[str, str], str]:
    wanted = set().union(*(sides_of(one) for one in asked))
    return {key: f"side_{i}" for i, key in enumerate(sorted(wanted))}


def _place(asked: Asked) -> tuple[str, str, str]:
    return asked.survey["survey_code"], asked.wave_code, asked.scheme["scheme_code"]


def _respondents(
    connection: duckdb.DuckDBPyConnection, query: str, columns: dict[tuple[str, str], str],
    asked: Asked,
) -> Respondents:  # fmt: skip
    _, wave, scheme = _place(asked)
    frame = connection.execute(query).df()
    if frame.empty:
        raise InputError(f"wave '{wave}', scheme '{scheme}': nobody has a weight.")
    tables = [
        connection.execute(
            f"select * from {table} where scheme_code = ? and wave_code = ?", [scheme, wave]
        ).df()
        for table in (
            "estimates.est_cells", "weighted.wgt_cell_levels", "weighted.wgt_calibration_inverse",
            "estimates.est_strata", "estimates.est_cluster_levels",
        )
    ]  # fmt: skip
    places = frame[["stratum", "cluster_code"]]
    numbered = numbered_design(DesignTables(*tables), (scheme, wave), places.drop_duplicates())
    cluster = None
    if numbered.cluster_position is not None:
        position = numbered.cluster_position
        cluster = position.to_numpy()[position.index.get_indexer(pd.MultiIndex.from_frame(places))]
    n, sum_d, sum_d2 = (frame[name].to_numpy(dtype=float) for name in ("n", "sum_d", "sum_d2"))
    cell = numbered.cell_position[frame["cell_id"]].to_numpy()
    people = People(cell, n, sum_d, sum_d2, cluster)
    return Respondents(frame, numbered, people, columns)


def came_as_counts(connection: duckdb.DuckDBPyConnection, wave: str) -> str:
    """The deliveries of a wave of which nobody's answers are here; empty where there are none."""
    found = connection.execute(
        "select string_agg(file_name, ', ' order by file_name) from raw.deliveries "
        "where status = 'landed' and package_sha256 is not null and wave_code = ?", [wave],
    ).fetchone()  # fmt: skip
    return (found and found[0]) or ""


def answers_of(text: str) -> list[tuple[str, float]]:
    """Code and number of each answer of a text; the number is NaN where it has none."""
    pairs = [part.split(BEHIND) for part in text.split(BETWEEN) if part]
    numbered = [(code, float(number or "nan")) for code, number in pairs]
    return [(code or as_code(number), number) for code, number in numbered]


def groups_of(respondents: Respondents, side: Side, most: float) -> dict[str, np.ndarray]:
    """Who is in each group that is found, in the order of the codebook; of numbers at most so many.

    Raises:
        InputError: the question has more different answers than that.
    """
    which, texts = respondents.texts(side.kind, side.code)
    if side.kind == "question":
        members = [{code for code, _ in answers_of(text or "")} for text in texts]
    else:
        members = [set((text or "").split(BETWEEN)) - {""} for text in texts]
    found = set().union(*members) - side.unreported
    if side.kind == "question" and not side.labels and len(found) > most:
        raise InputError(
            f"'{side.code}' has {len(found)} different answers: too many for groups (at most "
            f"{most:g}). Declare bands of it as an attribute in attributes.csv."
        )
    known = list(side.labels)
    order = sorted(found, key=lambda c: (known.index(c) if c in side.labels else len(known), _n(c)))
    return {code: np.array([code in own for own in members])[which] for code in order}


def _n(code: str) -> tuple[float, str]:
    try:
        return float(code), code
    except ValueError:
        return float("inf"), code


def levels_of(respondents: Respondents, by: By, most: float) -> dict[Level, np.ndarray]:
    """Who is in each group of a part of the banner; crossed groups without people are left out."""
    first = groups_of(respondents, by.sides[0], most)
    if len(by.sides) == 1:
        return {(code,): rows for code, rows in first.items()}
    second = groups_of(respondents, by.sides[1], most)
    crossed = {(a, b): rows & others for a, rows in first.items() for b, others in second.items()}
    return {level: rows for level, rows in crossed.items() if rows.any()}


def measures_of(connection: duckdb.DuckDBPyConnection, asked: Asked) -> list[Row]:
    """The rows of the table: the share of each answer, then the statistics of the scale."""
    language = asked.language
    found = rows_of(
        connection,
        "select measure_id, statistic, kind, value_from, value_to, minus_from, minus_to, "
        f"option_code, coalesce(option_label_{language}, statistic_label_{language}) as label, "
        "is_distribution, is_distribution or kind = 'option' as is_answer, "
        "(select any_value(options.value_number) from staging.stg_options as options where "
        "kind = 'option' and options.option_set_code = ? "
        "and options.option_code = measures.option_code) as option_number "
        "from estimates.est_figure_measures as measures "
        "where survey_code = ? and question_code = ? "
        "and kind in ('option', 'mean', 'range', 'net') order by not is_answer, measure_id",
        asked.question["option_set_code"],
        asked.survey["survey_code"],
        asked.question["question_code"],
    )
    if not found:
        raise InputError(
            f"'{asked.question['question_code']}' has no statistic in scale_statistics.csv and too "
            "many different answers: there is nothing to tabulate."
        )
    return found


def outcomes(asked: Asked, respondents: Respondents, measures: list[Row]) -> np.ndarray:
    """The outcome per row and measure, NaN outside the base, as the macro `outcome` has it."""
    which, texts = respondents.texts("question", asked.question["question_code"])
    y = np.full((len(texts), len(measures)), np.nan)
    for i, text in enumerate(texts):
        if text is not None:
            given = answers_of(text)
            y[i] = [sum(outcome(measure, *answer) for answer in given) for measure in measures]
    return y[which]


def outcome(measure: Row, code: str, number: float) -> float:
    """y of one answer: NaN where a statistic needs a number and the answer has none."""
    if measure["kind"] == "option":
        return float(code == measure["option_code"])
    if measure["kind"] == "mean" or np.isnan(number):
        return number
    y = float(measure["value_from"] <= number <= measure["value_to"])
    if measure["kind"] == "net":
        y -= float(measure["minus_from"] <= number <= measure["minus_to"])
    return y
