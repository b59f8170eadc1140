"""`peil recompute`: the counts behind a published figure, and the R script that makes it of them.

`by_hand` does what the script says, person by person and without Peil: R survey's calibrate(calfun
= "raking"), svymean on a subset and SE, with survey.lonely.psu = "adjust". Where R is installed the
script itself runs. Numbers are those of the working database, before rounding.
"""

import functools
import json
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import AWKWARD, make_awkward, options, peil, places_in
from made_once import copy_of
from peil.crosstabs.result import Rounding
from peil.errors import InputError
from peil.recompute.arithmetic import factors, recomputed
from peil.recompute.cells import Cells
from peil.recompute.figures import find_figure
from peil.recompute.files import write_pack
from peil.recompute.shown import refuse_unsafe, rounded_counts, shown_cells
from peil.settings import Places
from scipy.optimize import linprog

RSCRIPT = shutil.which("Rscript")
WITH_SURVEY = [str(RSCRIPT), "-e", "library(survey)"]


@functools.cache
def has_r() -> bool:
    return bool(RSCRIPT) and not subprocess.run(WITH_SURVEY, capture_output=True).returncode


SURVEY = "Dorpen & kernen"
# Weights as given, base weights that vary, weighting groups, strata with a finite population,
# clusters, a group that shares people, crossed groups, a net score, several answers at once.
FIGURES = (
    f"{SURVEY}/ronde Z/score/average/allen=total/zoals-gegeven",
    f"{SURVEY}/ronde Z/score/average/allen=total/raking",
    f"{SURVEY}/ronde A/score/saldo/allen=total/raking",
    f"{SURVEY}/ronde A/media/aandeel=krant/sekse=V/raking",
    f"{SURVEY}/ronde Z/score/top3/bronnen=krant/raking",
    f"{SURVEY}/ronde Z/score/average/sekse x aanbod=V*total/per aanbod",
    f"{SURVEY}/ronde A/oordeel/gemiddeld/sekse=V/aandelen",
    f"{SURVEY}/ronde A/score/average/allen=total/Steekproef",
    f"{SURVEY}/ronde Z/score/top3/aanbod=total/trossen",
    "leden/Najaar/sterren/gem./allen=total/opgehoogd",
)
MEMBERS = "leden/Najaar/sterren/hoog/allen=total/ruw"


@pytest.fixture(scope="module")
def awkward(tmp_path_factory) -> Places:
    folder = tmp_path_factory.mktemp("recomputed")
    copy_of(tmp_path_factory, "awkward", make_awkward, folder)
    return places_in(folder, seeds=AWKWARD / "seeds")


def run(places: Places, *arguments: str) -> subprocess.CompletedProcess:
    return peil("recompute", *arguments, *options(places))


def unrounded(places: Places, code: str) -> tuple[float, float]:
    """Estimate and error of a figure before rounding, and clustered where clusters are the unit."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select figures.estimate, figures.se,
            from marts.estimates as published
            inner join estimates.est_measures as measures
                on published.question_code = measures.question_code
                and published.statistic = measures.statistic
                and published.option_code is not distinct from measures.option_code
            inner join estimates.est_estimates as figures
                on measures.measure_id = figures.measure_id
                and published.wave_code = figures.wave_code
                and published.weighting_scheme = figures.scheme_code
                and published.segment_code = figures.segment_code
                and published.segment_value = figures.segment_value
                and published.second_segment_value is not distinct from figures.second_segment_value
            where published.figure_code = ?
            """,
            [code],
        ).fetchall()
    assert len(rows) == 1
    return rows[0]


