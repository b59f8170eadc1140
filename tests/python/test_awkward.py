"""A codebook in which every free choice is made otherwise than in the demo, against R survey 4.1-1.

Two surveys in one night (awkward/seeds). Display orders run against nature and wave codes against
time; codes hold spaces, dashes, capitals and signs, and a level is called `total`; statistics have
names of their own; a labelled Likert; intervals of 90 %; base weights that vary within a raking
cell; a level of a margin ("X - anders") that the population does not know; margins as shares per
group; three levels in two contrasts; a crossed segment and one of a question with several answers;
strata, clusters and finite populations, with strata and clusters that leave and join and a stratum
of one cluster; two waves with the same people. The second survey has no municipalities, contrasts,
base weights or panel.

The rows (awkward/awkward_*.csv) are made by awkward/make_awkward.R and are held against the working
database, where figures have every digit. R's calls:

    d <- svydesign(ids = ~unit, strata = ~stratum, weights = ~base, fpc = ~fpc, nest = TRUE)
    d <- calibrate(d, ~ X - 1, targets, calfun = "raking")   # X: the levels of all margins
    svymean(~Y, subset(d, inside), deff = "replace"), degf(), svyciprop(method = "xlogit" | "beta")
    svycontrast(svytotal(~na + ya + nb + yb, d), quote(ya / na - yb / nb)), df degf() - 1
    svychisq(~A + B, d, statistic = "F")

A change between waves is a contrast in the stacked rows of both: units are persons in the panel,
(wave, person) elsewhere, or clusters. A share that is a margin with an unknown level is held
against svymean (svytotal of its linearised share) in the design before raking.
"""

import csv
import math
from collections import defaultdict

import duckdb
import pytest
from conftest import AWKWARD, make_awkward, places_in
from made_once import copy_of

TOLERANCE = 1e-8
POINT = ("scheme", "wave", "segment", "value", "second_value", "question", "statistic", "option")
PAIR = (
    "kind", "scheme", "wave", "segment_a", "value_a", "second_value_a", "segment_b", "value_b",
    "second_value_b", "question", "statistic", "option",
)  # fmt: skip
TEST = ("scheme", "wave", "segment", "question")


