"""Replicate weights in the research file: of the default scheme of every survey and wave."""

import duckdb
import numpy as np
import pandas as pd

from peil.progress import steps
from peil.tables.groups import Tables
from peil.tables.replicates import scheme_replicates
from peil.warehouse import literal

TABLE = "research.microdata.replicate_weights"
TEXTS = {
    "survey_code": "Survey; see about.",
    "wave_code": "Wave of the survey; part of the key.",
    "respondent_key": "Hashed respondent number, as in respondents.",
    "weighting_scheme": "Scheme that every replicate is raked again to: the default one.",
    "weights": "Weights of the replicates, in order; population_weight in weights is that of the "
    "sample itself. 0: the respondent is not in that replicate.",
}
RESPONDENTS = """
select
    respondent_key, weights.group_value, weights.cell_key, stratum,
    if(inference_unit = 'cluster', cluster_code, respondent_key) as unit, base_weight
from weighted.wgt_respondent_weights as weights
inner join weighted.wgt_profile_cells using (scheme_code, wave_code, profile_key)
inner join codebook.weighting_schemes using (scheme_code)
where scheme_code = ? and wave_code = ?
order by respondent_key
"""
# What raking reads, and the strata, of one scheme and wave.
OF_WAVE = "select * from {table} where scheme_code = ? and wave_code = ?"


def add_replicates(connection: duckdb.DuckDBPyConnection, replicates: int) -> None:
    """Write the table `replicate_weights` into the research file that is attached as `research`.

    Raises:
        RakingError: samples of these respondents cannot be raked.
    """
    connection.execute(
        f"create table {TABLE} (survey_code varchar, wave_code varchar, respondent_key varchar, "
        "weighting_scheme varchar, weights double[])"
    )
    waves = connection.execute(
        "select distinct weights.survey_code, wave_code, weighting_scheme, inference_unit "
        "from research.microdata.weights as weights inner join codebook.weighting_schemes "
        "on weights.weighting_scheme = scheme_code where is_default_scheme order by all"
    ).fetchall()
    (seed,) = connection.execute(
        "select value from codebook.thresholds where threshold_code = 'bootstrap_seed'"
    ).fetchall()[0]
    for survey, wave, scheme, unit in steps(waves, "Replicate weights", lambda row: row[1]):
        respondents, drawn = _drawn(connection, scheme, wave, unit, replicates, int(seed))
        weights = pd.DataFrame({"respondent_key": respondents, "weights": list(drawn)})
        connection.register("drawn", weights)
        connection.execute(
            f"insert into {TABLE} select ?, ?, respondent_key, ?, weights from drawn",
            [survey, wave, scheme],
        )
        connection.unregister("drawn")
    _describe(connection, replicates, int(seed))


def _drawn(
    connection: duckdb.DuckDBPyConnection, scheme: str, wave: str, unit: str, replicates: int,
    seed: int,
) -> tuple[pd.Series, np.ndarray]:  # fmt: skip
    """Respondents, and their weights in every replicate, shape (n, replicates)."""

    def of_wave(table: str) -> pd.DataFrame:
        return connection.execute(OF_WAVE.format(table=table), [scheme, wave]).df()

    respondents = connection.execute(RESPONDENTS, [scheme, wave]).df()
    strata = of_wave("estimates.est_strata")
    tables = Tables(
        cells=of_wave("weighted.wgt_raking_cells"),
        levels=of_wave("weighted.wgt_cell_levels"),
        targets=of_wave("weighted.wgt_targets"),
        schemes=connection.execute(
            "select * from codebook.weighting_schemes where scheme_code = ?", [scheme]
        ).df(),
    )
    found = scheme_replicates(respondents, strata[strata["unit"] == unit], tables, replicates, seed)
    weights = np.empty((len(respondents), replicates))
    for number, drawn in enumerate(found):
        weights[:, number] = drawn
    return respondents["respondent_key"], weights


def _describe(connection: duckdb.DuckDBPyConnection, replicates: int, seed: int) -> None:
    text = (
        f"One row per survey × wave × respondent: {replicates:,} bootstrap weights (seed {seed}) "
        "of the default scheme. Units of the design are drawn with replacement within strata (Rao "
        "& Wu), and every sample is raked again. In R: svrepdesign(type = 'bootstrap')."
    )
    connection.execute(f"comment on table {TABLE} is {literal(text)}")
    for column, said in TEXTS.items():
        connection.execute(f"comment on column {TABLE}.{column} is {literal(said)}")