def by_hand(folder: Path) -> tuple[float, float]:
    """The script in numpy, a row per person: Newton on the margins, residuals, strata."""
    (counts,) = folder.glob("*cells.csv")
    cells = pd.read_csv(counts, dtype={"stratum": str, "unit": str})
    people = cells.loc[cells.index.repeat(cells["n"])].reset_index(drop=True)
    inside, d = people["in_figure"] == 1, people["base_weight"].to_numpy()
    y, w = np.where(inside, people["y"], 0.0), d.copy()
    x = np.zeros((len(people), 0))
    if (folder / "margins.csv").exists():
        margins = pd.read_csv(folder / "margins.csv")
        kept = margins[margins["in_formula"] == 1]
        x = people[kept["column"]].to_numpy(dtype=float)
        shift = np.zeros(x.shape[1])
        for _ in range(60):
            w = d * np.exp(x @ shift)
            shift += np.linalg.solve(x.T @ (w[:, None] * x), kept["total"].to_numpy() - x.T @ w)
        w = people["weight"].to_numpy() if "weight" in people else d * np.exp(x @ shift)
    size = w[inside].sum()
    estimate = (w * y)[inside].sum() / size
    e = np.where(inside, y - estimate, 0) / size
    if x.shape[1]:
        root = np.sqrt(d)
        e = e - x @ np.linalg.lstsq(root[:, None] * x, root * e, rcond=None)[0]
    units = people["unit"] if "unit" in people else pd.Series(range(len(people)))
    totals = (w * pd.Series(e)).groupby([people["stratum"], units]).sum()
    fraction = people.groupby("stratum")["fraction"].first() if "fraction" in people else 0.0
    of = totals.groupby("stratum")
    n = of.size()
    centre = of.transform("mean").where(of.transform("size") > 1, 0)
    squares = ((totals - centre) ** 2).groupby("stratum").sum()
    scale = (n / (n - 1)).where(n > 1, 1.0)
    return float(estimate), float(np.sqrt(((1 - fraction) * scale * squares).sum()))


def by_r(folder: Path) -> tuple[float, float]:
    done = subprocess.run(
        [str(RSCRIPT), "recompute.R"], cwd=folder, capture_output=True, text=True, check=True
    )
    estimate, se = done.stdout.split()[-2:]
    return float(estimate), float(se)


@pytest.mark.parametrize("code", FIGURES)
def test_the_exact_counts_give_the_figure_of_the_warehouse(awkward, tmp_path, code):
    done = run(awkward, code, "--exact", "--out", str(tmp_path / "pack"))
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "pack"
    assert by_hand(folder) == pytest.approx(unrounded(awkward, code), rel=1e-8)
    assert len((folder / "recompute.R").read_text().splitlines()) <= 25
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    if not has_r():
        pytest.skip("R with package survey is not installed: the script itself was not run.")
    assert by_r(folder) == pytest.approx(unrounded(awkward, code), rel=1e-7)


def test_counts_that_may_be_shown_give_the_figure_as_published(awkward, tmp_path):
    done = run(awkward, MEMBERS, "--out", str(tmp_path / "pack"))
    assert done.returncode == 0, done.stderr
    about = json.loads((tmp_path / "pack" / "figure.json").read_text())
    estimate, se = by_hand(tmp_path / "pack")
    assert (round(estimate, 3), about["is_exact"]) == (about["estimate"], False)
    assert se == pytest.approx(about["se"], abs=0.0015)


def test_a_wave_that_is_purged_leaves_every_pack(awkward, tmp_path):
    code = "leden/Najaar/sterren/gem./allen=total/ruw"
    places = replace(awkward, warehouse=tmp_path / "peil.duckdb", inbox=tmp_path / "inbox")
    shutil.copy(awkward.warehouse, places.warehouse)
    places = replace(places, published=tmp_path / "published")
    shutil.copytree(awkward.published, places.published, symlinks=True)
    places.inbox.mkdir()
    done = run(places, code, "--exact", "--out", str(tmp_path / "pack"))
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "pack").glob("*.cells.csv"))
    done = peil("purge", "--wave", "Najaar", *options(places))
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "pack").glob("*.cells.csv"))


