"""Areas beside what their mix of people predicts, and how sure their order is.

The expected figure of an area is what its respondents would have given had everybody answered as
people of their class (sex by age, say) do in all areas together: indirect standardisation. Source:
Breslow & Day (1987), chapter 2; the error is linearised over areas and classes at once.
"""

from dataclasses import dataclass

import numpy as np

from peil.statistics.design import Design, variances_of_sums
from peil.statistics.intervals import t_two_sided_p

NOWHERE = -1  # the area of a row that is in none


@dataclass(frozen=True)
class MixRows:
    """Respondents per area and raking cell, as sums; everybody who answered is in one row.

    Attributes:
        area: number of the area or `NOWHERE`, shape (n,).
        cell: number of the raking cell in the design, shape (n,).
        mix: number of the class of the cell, shape (n,).
        n: respondents; sum_d, sum_d2: Σd and Σd²; sum_dy, sum_d2y, sum_d2yy: Σdy, Σd²y and Σd²y²,
            each of shape (n,).
    """

    area: np.ndarray
    cell: np.ndarray
    mix: np.ndarray
    n: np.ndarray
    sum_d: np.ndarray
    sum_d2: np.ndarray
    sum_dy: np.ndarray
    sum_d2y: np.ndarray
    sum_d2yy: np.ndarray


@dataclass(frozen=True)
class Adjusted:
    """Per area, shape (A,), and per two areas, shape (A, A).

    Attributes:
        expected: what its mix predicts; difference: the figure minus that.
        se: of the difference.
        p_value: that the difference is 0.
        pair_p: that two areas have the same difference; 1 of an area with itself.
    """

    expected: np.ndarray
    difference: np.ndarray
    se: np.ndarray
    p_value: np.ndarray
    pair_p: np.ndarray


def adjusted(design: Design, rows: MixRows) -> Adjusted:
    """Figures of areas minus what their mix predicts.

    A respondent of area g and class c has the influence 1[g = h](y - m_c - d_h)/W_h on the
    difference of area h, and through the mean of the class - p_hc (y - m_c)/W_c, with p_hc the part
    of class c in area h.
    """
    n_areas = int(rows.area.max(initial=NOWHERE)) + 1
    n_mix = int(rows.mix.max()) + 1
    f = design.factors[rows.cell]
    w, wy = f * rows.sum_d, f * rows.sum_dy
    of_class = np.bincount(rows.mix, w, n_mix)
    mean = np.bincount(rows.mix, wy, n_mix) / of_class
    own = rows.area != NOWHERE
    size = np.bincount(rows.area[own], w[own], n_areas)
    parts = np.zeros((n_areas, n_mix))
    np.add.at(parts, (rows.area[own], rows.mix[own]), w[own])
    parts /= size[:, None]
    expected = parts @ mean
    estimate = np.bincount(rows.area[own], wy[own], n_areas) / size
    difference = estimate - expected
    # The influence of y is slope · y - shift, per row and area.
    inside = (rows.area[:, None] == np.arange(n_areas)) / size
    through = parts.T[rows.mix] / of_class[rows.mix][:, None]
    slope = inside - through
    shift = inside * (mean[rows.mix][:, None] + difference) - through * mean[rows.mix][:, None]
    se = np.sqrt(_variances(design, rows, slope, shift))
    first, second = np.triu_indices(n_areas, 1)
    variance = _variances(
        design, rows, slope[:, first] - slope[:, second], shift[:, first] - shift[:, second]
    )
    n = np.bincount(rows.area[own], rows.n[own], n_areas)
    places = len(np.unique(design.strata[rows.cell]))
    pair_p = np.ones((n_areas, n_areas))
    pair_p[first, second] = pair_p[second, first] = t_two_sided_p(
        difference[first] - difference[second], np.sqrt(variance), n[first] + n[second] - places - 1
    )
    return Adjusted(expected, difference, se, t_two_sided_p(difference, se, n - places), pair_p)


def _variances(design: Design, rows: MixRows, slope: np.ndarray, shift: np.ndarray) -> np.ndarray:
    def per_cell(values: np.ndarray) -> np.ndarray:
        sums = np.zeros((len(design.factors), values.shape[1]))
        np.add.at(sums, rows.cell, values)
        return sums

    d, d2, dy, d2y, d2yy = (
        of[:, None] for of in (rows.sum_d, rows.sum_d2, rows.sum_dy, rows.sum_d2y, rows.sum_d2yy)
    )
    return variances_of_sums(
        design, per_cell(slope * dy - shift * d), per_cell(slope * d2y - shift * d2),
        per_cell(slope**2 * d2yy - 2 * slope * shift * d2y + shift**2 * d2),
    )  # fmt: skip


def rank_intervals(
    figure: np.ndarray, pair_p: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Ranks that each area may have, all of them together with this confidence; 1 is the highest.

    An area stands below those that are certainly higher and above those that are certainly lower,
    after Holm's correction over all pairs. Source: Klein, Wright & Wieczorek (2020), "A joint
    confidence region for an overall ranking of populations"; Mohamad, Goeman & van Zwet (2022),
    "Simultaneous confidence intervals for ranks with application to ranking institutions".

    Args:
        figure: shape (A,).
        pair_p: two-sided p per two areas, shape (A, A).
        level: confidence, 0-1.
    """
    n = len(figure)
    first, second = np.triu_indices(n, 1)
    p = np.where(np.isnan(pair_p[first, second]), 1.0, pair_p[first, second])
    order = np.argsort(p, kind="stable")
    scaled = p[order] * (len(p) - np.arange(len(p)))
    differs = np.zeros((n, n), dtype=bool)
    adjusted_p = np.empty(len(p))
    adjusted_p[order] = np.maximum.accumulate(scaled)
    differs[first, second] = adjusted_p < 1 - level
    differs |= differs.T
    higher = figure[None, :] > figure[:, None]
    lower = figure[None, :] < figure[:, None]
    return 1 + (differs & higher).sum(axis=1), n - (differs & lower).sum(axis=1)
