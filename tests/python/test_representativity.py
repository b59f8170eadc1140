"""R indicators: by hand, without chance counted as difference, and the same as R (the language)."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from peil import dutch
from peil.nights.evenness import MOST_INVITED, Row, say_who_took_part, section_of
from peil.statistics.representativity import partial_variation, representativity
from peil.tables.representativity import representativity_table
from peil.warehouse import read_warehouse

# Men young and old, women young and old.
N = np.array([30.0, 80.0, 50.0, 40.0])
RESIDENTS = np.array([400.0, 300.0, 200.0, 100.0])
AGE = np.array([0, 1, 0, 1])


def test_figures_are_those_of_the_formulas():
    """R 4.2.

    n <- c(30, 80, 50, 40); N <- c(400, 300, 200, 100); rho <- n / N; m <- sum(n) / sum(N)
    s2 <- sum(N * (rho - m)^2) / sum(N)
    b <- sum(rho * (1 - rho)) / sum(N) - sum(N * rho * (1 - rho)) / sum(N)^2
    S <- sqrt(s2 - b); 1 - 2 * S; S / m
    v <- sum((2 * (rho - m) / sum(N))^2 * N * rho * (1 - rho)); sqrt(v) / (2 * S)
    """
    found = representativity(N, RESIDENTS)
    assert found.rate == pytest.approx(0.2)
    assert found.r == pytest.approx(0.7851622058906353, rel=1e-10)
    assert found.cv == pytest.approx(0.5370944852734116, rel=1e-10)
    assert found.r_se == pytest.approx(2 * 0.01230836937551273, rel=1e-10)
    assert found.cv_se == pytest.approx(0.01230836937551273 / 0.2, rel=1e-10)


def test_groups_that_differ_by_chance_are_representative():
    """Of 300 samples in which everybody answers with the same chance, S² is 0 on average."""
    rng = np.random.default_rng(7)
    residents = np.array([400, 300, 2000, 100, 250, 900])
    spread, raw = [], []
    for _ in range(300):
        n = rng.binomial(residents, 0.1).astype(float)
        found = representativity(n, residents.astype(float))
        spread.append(((1 - found.r) / 2) ** 2)
        rho = n / residents
        raw.append(np.sum(residents * (rho - n.sum() / residents.sum()) ** 2) / residents.sum())
    # What is cut off at 0 leaves a little; without the correction all of it would stay.
    assert np.mean(spread) < 0.5 * np.mean(raw)


def test_the_interval_of_the_variation_holds_the_truth():
    rng = np.random.default_rng(11)
    residents = np.array([4000.0, 3000, 20000, 1000, 2500, 9000])
    chance = np.array([0.02, 0.05, 0.03, 0.08, 0.01, 0.04])
    rate = residents @ chance / residents.sum()
    true = np.sqrt(residents @ (chance - rate) ** 2 / residents.sum()) / rate
    held = []
    for _ in range(500):
        found = representativity(
            rng.binomial(residents.astype(int), chance).astype(float), residents
        )
        held.append(abs(found.cv - true) <= 1.96 * found.cv_se)
    assert 0.92 <= np.mean(held) <= 0.98


def test_parts_say_who_is_missed():
    """Young: 80 of 600, old: 120 of 400; all 0.2. √0.6·(0.1333/0.2 - 1), √0.4·(0.3/0.2 - 1)."""
    own, whole = partial_variation(N, RESIDENTS, AGE)
    np.testing.assert_allclose(own, [np.sqrt(0.6) * (-1 / 3), np.sqrt(0.4) * 0.5])
    assert whole == pytest.approx(np.sqrt(0.6 / 9 + 0.4 / 4))


def test_nobody_has_no_figures_and_one_cell_no_spread():
    assert representativity(np.zeros(3), np.ones(3)) is None
    found = representativity(np.array([5.0]), np.array([50.0]))
    assert (found.r, found.cv) == pytest.approx((1, 0), abs=1e-6)
    assert found.cv_se == pytest.approx(0, abs=1e-6) or np.isnan(found.cv_se)


def test_an_old_register_with_fewer_residents_than_answered_gives_figures():
    """Four of three residents: that cell adds nothing by chance, the others as ever."""
    with np.errstate(all="raise"):
        found = representativity(np.array([4.0, 10.0]), np.array([3.0, 100.0]))
    assert found.r < 1
    assert found.r_se > 0
    alone = representativity(np.array([3.0, 10.0]), np.array([3.0, 100.0]))
    assert found.r < alone.r


def test_a_table_has_a_row_for_source_variable_and_level():
    cells = pd.DataFrame(
        {"survey_code": "s", "wave_code": "w", "source_code": "all", "response_cell_id": range(4),
         "n_respondents": N, "n_residents": RESIDENTS}
    )  # fmt: skip
    nobody = cells.assign(source_code="x", n_respondents=0)
    levels = pd.DataFrame(
        {"survey_code": "s", "wave_code": "w", "response_cell_id": range(4),
         "attribute_code": "age", "level_code": ["young", "old", "young", "old"]}
    )  # fmt: skip
    made = representativity_table(pd.concat([cells, nobody]), levels, 0.95)
    assert made["source_code"].unique().tolist() == ["all"]
    assert made[["attribute_code", "level_code"]].fillna("-").to_numpy().tolist() == [
        ["-", "-"], ["age", "-"], ["age", "old"], ["age", "young"],
    ]  # fmt: skip
    whole = made.iloc[0]
    assert whole["r_ci_low"] < whole["r"] < whole["r_ci_high"] <= 1
    assert 0 <= whole["cv_ci_low"] < whole["cv"] < whole["cv_ci_high"]
    assert whole["n_least"] == 200
    assert made.loc[made["level_code"] == "young", "partial_cv"].item() < 0
    assert made.loc[made["attribute_code"] == "age", "n_least"].unique().tolist() == [80]
    empty = representativity_table(cells.iloc[:0], levels.iloc[:0], 0.95)
    assert list(empty.columns) == list(made.columns)


def test_every_quality_page_of_the_demo_says_who_took_part(demo, published):
    """The figures of its source and wave, and the groups to invite as the table ranks them."""
    files = published.sql("select count(*) from marts.representativity where source_code != 'all' "
                          "and attribute_code is null").fetchone()[0]  # fmt: skip
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        landed = connection.sql(
            "select file_name, source_code from raw.deliveries where status = 'landed'"
        ).fetchall()
    said = 0
    for name, source in landed:
        rows = published.execute(
            "select attribute_code, r, r_ci_low, cv, attribute_label_nl || ': ' || level_label_nl, "
            "invite_rank from marts.representativity where source_code = ? order by invite_rank",
            [source],
        ).fetchall()
        if not rows:
            continue
        said += 1
        page = demo.warehouse.parent / "quality" / f"{name}.html"
        text = " ".join(page.read_text(encoding="utf-8").split())
        (whole,) = (row for row in rows if row[0] is None)
        for figure, decimals in ((whole[1], 3), (whole[2], 3), (whole[3], 2)):
            assert dutch.number(figure, decimals) in text, (name, figure)
        invited = [f"<li>{row[4]}</li>" for row in rows if row[5] is not None][:MOST_INVITED]
        assert " ".join(invited) in text
        assert (page.stat().st_mode & 0o777) == 0o600
    assert said == files == 3


SOURCE = Row(None, 0.998, 0.997, 0.999, 0.41, 0.38, 0.44, None, False, None, None)
OLD = Row("age", None, None, None, None, None, None, 2, False, "Leeftijd", "75 & ouder")
YOUNG = Row("age", None, None, None, None, None, None, 1, False, "Leeftijd", "18-29 jaar")


def test_the_section_names_groups_to_invite_and_says_what_is_not_shown():
    text = section_of([YOUNG, OLD, SOURCE], 0.9)
    assert "0,41 (90%-interval 0,38 tot 0,44)" in text
    assert text.index("18-29 jaar") < text.index("75 &amp; ouder")
    assert "Niet alle groepen" not in text
    hidden = YOUNG._replace(invite_rank=None, is_withheld=True)
    assert "Niet alle groepen zijn getoond" in section_of([hidden, SOURCE], 0.9)
    assert "Geen groep ontbreekt" in section_of([SOURCE], 0.9)
    by_chance = SOURCE._replace(r=1.0, r_ci_low=None, cv=0.0, cv_ci_low=None)
    assert "interval" not in section_of([by_chance], 0.9)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "niet bekend hoe de bevolking is opgebouwd"),
        ([SOURCE._replace(r=None, cv=None, is_withheld=True)], "te weinig mensen mee"),
    ],
)
def test_the_section_says_why_there_is_no_figure(rows, said):
    text = section_of(rows, 0.95)
    assert said in text
    assert "indicator" not in text


def test_a_page_is_written_again_only_when_who_took_part_changed(copy_of_small):
    folder = copy_of_small.warehouse.parent / "quality"
    (page,) = folder.glob("*.html")
    first = page.read_text(encoding="utf-8")
    with read_warehouse(copy_of_small.warehouse) as connection:
        assert say_who_took_part(connection, folder) == 0
        page.write_text(first.replace("Wie deden mee", "Wie"), encoding="utf-8")
        assert say_who_took_part(connection, folder) == 1
        assert page.read_text(encoding="utf-8") == first
        page.unlink()
        assert say_who_took_part(connection, folder) == 0
    assert not page.exists()
