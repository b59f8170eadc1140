"""The demo's published, weighted figures are what the 2024 study reported, after rounding.

The study's figures stand here and in scripts/demo (which deals the answers), and nowhere a model
reads.
"""

from collections import Counter

import pytest
from conftest import here
from peil.demo.answers import RECOMMENDS
from peil.settings import PROJECT

GROUPS = {
    "total": {"segment": "total", "value": "total"},
    "participants": {"segment": "participation", "value": "participant"},
    "non_participants": {"segment": "participation", "value": "non_participant"},
}
GRADES = {"total": 6.5, "participants": 6.6, "non_participants": 6.4}
USED = {
    ("digital", "total"): 64,
    ("digital", "participants"): 69,
    ("digital", "non_participants"): 57,
    ("telephone", "total"): 46,
    ("telephone", "participants"): 43,
    ("telephone", "non_participants"): 51,
}
CHANNELS = ("telephone", "email", "letter", "digital", "desk")


@pytest.mark.parametrize(("group", "grade"), GRADES.items())
def test_overall_grade_is_the_studys(estimate, group, grade):
    assert round(estimate("overall_grade", "mean", **GROUPS[group]), 1) == grade


@pytest.mark.parametrize(("which", "percent"), USED.items())
def test_channel_use_is_the_studys(estimate, which, percent):
    channel, group = which
    share = estimate("channels_used", option=channel, **GROUPS[group])
    assert round(100 * share) == percent


def test_other_channels_are_used_less_than_the_telephone(estimate):
    telephone = estimate("channels_used", option="telephone")
    for channel in ("email", "letter", "desk"):
        assert estimate("channels_used", option=channel) < telephone


def test_digital_and_desk_satisfy_best_letter_and_email_worst(estimate):
    grades = {c: estimate(f"contact_grade_{c}", "mean") for c in CHANNELS}
    ordered = sorted(grades, key=grades.get)
    assert set(ordered[:2]) == {"letter", "email"}
    assert set(ordered[-2:]) == {"digital", "desk"}


def test_handling_is_insufficient_most_by_telephone_email_and_letter(estimate):
    bad = {c: 100 * estimate(f"handling_grade_{c}", "share_insufficient") for c in CHANNELS}
    for channel in ("telephone", "email", "letter"):
        assert 37 <= round(bad[channel]) <= 49
    for channel in ("digital", "desk"):
        assert bad[channel] < 37


def test_status_is_insufficient_least_at_the_desk_then_digital(estimate):
    bad = {c: 100 * estimate(f"status_grade_{c}", "share_insufficient") for c in CHANNELS}
    assert round(bad["desk"]) == 18
    assert round(bad["digital"]) == 25
    assert min(bad["telephone"], bad["email"], bad["letter"]) > bad["digital"]


def test_majorities_are_the_studys(estimate, published):
    assert estimate("accessibility_grade", "share_sufficient") > 0.75
    assert estimate("preferred_submit_channel", option="digital") > 0.5
    updates = published.sql(
        "select option_code from marts.future_preferences where is_default_scheme "
        "and segment_code = 'total' and question_code = 'preferred_update_channel' "
        "order by share desc limit 1"
    ).fetchone()
    assert updates == ("email",)
    wanted = published.sql(
        "select count(*) from marts.future_preferences where is_default_scheme "
        "and segment_code = 'total' and question_code = 'digital_wishes' and share > 0.5"
    ).fetchone()[0]
    assert wanted >= 2


def test_sixty_percent_of_the_weighted_population_takes_part(published):
    shares = dict(
        published.sql(
            "select segment_value, sum(n_weighted) / sum(sum(n_weighted)) over () "
            "from marts.estimates where is_default_scheme and segment_code = 'participation' "
            "and question_code = 'preferred_submit_channel' and option_code = 'digital' "
            "group by segment_value"
        ).fetchall()
    )
    assert round(100 * shares["participant"]) == 60


