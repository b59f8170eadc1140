"""Margins given as shares: groups take their size from the base weights, or are refused.

The R calls stand in test_weighting_in_the_warehouse.py, which reads them in a night.
"""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import here
from peil.errors import RakingError
from peil.raking.shares import Sample, size_shares
from peil.tables.groups import raking_factors
from peil.tables.merges import MergeTables, planned_merges
from small_survey import REFERENCE, rows_of
from test_raking_groups import CELLS, tables

SHARES = {
    ("noord", "man"): 0.45, ("noord", "vrouw"): 0.55,
    ("zuid", "man"): 0.7, ("zuid", "vrouw"): 0.3,
}  # fmt: skip
SIZES = {"noord": 60.774, "zuid": 183.556}
R = {
    "total": (7.3064369025162623, 0.2205607637535871),
    "noord": (7.213756102089353, 0.26998461261319062),
    "zuid": (7.3363493610377022, 0.27846566792850458),
}
BOTH = {"a": Sample(200, 300.0), "b": Sample(150, 900.0)}


def heavier_zuid():
    """The reference rows with base weights that say that zuid is four times as large."""
    rows = rows_of(REFERENCE / "small_survey.csv")
    for row in rows:
        if row["region"] == "zuid":
            row["base_weight"] = f"{4 * float(row['base_weight']):.3f}"
    return rows


def sized(*sums, samples=BOTH, **options):
    """Targets of groups a, b, ... of one variable that sum to these numbers."""
    names = "ab"[: len(sums)]
    given = {
        name: {"sex": {"m": total * 0.4, "v": total * 0.6}}
        for name, total in zip(names, sums, strict=True)
    }
    return size_shares(
        given, {g: samples[g] for g in names}, **{"has_base_weights": True, **options}
    )


def rake_shares(tmp_path, *arguments):
    data, margins = tmp_path / "data.csv", tmp_path / "margins.csv"
    pd.DataFrame(heavier_zuid()).to_csv(data, index=False)
    rows = [f"{group},sex,{level},{share}" for (group, level), share in SHARES.items()]
    margins.write_text("\n".join(["group,variable,level,total", *rows]) + "\n")
    out, report = tmp_path / "out.csv", tmp_path / "report.json"
    run = here(
        "rake", "--data", data, "--margins", margins, "--out", out, "--group", "region",
        "--diagnostics", report, *arguments,
    )  # fmt: skip
    return run, out, report


def test_rake_sizes_groups_by_their_base_weights_and_says_so(tmp_path):
    run, out, report = rake_shares(tmp_path, "--base-weight", "base_weight")
    assert run.returncode == 0, run.stderr
    assert "Note: the margins per group are shares" in run.stdout
    rows = pd.read_csv(out)
    assert rows.groupby("region")["weight"].sum().to_dict() == pytest.approx(SIZES)
    graded = rows.dropna(subset="grade")
    assert np.average(graded["grade"], weights=graded["weight"]) == pytest.approx(R["total"][0])
    flags = {group["margin_flag"] for group in json.loads(report.read_text())}
    assert flags == {"shares_per_group"}


def test_rake_refuses_shares_of_groups_without_base_weights(tmp_path):
    run, out, _ = rake_shares(tmp_path)
    assert run.returncode == 4
    assert "would follow the number of respondents. Give population totals per group" in run.stderr
    assert not out.exists()


def test_shares_of_one_group_sum_to_its_base_weights():
    """d sums to 60 over 10 respondents: half is 30, whatever n is."""
    heavy = CELLS.assign(sum_d=[36.0, 24.0])
    targets = {("noord", "m"): 0.5, ("noord", "v"): 0.5}
    raked = raking_factors(tables(heavy, targets))
    assert (raked["factor"] * [36, 24]).tolist() == pytest.approx([30, 30])
    assert raked["margin_flag"].tolist() == ["scaled_shares"] * 2
    totals = raking_factors(tables(heavy, {("noord", "m"): 50, ("noord", "v"): 50}))
    assert totals["margin_flag"].isna().all()