REFUSED = {
    f"{SURVEY}/ronde Z/scor/average/allen=total/raking": "no figure has 'scor' (like score",
    f"{SURVEY}/ronde Z/score/average/sekse/raking": "figures; give one of their codes",
    "vervoer/average/raking": "there is no such figure. With 'vervoer' there are",
    f"{SURVEY}/ronde Z/score/average/allen=total/raking": "base weights differ from person",
    f"{SURVEY}/ronde Z/score/top3/aanbod=total/trossen": "clusters are its units",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_shown_is_refused_with_the_reason(awkward, tmp_path, code):
    done = run(awkward, code, "--out", str(tmp_path / "pack"))
    assert done.returncode == 2
    assert REFUSED[code] in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_withheld_figure_is_refused(awkward, tmp_path):
    shutil.copy(awkward.warehouse, tmp_path / "peil.duckdb")
    with duckdb.connect(str(tmp_path / "peil.duckdb")) as connection:
        assert find_figure(connection, MEMBERS)["figure_code"] == MEMBERS
        connection.execute(
            "update marts.estimates set is_withheld = true, withheld_reason = 'small_base' "
            "where figure_code = ?",
            [MEMBERS],
        )
        with pytest.raises(InputError, match=r"withheld \(small_base"):
            find_figure(connection, MEMBERS)


def test_a_folder_with_other_files_is_left_alone(awkward, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    done = run(awkward, MEMBERS, "--out", str(tmp_path))
    assert (done.returncode, "left alone" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


# ---------- counts that may be shown


def random_cells(rng: np.random.Generator, n: int, values: int) -> Cells:
    """A group of two raking margins and answers 1 to `values`, and people outside it."""
    person = pd.DataFrame({
        "sex": rng.integers(0, 2, n), "age": rng.integers(0, 3, n),
        "y": rng.integers(1, values + 1, n).astype(float), "in_figure": rng.random(n) < 0.7,
    })  # fmt: skip
    person.loc[~person["in_figure"], "y"] = np.nan
    names = [("sex", 0), ("sex", 1), ("age", 0), ("age", 1), ("age", 2)]
    for i, (variable, level) in enumerate(names):
        person[f"m{i + 1}"] = (person[variable] == level).astype(int)
    person["people_key"] = rng.integers(0, 2**63, n, dtype=np.uint64)
    person = person.assign(stratum="all", unit="", base_weight=10.0, weight=10.0, fraction=0.0)
    person["answer"] = person["y"].map(lambda y: "" if np.isnan(y) else f"{y:g}")
    alike = [name for name in person if name not in ("people_key", "sex", "age")]
    counts = person.groupby(alike, dropna=False, as_index=False).agg(
        n=("people_key", "size"), people_key=("people_key", np.bitwise_xor.reduce)
    )  # fmt: skip
    margins = pd.DataFrame({
        "column": [f"m{i + 1}" for i in range(5)], "group_value": "all",
        "attribute_code": [variable for variable, _ in names],
        "level_code": [str(level) for _, level in names], "is_known": True,
        "total": [0.52 * 10 * n, 0.48 * 10 * n, 0.3 * 10 * n, 0.3 * 10 * n, 0.4 * 10 * n],
    })  # fmt: skip
    return Cells(counts, margins, is_calibrated=True, by_cluster=False, is_bounded=False)


ROWS = [{"quantity": "mean", "method": "decimals", "digits": 2},
        {"quantity": "share", "method": "decimals", "digits": 3}]  # fmt: skip


class Asked:
    language, wave_label = "en", "wave"
    scheme, survey = {"label_en": "bounded"}, {"is_simulated": True}
    thresholds = {"min_cell_n": 5, "small_base_n": 50}  # noqa: RUF012


def figure_of(cells: Cells) -> dict:
    estimate, se = recomputed(cells)
    n = int(cells.counts.loc[cells.counts["in_figure"], "n"].sum())
    return {"figure_code": "a figure", "kind": "mean", "estimate": round(estimate, 2),
            "se": round(se, 2), "n_answers": n, "is_from_earlier_release": False}  # fmt: skip


def shown(cells: Cells) -> Cells:
    rounding = Rounding(ROWS, Asked.thresholds)
    return shown_cells(cells, figure_of(cells), Asked, rounding)


def test_shown_counts_give_the_figure_and_its_base():
    for seed in range(5):
        cells = random_cells(np.random.default_rng(seed), 900, 10)
        figure, made = figure_of(cells), shown(cells)
        estimate, se = recomputed(made)
        assert round(estimate, 2) == figure["estimate"]
        assert abs(se - figure["se"]) <= 0.015
        assert made.counts.loc[made.counts["in_figure"], "n"].sum() == figure["n_answers"]


def test_shown_counts_follow_the_rounded_ones_and_the_published_figure_only():
    """Two samples that round to the same counts and have the same figure give the same pack."""
    cells = random_cells(np.random.default_rng(3), 900, 10)
    counts = cells.counts.copy()
    rounded = rounded_counts(counts["n"].to_numpy(), counts["people_key"].to_numpy(), 5)
    other = replace(cells, counts=counts.assign(n=rounded, people_key=np.uint64(0)))
    rounding = Rounding(ROWS, Asked.thresholds)
    figure = figure_of(cells)
    one, two = (shown_cells(c, figure, Asked, rounding).counts for c in (cells, other))
    pd.testing.assert_frame_equal(one, two)


def test_rounded_counts_are_neighbouring_multiples_and_right_on_average():
    rng = np.random.default_rng(1)
    for n in (0, 1, 3, 4, 5, 12):
        key = rng.integers(0, 2**63, 20_000, dtype=np.uint64)
        found = rounded_counts(np.full(20_000, n), key, 5)
        assert set(found) <= {n // 5 * 5, n // 5 * 5 + (5 if n % 5 else 0)}
        assert found.mean() == pytest.approx(n, abs=0.08)
    again = rounded_counts(np.array([3, 3]), np.array([7, 7], dtype=np.uint64), 5)
    assert again[0] == again[1], "the same people are the same count in every pack"


def recoverable_counts(n: np.ndarray, base: int, key: np.ndarray) -> int:
    """How many of the counts below the base a reader of all packs knows for sure.

    Packs of every group and of the total: the rows are groups, the columns raking cell by answer.
    Each rounded count bounds what it was made of; groups add up to the total.
    """
    total = rounded_counts(n.sum(axis=0), np.bitwise_xor.reduce(key, axis=0), base)
    own = rounded_counts(n, key, base)
    reach = base - 1 if base > 1 else 0
    known = 0
    for j in range(n.shape[1]):
        low, high = np.maximum(own[:, j] - reach, 0), own[:, j] + reach
        rows = np.vstack([np.ones(len(n)), -np.ones(len(n))])
        ends = [total[j] + reach, -max(total[j] - reach, 0)]
        for i in np.flatnonzero((n[:, j] > 0) & (n[:, j] < 5)):
            goal = np.eye(len(n))[i]
            least, most = (
                linprog(sign * goal, rows, ends, bounds=list(zip(low, high, strict=True))).fun
                for sign in (1, -1)
            )
            known += round(least) == round(-most)
    return known


def test_packs_of_all_groups_together_tell_no_small_count():
    rng = np.random.default_rng(11)
    n = rng.poisson(3, (4, 60))
    key = rng.integers(0, 2**63, n.shape, dtype=np.uint64)
    assert recoverable_counts(n, 5, key) == 0
    assert recoverable_counts(n, 1, key) > 100, "with the rule switched off the attack succeeds"


def test_too_small_counts_are_refused():
    with pytest.raises(InputError, match="so small that rounded"):
        for seed in range(30):
            shown(random_cells(np.random.default_rng(seed), 40, 10))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_from_earlier_release": True}, "of an earlier release"),
        ({"is_bounded": True}, "within bounds"),
    ],
)
def test_counts_that_would_tell_of_people_are_refused(change, reason):
    cells = random_cells(np.random.default_rng(1), 100, 3)
    figure = figure_of(cells) | {k: v for k, v in change.items() if k in figure_of(cells)}
    cells = replace(cells, is_bounded=change.get("is_bounded", False))
    with duckdb.connect() as connection, pytest.raises(InputError, match=reason):
        refuse_unsafe(connection, figure, cells)


def test_bounded_weights_have_a_script_of_their_own(tmp_path):
    """R's calibrate() has no bounds with raking: the error of the residuals is written out."""
    cells = random_cells(np.random.default_rng(5), 300, 5)
    weight = np.clip(factors(cells), 0.97, 1.1) * cells.counts["base_weight"]
    cells = replace(cells, counts=cells.counts.assign(weight=weight), is_bounded=True)
    labels = ("question_label_en", "statistic_label_en", "option_label_en", "segment_label_en")
    names = {"survey_code": "s", "wave_code": "w", **dict.fromkeys(labels, "a label")}
    write_pack(tmp_path / "pack", figure_of(cells) | names, Asked, cells, is_exact=True)
    assert len((tmp_path / "pack" / "recompute.R").read_text().splitlines()) <= 25
    assert by_hand(tmp_path / "pack") == pytest.approx(recomputed(cells), rel=1e-9)
    if has_r():
        assert by_r(tmp_path / "pack") == pytest.approx(recomputed(cells), rel=1e-9)
