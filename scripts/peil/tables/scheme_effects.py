"""What each weighting scheme does to the headline figures: data frames in and out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from peil.statistics.calibrations import Alike, effect
from peil.tables.designs import KEYS, DesignTables, numbered_design, rows_of

_NAMES = ["scheme_code", "wave_code", "measure_id", "n_answers", "n_strata", "difference", "se"]
# Two schemes that give everybody the same weight differ by rounding only.
_NOISE = 1e-12


@dataclass(frozen=True)
class SchemeTables:
    """What the effects of schemes are made of.

    Attributes:
        answers: scheme × wave × measure × cell_id × default_cell_id × y: n, sum_d, sum_d2; y is
            null for who is not in the base, a cell for whom the scheme leaves out.
        defaults: scheme_code and default_scheme_code.
        design: the designs of all schemes.
    """

    answers: pd.DataFrame
    defaults: pd.DataFrame
    design: DesignTables


def scheme_effects(tables: SchemeTables) -> pd.DataFrame:
    """Each scheme less the default one, per headline figure of everybody.

    Returns:
        One row per scheme, wave and measure; se is 0 where both schemes give the same, and NaN
        where the default scheme leaves people out.
    """
    rows = []
    defaults = tables.defaults.set_index("scheme_code")["default_scheme_code"]
    none = pd.DataFrame({"stratum": [], "cluster_code": []}, dtype="object")
    for (scheme, wave), answers in tables.answers.groupby(KEYS, sort=True):
        own = numbered_design(_respondents(tables.design), (scheme, wave), none)
        base = numbered_design(_respondents(tables.design), (defaults[scheme], wave), none)
        cells = rows_of(tables.design.cells, (defaults[scheme], wave)).set_index("cell_id")
        # Of all measures at once: to look names up costs as much for one as for all.
        firsts, seconds = (
            answers[name].map(design.cell_position).fillna(-1).to_numpy(dtype=int)
            for name, design in (("cell_id", own), ("default_cell_id", base))
        )
        strata = pd.factorize(cells["stratum"].reindex(answers["default_cell_id"]))[0]
        sums = answers[["y", "n", "sum_d", "sum_d2"]].to_numpy(dtype=float)
        for measure, of in sorted(answers.groupby("measure_id").indices.items()):
            first, second = firsts[of], seconds[of]
            y, n, sum_d, sum_d2 = sums[of].T
            alike = Alike(y, n, sum_d, sum_d2, base.design.strata[second])
            answered = ~np.isnan(y)
            if not (answered & (first >= 0)).any() or not (answered & (second >= 0)).any():
                continue
            found = effect(own.design, first, base.design, second, alike)
            n_strata = len(set(strata[of][answered]) - {-1})
            scale = max(abs(np.nanmax(alike.y)), 1.0)
            se = found.se if found.se > _NOISE * scale else 0.0
            if (second < 0).any():
                # The default leaves people out: in which of its strata they were drawn is unknown.
                se = np.nan
            rows.append((scheme, wave, measure, found.n, n_strata, found.difference, se))
    types = {**dict.fromkeys(_NAMES[:2], "string"), **dict.fromkeys(_NAMES[2:5], "int64"),
             "difference": float, "se": float}  # fmt: skip
    return pd.DataFrame(rows, columns=_NAMES).astype(types)


def _respondents(tables: DesignTables) -> DesignTables:
    """Designs with respondents as units only."""
    strata = tables.strata[tables.strata["unit"] == "respondent"]
    return DesignTables(
        tables.cells, tables.levels, tables.inverses, strata, tables.cluster_levels.iloc[:0]
    )