def test_unweighted_figures_differ_visibly(estimate):
    """Grades by 0.05 or more, shares by 1.5 points or more: what a reader would see."""
    figures = [("overall_grade", "mean", None, GROUPS[g]) for g in GROUPS]
    figures += [("channels_used", "share", c, GROUPS["total"]) for c in CHANNELS]
    figures += [
        (f"{aspect}_grade_{c}", "share_insufficient", None, GROUPS["total"])
        for c in CHANNELS
        for aspect in ("handling", "status")
    ]
    differences = [
        abs(
            estimate(question, statistic, option=option, **group)
            - estimate(question, statistic, option=option, scheme="unweighted", **group)
        )
        > (0.05 if statistic == "mean" else 0.015)
        for question, statistic, option, group in figures
    ]
    assert sum(differences) >= 5


def test_every_municipality_is_fictitious_and_every_row_of_about_says_simulated(published):
    codes = published.sql(
        "select survey_code, municipality_code from marts.dim_municipalities"
    ).fetchall()
    assert Counter(survey for survey, _ in codes) == {"omnichannel": 29, "kcc_staff": 29}
    assert all(int(code[2:]) > 9000 for _, code in codes)
    assert published.sql("select bool_and(is_simulated) from marts.about").fetchone() == (True,)
    assert published.sql(
        "select audience, n_respondents from marts.about order by 1"
    ).fetchall() == [
        ("residents", 3944),
        ("staff", 240),
    ]


@pytest.mark.parametrize(
    ("group", "net"), {"participants": RECOMMENDS[0], "non_participants": RECOMMENDS[1]}.items()
)
def test_who_would_recommend_it_minus_who_would_not_is_what_was_dealt(estimate, group, net):
    found = {
        name: estimate("recommendation", name, **GROUPS[group])
        for name in ("promoters", "detractors", "nps")
    }
    assert found["nps"] == pytest.approx(net, abs=0.005)
    assert found["nps"] == pytest.approx(found["promoters"] - found["detractors"], abs=0.0015)


def test_people_of_65_and_older_stand_per_region_in_one_query(published):
    """The declared crosstab says what the shares of the same people add up to."""
    query = (PROJECT / "analyses" / "grade_of_older_residents_per_region.sql").read_text("utf-8")
    rows = published.sql(query.replace("{{ ref('crosstabs') }}", "marts.crosstabs")).fetchall()
    assert [label for label, *_ in rows] == [
        "Noord, 65 jaar of ouder", "Midden, 65 jaar of ouder", "Zuid, 65 jaar of ouder",
    ]  # fmt: skip
    assert all(low < grade < high for _, grade, low, high, *_ in rows)
    known = published.sql(
        "select sum(n_answers) from marts.estimates where question_code = 'overall_grade' "
        "and statistic = 'mean' and is_default_scheme and segment_code = 'age_group' "
        "and segment_value in ('65-74', '75+')"
    ).fetchone()[0]
    assert sum(row[4] for row in rows) == known


def test_a_municipality_shows_the_whole_distribution_of_a_grade_or_nothing(published):
    found = published.sql(
        "select segment_value, count(*), count(estimate), sum(estimate), "
        "sum(estimate * (value_from + value_to) / 2) from marts.distributions "
        "where segment_code = 'municipality' and question_code = 'overall_grade' "
        "and statistic = 'share' group by 1"
    ).fetchall()
    means = dict(
        published.sql(
            "select segment_value, estimate from marts.estimates where is_default_scheme and "
            "segment_code = 'municipality' and question_code = 'overall_grade' "
            "and statistic = 'mean'"
        ).fetchall()
    )
    assert len(found) == 29
    assert all(n_shown in (0, n) for _, n, n_shown, *_ in found)
    shown = [row for row in found if row[2]]
    assert shown
    for municipality, n, _, whole, mean in shown:
        assert whole == pytest.approx(1, abs=0.0005 * n)
        assert mean == pytest.approx(means[municipality], abs=0.1)


def test_the_demo_asks_for_its_own_codebook(tmp_path):
    """Nothing is half-written of a codebook that is not there, or is that of another survey."""
    inbox = tmp_path / "inbox"
    for seeds, problem in (
        (tmp_path / "nowhere", "no sources.csv here, so no codebook"),
        (PROJECT / "examples" / "pew_2013" / "seeds", "this is not the codebook that the demo"),
    ):
        done = here("demo", "--inbox", inbox, "--seeds", seeds)
        assert done.returncode == 2
        assert str(seeds) in done.stderr + done.stdout
        assert problem in done.stderr + done.stdout
        assert "`peil init NAME`" in done.stderr + done.stdout
        assert not inbox.exists()