def rows_of(name):
    with (AWKWARD / f"awkward_{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def blocks(name, columns):
    """The rows of R in blocks: one test each."""
    found = defaultdict(list)
    for row in rows_of(name):
        found[tuple(row[column] for column in columns)].append(row)
    return dict(found)


ESTIMATES = blocks("estimates", ("scheme", "wave", "segment"))
DIFFERENCES = blocks("differences", ("kind", "scheme", "wave", "segment_a"))
TESTS = blocks("tests", ("scheme", "wave"))


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """The working database after one night of both surveys."""
    folder = tmp_path_factory.mktemp("awkward")
    copy_of(tmp_path_factory, "awkward", make_awkward, folder)
    places = places_in(folder)
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        yield connection


def keyed(connection, sql, key):
    """Rows of a query by their first columns, with text for what is empty there."""
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    found = {}
    for row in cursor.fetchall():
        record = dict(zip(names, row, strict=True))
        place = tuple("" if record[column] is None else record[column] for column in key)
        assert place not in found, f"two rows for {place}"
        found[place] = record
    return found


@pytest.fixture(scope="module")
def estimates(working):
    return keyed(
        working,
        """
        select
            scheme_code as scheme, wave_code as wave, segment_code as segment,
            segment_value as value, second_segment_value as second_value,
            question_code as question, statistic, option_code as option,
            n_answers as n, estimate, se, df, ci_low, ci_high, deff, n_effective,
            se_clustered, df_clustered, reliability_flag,
        from estimates.est_estimates as figures
        inner join estimates.est_measures as measures using (measure_id, survey_code)
        """,
        POINT,
    )


@pytest.fixture(scope="module")
def differences(working):
    return keyed(
        working,
        """
        select
            comparison_kind as kind, scheme_code as scheme, wave_code as wave,
            segment_code as segment_a, segment_value_a as value_a,
            second_segment_value_a as second_value_a, compared_segment_code as segment_b,
            segment_value_b as value_b, second_segment_value_b as second_value_b,
            question_code as question, statistic, option_code as option,
            difference, se, df, p_value as p, se_clustered, df_clustered,
            p_value_clustered as p_clustered,
        from estimates.est_comparison_tests as tests
        inner join estimates.est_measures as measures using (measure_id, survey_code)
        """,
        PAIR,
    )


def turned(place):
    """The same pair with its sides exchanged."""
    return (*place[:3], *place[6:9], *place[3:6], *place[9:])


def wrong(place, ours, expected, columns):
    """What differs from R, as lines one can act on."""
    lines = []
    for column in columns:
        text, value = expected[column], ours[column]
        if text in ("", "NA"):
            if value is not None:
                lines.append(f"{place} {column}: {value!r}, R has none")
            continue
        number = float(text)
        if value is None or not math.isclose(value, number, rel_tol=TOLERANCE, abs_tol=1e-11):
            lines.append(f"{place} {column}: {value!r}, R {number!r}")
    return lines


def report(lines, n_rows):
    assert not lines, f"{len(lines)} figures of {n_rows} rows differ:\n" + "\n".join(lines[:25])


FIGURES = (
    "n", "estimate", "se", "df", "ci_low", "ci_high", "deff", "n_effective", "se_clustered",
    "df_clustered",
)  # fmt: skip


@pytest.mark.parametrize("block", ESTIMATES, ids="-".join)
def test_estimates_equal_r(estimates, block):
    lines = []
    for row in ESTIMATES[block]:
        place = tuple(row[column] for column in POINT)
        if place not in estimates:
            lines.append(f"{place}: not estimated")
            continue
        lines += wrong(place, estimates[place], row, FIGURES)
    report(lines, len(ESTIMATES[block]))


def test_what_has_no_error_is_never_reliable(estimates):
    """R gives no SE or interval of a stratum that is one cluster; shares of 0 and 1 have both."""
    without, uniform = 0, 0
    for row in rows_of("estimates"):
        ours = estimates[tuple(row[column] for column in POINT)]
        if "" in (row["se"], row["df"], row["ci_low"]):
            assert ours["reliability_flag"] == "low_df", row
            without += 1
        elif row["deff"] == "":
            width = float(row["ci_high"]) - float(row["ci_low"])
            assert (ours["reliability_flag"] == "wide_interval") == (width >= 0.3), row
            uniform += 1
    assert without >= 20
    assert uniform >= 100


def test_shares_of_an_unknown_level_are_not_known(estimates):
    """The level 'X - anders' keeps its share in the sample: no level of that margin is known."""
    flags = [
        ours["reliability_flag"]
        for place, ours in estimates.items()
        if place[0] in ("raking", "per aanbod", "Steekproef", "trossen", "opgehoogd")
        and place[2] == "allen"
        and place[5] in ("geslacht", "rol")
    ]
    assert len(flags) == 30
    assert "known_margin" not in flags


@pytest.mark.parametrize("block", DIFFERENCES, ids="-".join)
def test_differences_equal_r(differences, block):
    """Whichever way round a pair is made: what R subtracts is said by the row."""
    lines = []
    columns = ("difference", "se", "df", "p", "se_clustered", "df_clustered", "p_clustered")
    for row in DIFFERENCES[block]:
        place = tuple(row[column] for column in PAIR)
        ours = differences.get(place)
        if ours is None and turned(place) in differences:
            ours = dict(differences[turned(place)])
            ours["difference"] = -ours["difference"]
        if ours is None:
            lines.append(f"{place}: not compared")
            continue
        lines += wrong(place, ours, row, columns)
    report(lines, len(DIFFERENCES[block]))


@pytest.mark.parametrize("block", TESTS, ids="-".join)
def test_independence_equals_r(working, block):
    ours = keyed(
        working,
        """
        select
            scheme_code as scheme, wave_code as wave, segment_code as segment,
            question_code as question,
            f_statistic as f, df1, df2, p_value as p, f_statistic_clustered as f_clustered,
            df1_clustered, df2_clustered, p_value_clustered as p_clustered,
        from estimates.est_independence_tests
        """,
        TEST,
    )
    columns = (
        "f",
        "df1",
        "df2",
        "p",
        "f_clustered",
        "df1_clustered",
        "df2_clustered",
        "p_clustered",
    )
    lines = []
    for row in TESTS[block]:
        place = tuple(row[column] for column in TEST)
        lines += wrong(place, ours[place], row, columns)
    report(lines, len(TESTS[block]))


@pytest.mark.parametrize(
    ("contrast", "comparison"), [("nieuw-total", "B nieuw"), ("oud-total", "a-oud")]
)
def test_the_sign_of_a_contrast_is_its_declaration(working, contrast, comparison):
    """Comparison minus reference in the mart, while every display order runs the other way.

    R: coef(svycontrast(...)) of the level against `total`; the mart is rounded for people.
    """
    published = keyed(
        working,
        f"""
        select
            weighting_scheme as scheme, wave_code as wave, question_code as question, statistic,
            option_code as option, difference, ci_low, ci_high, comparison_estimate,
            reference_estimate,
        from marts.contrast_effects
        where contrast_code = '{contrast}'
        """,
        ("scheme", "wave", "question", "statistic", "option"),
    )
    n_checked = 0
    for row in rows_of("differences"):
        sides = {row["value_a"], row["value_b"]}
        if row["kind"] != "segments" or row["segment_a"] != "aanbod":
            continue
        if sides != {comparison, "total"}:
            continue
        sign = 1 if row["value_a"] == comparison else -1
        place = tuple(row[c] for c in ("scheme", "wave", "question", "statistic", "option"))
        ours = published[place]
        # What is published is rounded; the sign of a difference is not.
        assert ours["difference"] == pytest.approx(sign * float(row["difference"]), abs=0.0051)
        between = ours["comparison_estimate"] - ours["reference_estimate"]
        assert ours["difference"] == pytest.approx(between, abs=0.0101), place
        assert ours["ci_low"] <= ours["difference"] <= ours["ci_high"]
        n_checked += 1
    assert n_checked >= 60


def test_the_second_survey_has_no_contrasts_and_no_municipalities(working):
    found = working.execute("select distinct survey_code from marts.contrast_effects").fetchall()
    assert found == [("Dorpen & kernen",)]
    of_members = [row for row in rows_of("estimates") if row["wave"] in ("Najaar", "Daarna")]
    assert len(of_members) >= 100