def test_two_groups_of_a_scheme_take_their_base_weights_or_are_refused():
    cells = pd.concat([CELLS.assign(sum_d=[12.0, 8.0]), CELLS.assign(group_value="zuid")])
    targets = {(group, level): 0.5 for group in ("noord", "zuid") for level in ("m", "v")}
    raked = raking_factors(tables(cells, targets))
    totals = (raked["factor"] * cells["sum_d"].to_numpy()).groupby(raked["group_value"]).sum()
    assert totals.to_dict() == pytest.approx({"noord": 20, "zuid": 10})
    assert set(raked["margin_flag"]) == {"shares_per_group"}
    unit = cells.assign(sum_d=cells["n_respondents"].astype(float))
    with pytest.raises(RakingError, match=r"scheme s, wave 2024, the margins of several groups"):
        raking_factors(tables(unit, targets))
    with pytest.raises(RakingError, match="target_scope whole needs the size of each group"):
        raking_factors(tables(cells, targets, target_scope="whole"))


@pytest.mark.parametrize("total", [0.95, 0.999, 1.02, 1.05, 1 + 2e-6])
@pytest.mark.parametrize("n_groups", [1, 2])
def test_sums_that_are_nearly_1_are_neither_shares_nor_totals(total, n_groups):
    shown = f"{total:,.6g}".replace(".", r"\.")
    with pytest.raises(
        RakingError,
        match=rf"margin sex: the targets sum to {shown}.*looks like shares but is not 1",
    ):
        sized(*[1, total][-n_groups:])


@pytest.mark.parametrize("total", [99, 101.5])
def test_sums_that_are_nearly_100_percent_are_refused_in_a_larger_sample(total):
    with pytest.raises(RakingError, match="looks like percentages but is not 100"):
        sized(total)
    assert sized(total, samples={"a": Sample(40, 40.0)}).flag is None


def test_percentages_are_shares_and_in_small_groups_a_riddle():
    scaled = sized(100, 100)
    assert scaled.flag == "shares_per_group"
    assert scaled.targets["b"]["sex"] == pytest.approx({"m": 360, "v": 540})
    few = {"a": Sample(40, 80.0), "b": Sample(60, 90.0)}
    with pytest.raises(RakingError, match="percentages, or 100 people each"):
        sized(100, 100, samples=few)
    assert sized(100, samples=few).targets["a"]["sex"] == {"m": 40, "v": 60}


def test_shares_beside_totals_are_refused():
    with pytest.raises(
        RakingError, match=r"margin sex of group 'a' sums to 1; .*'b' sums to 5,000"
    ):
        sized(1, 5000)


def test_totals_are_left_as_they_are():
    assert sized(14.2, 5000).flag is None
    assert sized(14.2, 5000).targets["a"]["sex"] == {"m": 14.2 * 0.4, "v": 14.2 * 0.6}


def test_groups_with_shares_are_not_weighted_together():
    counts = pd.DataFrame(
        [(group, level, n, 0.5) for group, n in (("a", 3), ("b", 90)) for level in "mv"],
        columns=["group_value", "level_code", "n_respondents", "target"],
    ).assign(
        scheme_code="s", wave_code="w", attribute_code="sex", is_known=True,
        first_attribute_code="sex", first_level_code=lambda rows: rows["level_code"],
        second_attribute_code=None, second_level_code=None,
    )  # fmt: skip
    scheme = {"scheme_code": "s", "min_group_n": 50, "rest_group": "rest", "min_level_n": None}
    ladders = pd.DataFrame(
        columns=[
            "scheme_code",
            "attribute_code",
            "level_code",
            "neighbour_level_code",
            "sort_order",
        ]
    )
    known = pd.DataFrame(columns=["attribute_code", "level_code", "sort_order"])
    merge = MergeTables(
        counts, pd.DataFrame([{**scheme, "target_scope": "group"}]), ladders, known, 1
    )
    with pytest.raises(RakingError, match=r"group 'a' \(6 respondents\) .* shares per group"):
        planned_merges(merge)
