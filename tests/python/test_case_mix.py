"""Municipalities beside what their mix of people predicts, and the intervals of their ranks.

`R_ROWS` and `R_PAIRS` are of R survey 4.1-1, on the answers that `answers` makes of row numbers:

    d <- calibrate(svydesign(~1, strata = ~stratum, weights = ~base, data = s), ~ sex + age,
                   totals, calfun = "raking", epsilon = 1e-13, maxit = 500)
    w <- weights(d); ok <- !is.na(s$y); mix <- paste(s$sex, s$age)
    W <- tapply(w[ok], mix[ok], sum); m <- tapply((w * s$y)[ok], mix[ok], sum) / W
    r <- ifelse(ok, s$y - m[mix], 0); inside <- ok & s$place %in% h; Wh <- sum(w[inside])
    dh <- sum((w * r)[inside]) / Wh; part <- tapply(w[inside], factor(mix[inside], names(m)), sum)
    z <- inside * (r - dh) / Wh - ifelse(ok, (part / Wh / W)[mix] * r, 0)
    c(sum(part / Wh * m), dh, SE(svytotal(~z, update(d, z = z))))
    2 * pt(-abs((d1 - d2) / SE(svytotal(~I(z1 - z2), d))), degf(subset(d, inside)) - 1)
    p.adjust(p, "holm")
"""

import copy

import duckdb
import numpy as np
import pandas as pd
import pytest
from peil.raking.engine import rake
from peil.raking.margins import prepare_margins
from peil.statistics.case_mix import NOWHERE, MixRows, adjusted, rank_intervals
from peil.statistics.design import Design
from peil.tables.case_mix import _classes
from scipy.optimize import linprog
from scipy.special import ndtr

PLACES = ("p", "q", "r", "s")
# place, expected, difference, se.
R_ROWS = """
p,5.7196315827492619,0.17504683874064142,0.32524557093143741
q,5.7530640807046316,-0.65642027434446859,0.44451009133468555
r,5.7546700353789504,0.12404173030509633,0.43368860138973281
s,5.7474158174333576,0.35686912352106465,0.44894601045199606
"""
R_PAIRS = {(0, 1): 0.18285922963263254, (0, 3): 0.77318940373945466, (2, 3): 0.73577879442699556}


