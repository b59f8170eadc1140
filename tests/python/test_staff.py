"""The staff survey: a second survey in the same codebook and engine, with its own least base."""

import re

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import peil
from peil.demo.codebook import read_codebook
from peil.demo.staff import DONT_KNOW, GRADES, REPEAT_CONTACTS, STATEMENTS, make_staff
from peil.report.headlines import show_headlines
from peil.settings import PROJECT

GROUPS = ("participant", "non_participant")
UNKNOWN = {
    **dict.fromkeys(GRADES, DONT_KNOW["grade"]),
    **dict.fromkeys(STATEMENTS, DONT_KNOW["statement"]),
    "staff_repeat_contacts": DONT_KNOW["number"],
}


@pytest.fixture(scope="module")
def dealt() -> pd.DataFrame:
    """The 240 simulated staff as the demo deals them; who does not know is empty."""
    codebook = read_codebook(PROJECT / "seeds")
    municipalities = codebook["municipalities"].query("survey_code == 'kcc_staff'")
    staff = make_staff(municipalities, np.random.default_rng([2024, 3]))
    codes = municipalities.set_index("label")["municipality_code"]
    staff["municipality"] = staff["staff_municipality"].map(codes)
    for question, code in UNKNOWN.items():
        staff[question] = staff[question].where(staff[question] != code)
    return staff


@pytest.fixture(scope="module")
def figures(published: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    rows = published.sql("select * from marts.staff_satisfaction where is_default_scheme").df()
    return rows.set_index(["segment_value", "question_code"])


@pytest.mark.parametrize("group", ["total", *GROUPS])
def test_figures_equal_what_the_generator_dealt(figures, dealt, group):
    own = dealt if group == "total" else dealt[dealt["participation"] == group]
    for question in UNKNOWN:
        answers, figure = own[question].dropna(), figures.loc[group, question]
        assert figure["n_answers"] == len(answers)
        assert figure["mean_answer"] == pytest.approx(answers.mean(), abs=0.0051)
        assert figure["mean_answer_ci_low"] < answers.mean() < figure["mean_answer_ci_high"]
        if question in STATEMENTS:
            assert figure["share_agree"] == pytest.approx((answers <= 2).mean(), abs=0.00051)
            assert figure["share_disagree"] == pytest.approx((answers >= 4).mean(), abs=0.00051)
        elif question in GRADES:
            assert figure["share_insufficient"] == pytest.approx((answers <= 5).mean(), abs=0.00051)


def test_groups_get_the_shares_that_were_meant(figures):
    """By quota: less than one person off."""
    for question, both in STATEMENTS.items():
        for group, shares in zip(GROUPS, both, strict=True):
            figure = figures.loc[group, question]
            assert abs(figure["share_agree"] - sum(shares[:2])) < 1 / figure["n_answers"] + 0.0005
    for group, shares in zip(GROUPS, REPEAT_CONTACTS, strict=True):
        figure = figures.loc[group, "staff_repeat_contacts"]
        assert figure["mean_answer"] == pytest.approx(np.dot(shares, range(5)), abs=0.05)


def test_non_participants_miss_status_email_and_tools_and_nothing_else(published):
    rows = published.sql(
        "select question_code, is_significant from marts.contrast_effects "
        "where survey_code = 'kcc_staff' and statistic = 'mean'"
    ).fetchall()
    assert {question for question, found in rows if found} == {
        "staff_status_insight", "staff_email", "staff_tools",
    }  # fmt: skip


def test_the_preview_and_the_unfinished_row_do_not_count(published, figures):
    steps = published.sql(
        "select step_code, n_rows from marts.response_overview "
        "where survey_code = 'kcc_staff' and source_code = 'all' and n_rows > 0"
    ).fetchall()
    assert dict(steps) == {"eligible": 240}
    withheld = published.sql(
        "select step_code from marts.response_overview where survey_code = 'kcc_staff' "
        "and source_code = 'all' and is_withheld order by 1"
    ).fetchall()
    # One preview and one unfinished row: the total would tell them.
    assert withheld == [("incomplete",), ("received",), ("test",)]
    # The preview says 50 contacts again, which nobody else does.
    assert figures.loc["total", "staff_repeat_contacts"]["mean_answer"] < 2


def test_a_team_of_fewer_than_ten_is_withheld(published, dealt):
    rows = published.sql(
        "select * from marts.staff_satisfaction where segment_code = 'municipality'"
    ).df()
    sizes = dealt.groupby("municipality")[list(UNKNOWN)].count()
    n = [sizes.loc[r.segment_value, r.question_code] for r in rows.itertuples()]
    small, numbers = rows[np.array(n) < 10], rows.filter(regex="^(mean|share|n_answers)")
    assert len(small) > 100
    assert small["is_withheld"].all()
    assert numbers.loc[small.index].isna().all(axis=None)
    assert (small["withheld_label_nl"] == "Te weinig antwoorden om te publiceren").all()
    large = rows[np.array(n) >= 10]
    # Staff in teams of 10 and more are shown, far below the 50 residents a figure needs.
    assert (~large["is_withheld"]).mean() > 0.4
    assert large.loc[~large["is_withheld"], "n_answers"].min() >= 10


def test_residents_keep_their_least_base_of_fifty(published):
    lowest = published.sql(
        "select survey_code, min(n_answers) from marts.estimates where not is_withheld group by all"
    ).fetchall()
    assert dict(lowest)["omnichannel"] >= 50
    assert 10 <= dict(lowest)["kcc_staff"] < 50


def test_no_model_outside_the_marts_mentions_staff():
    models = [
        path
        for path in (PROJECT / "models").rglob("*")
        if path.suffix in {".sql", ".py"} and "marts" not in path.parts
    ]
    assert len(models) > 50
    named = re.compile(r"staff|kcc|medewerker", re.IGNORECASE)
    assert [path.name for path in models if named.search(path.read_text())] == []


def test_headlines_and_key_figures_speak_of_residents_only(demo, capsys):
    show_headlines(demo.published_file)
    shown = capsys.readouterr().out
    assert "3.944 respondenten" in shown
    written = (demo.published / "documents" / "samenvatting.md").read_text()
    key_figures = written.partition("## Kerncijfers")[2].partition("\n## ")[0]
    assert "3.944 vragenlijsten" in key_figures
    for text in (shown, key_figures):
        assert "klantcontactcentrum" not in text
        assert "werkgever" not in text


def test_staff_are_delivered_in_the_same_bytes_every_time(demo, tmp_path):
    again = peil("demo", "--inbox", tmp_path / "inbox")
    assert again.returncode == 0, again.stderr
    name = "medewerkers_2024.csv"
    assert (tmp_path / "inbox" / name).read_bytes() == (demo.inbox / name).read_bytes()
