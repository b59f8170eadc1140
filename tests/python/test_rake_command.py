"""`peil rake` and scripts/peil/rake_files/command.py: any file, without a survey or a warehouse."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import here, peil
from peil.errors import RakingError
from peil.rake_files.files import check_on_respondents
from peil.raking import Margin
from peil.settings import PROJECT

REFERENCE = PROJECT / "tests" / "python" / "reference"
MARGINS = """variable,level,total
sex,man,2450
sex,vrouw,2550
age,18-39,1700
age,40-64,2000
age,65+,1300
"""


@pytest.fixture
def margins(tmp_path):
    path = tmp_path / "margins.csv"
    path.write_text(MARGINS)
    return path


def test_a_file_is_raked_like_r_and_keeps_its_rows(tmp_path, margins):
    out, report = tmp_path / "out.csv", tmp_path / "report.json"
    data = REFERENCE / "small_survey.csv"
    run = peil(
        "rake", "--data", data, "--margins", margins, "--base-weight", "base_weight",
        "--out", out, "--diagnostics", report,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    raked, survey = pd.read_csv(out, dtype=str), pd.read_csv(data, dtype=str)
    pd.testing.assert_frame_equal(raked.drop(columns="weight"), survey)
    r = pd.read_csv(REFERENCE / "small_weights.csv").query("design == 'weighted'")["weight"]
    assert raked["weight"].astype(float).to_numpy() == pytest.approx(r.to_numpy(), rel=1e-9)
    (diagnostics,) = json.loads(report.read_text())
    assert diagnostics["max_margin_error"] <= 1e-10
    weights = raked["weight"].astype(float)
    assert diagnostics["n_effective"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert len(diagnostics["margins"]) == 5
    for margin in diagnostics["margins"]:
        assert margin["achieved"] == pytest.approx(margin["target"], rel=1e-9)
    assert "sex = vrouw" in run.stdout


def test_groups_are_raked_to_their_own_margins_from_parquet(tmp_path):
    survey = pd.read_csv(REFERENCE / "small_survey.csv", dtype=str)
    data, out = tmp_path / "survey.parquet", tmp_path / "out.parquet"
    survey.to_parquet(data)
    margins = tmp_path / "margins.csv"
    margins.write_text(
        "group,variable,level,total\nnoord,sex,man,10\nnoord,sex,vrouw,30\n"
        "zuid,sex,man,45\nzuid,sex,vrouw,15\n"
    )
    run = peil(
        "rake", "--data", data, "--margins", margins, "--group", "region", "--out", out
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    sums = pd.read_parquet(out).groupby(["region", "sex"])["weight"].sum()
    assert sums.to_dict() == pytest.approx(
        {("noord", "man"): 10, ("noord", "vrouw"): 30, ("zuid", "man"): 45, ("zuid", "vrouw"): 15}
    )


@pytest.mark.parametrize(
    ("margins_text", "arguments", "message"),
    [
        (MARGINS.replace("total", "totaal"), [], "column 'total' is missing"),
        (MARGINS.replace("2450", "veel"), [], "row 2, column total: 'veel' is not a number"),
        (MARGINS.replace("2450", "2.450,0"), [], "line 2: 4 cells where the header has 3"),
        (MARGINS + "sex,man,1\n", [], "level 'man' of sex stands there twice"),
        (MARGINS.replace("sex,", "gender,"), [], "column 'gender' is missing (--margins names it)"),
        (MARGINS.replace("65+", "70+"), [], "level '70+' has target 1,300 but no respondents"),
        (MARGINS.replace("2550", "2551"), [], "look rounded: they sum to sex 5,001, age 5,000"),
        (MARGINS.replace("2550", "2950"), [], "sum to different totals"),
        (MARGINS, ["--base-weight", "grade"], "base weight 'grade' is missing, 0, negative"),
        (MARGINS, ["--upper", "1.01"], "reachable"),
        (MARGINS, ["--group", "region"], "column 'group' is missing"),
    ],
)
def test_input_that_cannot_be_used_is_refused_and_nothing_is_written(
    tmp_path, margins_text, arguments, message
):
    margins, out = tmp_path / "margins.csv", tmp_path / "out.csv"
    margins.write_text(margins_text)
    run = here(
        "rake", "--data", REFERENCE / "small_survey.csv", "--margins", margins,
        "--out", out, *arguments,
    )  # fmt: skip
    assert run.returncode in {2, 4}
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["margins.csv"]


def test_the_script_runs_without_being_installed(tmp_path, margins):
    out = tmp_path / "out.csv"
    run = subprocess.run(
        [
            sys.executable, str(PROJECT / "scripts" / "rake_weights.py"),
            "--data", str(REFERENCE / "small_survey.csv"), "--margins", str(margins),
            "--out", str(out),
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert len(pd.read_csv(out)) == 90


def test_bounds_on_the_weight_hold_for_every_row_and_are_reported(tmp_path, margins):
    """Base weights differ within a cell; the weights without bounds run to 1.9 times their mean."""
    out, report = tmp_path / "out.csv", tmp_path / "report.json"
    run = here(
        "rake", "--data", REFERENCE / "small_survey.csv", "--margins", margins,
        "--base-weight", "base_weight", "--lower", "0.4", "--upper", "1.7", "--bounds-on", "w",
        "--out", out, "--diagnostics", report,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    raked = pd.read_csv(out)
    relative = raked["weight"] / raked["weight"].mean()
    assert relative.min() >= 0.4 - 1e-9
    assert relative.max() <= 1.7 + 1e-9
    assert raked.groupby("sex")["weight"].sum().to_dict() == pytest.approx(
        {"man": 2450, "vrouw": 2550}
    )
    (diagnostics,) = json.loads(report.read_text())
    assert diagnostics["n_at_upper"] == (relative > 1.7 - 1e-9).sum() > 0
    assert diagnostics["deff"] < diagnostics["deff_before_bounds"]
    assert "on the upper" in run.stdout


@pytest.mark.parametrize("bad", ["0", "-2", "nan", "inf", ""])
def test_base_weights_that_are_none_are_named_by_row(tmp_path, margins, bad):
    survey = pd.read_csv(REFERENCE / "small_survey.csv", dtype=str)
    survey.loc[[1, 4], "base_weight"] = bad
    data = tmp_path / "survey.csv"
    survey.to_csv(data, index=False)
    run = here(
        "rake", "--data", data, "--margins", margins, "--base-weight", "base_weight",
        "--out", tmp_path / "out.csv",
    )  # fmt: skip
    assert run.returncode == 4
    assert "for 2 respondents" in run.stderr
    named = "is empty" if not bad else f"'{bad}'"
    assert f"row 2 {named}, row 5 {named}" in run.stderr
    assert not (tmp_path / "out.csv").exists()


def test_weights_are_checked_again_on_the_respondents():
    """A factor lost on the way to the rows: 10 respondents of 'm' sum to 9 of their 10."""
    margin = Margin("sex", ("m", "v"), np.array([0, 1]), np.array([10.0, 5.0]), np.ones(2, bool))
    weighed = pd.DataFrame({"cell_group": "all", "level_0": ["m", "v"], "achieved": [9.0, 5.0]})
    with pytest.raises(RakingError, match=r"level 'm': target 10, reached 9\. Nothing was written"):
        check_on_respondents(weighed, "all", [margin], ["sex"])