def answers() -> pd.DataFrame:
    i = np.arange(1, 241)
    place = (i * 3) % 11 % 5
    sex, age = np.where(i % 5 < 2, "m", "v"), np.array(["a", "b", "c"])[i % 7 // 3]
    s = pd.DataFrame({"sex": sex, "age": age, "place": place, "base": 1 + (i % 3) / 2,
                      "stratum": np.where(i % 4 == 0, 0, 1)})  # fmt: skip
    known = np.where(place < 4, place + 1, 0)
    s["y"] = 1.0 + (i * 7 + (sex == "m") * 3 + (age == "a") * 2 + known) % 10
    s.loc[i % 13 == 0, "y"] = np.nan
    return s


def design_and_rows() -> tuple[Design, MixRows]:
    s = answers()
    s["cell"] = s.groupby(["stratum", "sex", "age"]).ngroup()
    cells = s.groupby("cell").agg(
        d=("base", "sum"), d2=("base", lambda d: (d**2).sum()), n=("base", "size"),
        sex=("sex", "first"), age=("age", "first"), stratum=("stratum", "first"),
    )  # fmt: skip
    levels = {name: cells[name].to_numpy(dtype=object) for name in ("sex", "age")}
    targets = {"sex": {"m": 450.0, "v": 550.0}, "age": {"a": 420.0, "b": 330.0, "c": 250.0}}
    d = cells["d"].to_numpy()
    margins = prepare_margins(levels, d, cells["n"].to_numpy(dtype=float), targets)
    X = np.column_stack([levels[v] == of for v, wanted in targets.items() for of in wanted])
    X = X.astype(float)
    design = Design(
        factors=rake(d, margins).factors, strata=cells["stratum"].to_numpy(), sum_d=d,
        sum_d2=cells["d2"].to_numpy(), levels=X, inverse=np.linalg.pinv(X.T @ (d[:, None] * X)),
        n_units=np.bincount(s["stratum"]).astype(float), correction=np.ones(2),
    )  # fmt: skip
    answered = s.dropna(subset="y").assign(
        area=lambda t: np.where(t["place"] < 4, t["place"], NOWHERE),
        mix=lambda t: t.groupby(["sex", "age"]).ngroup(),
        d2=lambda t: t["base"] ** 2, dy=lambda t: t["base"] * t["y"],
        d2y=lambda t: t["base"] ** 2 * t["y"], d2yy=lambda t: (t["base"] * t["y"]) ** 2,
    )  # fmt: skip
    rows = answered.groupby(["area", "cell", "mix"], as_index=False).agg(
        n=("y", "size"), d=("base", "sum"), d2=("d2", "sum"), dy=("dy", "sum"),
        d2y=("d2y", "sum"), d2yy=("d2yy", "sum"),
    )  # fmt: skip
    return design, MixRows(*(rows[name].to_numpy() for name in rows))


def test_expected_figures_differences_and_errors_equal_r():
    found = adjusted(*design_and_rows())
    for i, row in enumerate(R_ROWS.split()):
        name, *numbers = row.split(",")
        assert name == PLACES[i]
        ours = (found.expected[i], found.difference[i], found.se[i])
        assert ours == pytest.approx([float(x) for x in numbers], rel=1e-8)
    for (a, b), p in R_PAIRS.items():
        assert found.pair_p[a, b] == pytest.approx(p, rel=1e-8)


def test_a_municipality_with_other_people_and_the_same_answers_is_as_expected():
    """Everybody answers as their class: directly the places differ, adjusted they do not."""
    design, rows = design_and_rows()
    y = rows.mix + 1.0
    rows = MixRows(
        rows.area, rows.cell, rows.mix, rows.n, rows.sum_d, rows.sum_d2, rows.sum_d * y,
        rows.sum_d2 * y, rows.sum_d2 * y**2,
    )  # fmt: skip
    found = adjusted(design, rows)
    assert np.abs(found.difference).max() < 1e-12
    assert np.ptp(found.expected) > 0.01


def test_ranks_follow_holm_over_all_pairs():
    """R: p.adjust(c(.001, .02, .004, .03, .2, .6), "holm") is .006, .08, .02, .09, .4, .6."""
    pair_p = np.ones((4, 4))
    pair_p[np.triu_indices(4, 1)] = [0.001, 0.02, 0.004, 0.03, 0.2, 0.6]
    low, high = rank_intervals(np.array([4.0, 1.0, 3.0, 2.0]), pair_p, 0.95)
    # Only 0 over 1 and 0 over 3 are certain.
    assert (list(low), list(high)) == ([1, 2, 1, 2], [2, 4, 4, 4])


def test_ranks_hold_together_in_95_of_100_surveys():
    """400 draws of 20 areas of which some are equal: every true rank lies in its interval."""
    rng = np.random.default_rng(8)
    truth = np.repeat([0.0, 0.1, 0.25, 0.6], 5)
    se, held = 0.1, 0
    for _ in range(400):
        figure = rng.normal(truth, se)
        z = np.abs(figure[:, None] - figure[None, :]) / (se * np.sqrt(2))
        low, high = rank_intervals(figure, 2 * ndtr(-z), 0.95)
        best = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
        worst = 20 - (truth[None, :] < truth[:, None]).sum(axis=1)
        held += bool(np.all(low <= best) and np.all(high >= worst))
    assert held / 400 >= 0.95
    assert (high - low).mean() < 16, "intervals say something"


def test_small_classes_are_one_class():
    of = pd.DataFrame({"cell_key": ["a", "b", "c", "d", "a"], "n": [60, 20, 40, 80, 10]})
    assert list(_classes(of, 50)) == list(_classes(of.assign(n=[60, 20, 35, 80, 10]), 50))
    found = _classes(of, 50)
    assert found[1] == found[2]
    assert len(set(found)) == 3
    alone = _classes(of.assign(n=[60, 20, 70, 80, 10]), 50)
    assert alone[1] == alone[0], "what stays under the least joins the smallest"


MIN_CELL, MIN_BASE = 5, 50
KEYS = ["question_code", "statistic", "option_code"]
# Who answered a headline share of the demo, per municipality (withheld ones too) and raking cell.
ANSWERED = """
    select measures.question_code, measures.statistic,
        coalesce(measures.option_code, '') as option_code, points.segment_value,
        suppression.withheld_reason is not null as is_hidden, cells.cell_key,
        sum(counts.n_answers) as n, sum(counts.sum_dy) as yes,
        sum(factors.factor * counts.sum_d) as w, sum(factors.factor * counts.sum_dy) as wy,
    from estimates.est_points as points
    inner join estimates.est_measures as measures using (survey_code, measure_id)
    inner join codebook.questions as questions using (survey_code, question_code)
    inner join codebook.weighting_schemes as schemes using (survey_code, scheme_code)
    inner join estimates.est_suppression as suppression using (point_id)
    inner join estimates.est_domain_cells as counts using (domain_id, measure_id)
    inner join estimates.est_cells as cells using (cell_id)
    inner join weighted.wgt_raking_factors as factors
        on cells.scheme_code = factors.scheme_code and cells.wave_code = factors.wave_code
        and cells.group_value = factors.group_value and cells.cell_key = factors.cell_key
    where schemes.is_default and measures.statistic = questions.headline_statistic
        and points.segment_code in ('total', 'municipality')
        and measures.kind in ('range', 'option') and points.survey_code = 'omnichannel'
    group by all
"""
COMPARED = """
    select question_code, statistic, coalesce(option_code, '') as option_code, segment_value,
        expected
    from marts.municipal_comparison where survey_code = 'omnichannel'
"""


class Reader:
    """Somebody who holds every published share and, which nobody does, the mix of every area.

    Unknown are the weighted people who gave the answer, per area and class; linear programmes say
    how far those may go. People in no area are an area 'rest'.
    """

    def __init__(self, of: pd.DataFrame):
        whole = of[of["segment_value"] == "total"]
        mix = pd.Series(_classes(whole, MIN_BASE), whole["cell_key"])
        sums = (
            of.assign(mix=of["cell_key"].map(mix))
            .groupby(["segment_value", "mix"])[["n", "yes", "w", "wy"]]
            .sum()
        )
        self.classes = sums.loc["total"]
        areas = sums.drop(index="total", level="segment_value")
        self.n = areas["n"].groupby("segment_value").sum()
        self.hidden = sorted(set(of[of["is_hidden"]]["segment_value"]))
        self.w, self.truth = (areas[name].unstack(fill_value=0.0) for name in ("w", "wy"))
        for table, name in ((self.w, "w"), (self.truth, "wy")):
            table.loc["rest"] = (self.classes[name] - table.sum()).clip(lower=0.0)
        self.rows: list[np.ndarray] = []
        self.values: list[float] = []
        self.halves: list[float] = []
        for area in self.n.index.difference(self.hidden):
            self.know(self.share_of(area), 0.0005)
        self.know(np.ones(self.w.shape) / self.w.to_numpy().sum(), 0.0005)

    def share_of(self, area: str) -> np.ndarray:
        return np.outer(self.w.index == area, np.ones(self.w.shape[1])) / self.w.loc[area].sum()

    def class_of(self, mix: int) -> np.ndarray:
        inside = np.outer(np.ones(self.w.shape[0]), self.w.columns == mix)
        return inside / self.classes.loc[mix, "w"]

    def expected_of(self, area: str) -> np.ndarray:
        parts = self.w.loc[area] / self.w.loc[area].sum()
        return sum(part * self.class_of(mix) for mix, part in parts.items())

    def know(self, row: np.ndarray, half: float, value: float | None = None) -> None:
        self.rows.append(row.ravel())
        self.values.append((row * self.truth.to_numpy()).sum() if value is None else value)
        self.halves.append(half + 1e-9)

    def room(self, goal: np.ndarray) -> float:
        """How far this share may go by all that is known."""
        rows, values, halves = map(np.array, (self.rows, self.values, self.halves))
        upper = self.w.to_numpy().ravel()
        ends = [
            linprog(sign * goal.ravel(), np.vstack([rows, -rows]),
                    np.concatenate([values + halves, halves - values]),
                    bounds=np.column_stack([0 * upper, upper]))
            for sign in (1, -1)
        ]  # fmt: skip
        assert [end.status for end in ends] == [0, 0]
        return -ends[1].fun - ends[0].fun


@pytest.fixture(scope="module")
def shares(demo) -> list[tuple[Reader, pd.Series]]:
    """Per headline share a reader, and what every published area is expected to be."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        answered = connection.sql(ANSWERED).df()
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        compared = dict(list(connection.sql(COMPARED).df().groupby(KEYS)))
    return [
        (Reader(of), compared[key].set_index("segment_value")["expected"])
        for key, of in answered.groupby(KEYS)
        if key in compared
    ]


def rooms_of_small_classes(shares, half: float, *, is_published: bool) -> list[float]:
    """People by which the answers of a class of whom a few gave, or did not give, it may vary."""
    found = []
    for reader, expected in shares:
        n, yes = reader.classes["n"], reader.classes["yes"]
        few = np.minimum(yes, n - yes).between(1, MIN_CELL - 1)
        reader = copy.deepcopy(reader)
        for area, value in expected.items():
            reader.know(reader.expected_of(area), half, value if is_published else None)
        found += [reader.room(reader.class_of(mix)) * n[mix] for mix in n.index[few]]
    return found


def test_no_class_of_few_people_is_solved_from_what_areas_are_expected_to_be(shares):
    rooms = rooms_of_small_classes(shares, 0.005, is_published=True)
    assert len(rooms) >= 5
    assert min(rooms) >= MIN_CELL


def test_with_the_digits_of_other_shares_classes_of_few_people_are_solved(shares):
    assert min(rooms_of_small_classes(shares, 0.0005, is_published=False)) < MIN_CELL


def test_a_comparison_tells_nothing_of_a_withheld_municipality(shares):
    """It may be what it may be without the table; were it in the table, it would be solved."""
    solved = []
    for reader, expected in shares:
        with_table = copy.deepcopy(reader)
        for area, value in expected.items():
            with_table.know(with_table.expected_of(area), 0.005, value)
        for area in reader.hidden[:1]:
            goal = reader.share_of(area)
            alone, beside = (of.room(goal) * reader.n[area] for of in (reader, with_table))
            assert beside > alone - 0.5, (area, alone, beside)
            with_table.know(goal - reader.expected_of(area), 0.005)
            solved.append((alone, with_table.room(goal) * reader.n[area]))
    assert len(solved) >= 5
    assert sum(alone >= MIN_CELL > known for alone, known in solved) >= 5
