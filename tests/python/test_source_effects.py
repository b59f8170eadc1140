"""Sources against each other: equal to R, raked again exactly, and no small source is told."""

import numpy as np
import pytest
from peil.demo.dealing import HAPPIER_SOURCE
from peil.raking import prepare_margins, rake
from peil.settings import Places
from peil.tables.source_effects import source_effects, without_source
from small_survey import (
    add,
    build,
    deliver,
    edit,
    published,
    release_tables,
    small_places,
    working,
)
from weighted_people import TARGETS, respondents, tables_of

# source, estimate, others, difference, se, df, p; with clusters: se, df, p; raked without.
R = [
    ("a", 5.1230196894915396, 4.8352864124554911, 0.28773327703604856, 0.74456783901053347, 103,
     0.69996552593161365, 0.40511878339761426, 9, 0.49554308489451182, 4.8366109304713536),
    ("b", 4.6856505800990131, 5.1231142925491788, -0.43746371245016569, 0.75150287903095736, 103,
     0.56175890427767705, 0.39596204169906679, 9, 0.29790029549040398, 5.1264233496100307),
    ("c", 5.1233313529832563, 4.9234836381191016, 0.19984771486415465, 0.93520817064777562, 103,
     0.83120867499120277, 0.69609433011094557, 9, 0.78053716288948283, 4.9283660061078907),
]  # fmt: skip


@pytest.mark.parametrize("row", R, ids=[row[0] for row in R])
def test_differences_and_figures_without_a_source_equal_r(row):
    """R survey 4.1-1, options(survey.lonely.psu = "adjust").

    i <- 0:119; x <- data.frame(sex = factor(i %% 2), age = factor((i %/% 2) %% 3),
      s = c("a","a","b","b","c")[(i*7 + i %/% 5) %% 5 + 1], y0 = 1 + (i*i + 3*i) %% 10,
      d = 1 + (i %% 4)/2, g = i %% 12, answered = i %% 9 != 0); x$h <- x$g %% 2
    fit <- function(d) calibrate(d, ~sex + age, c("(Intercept)" = 1000, sex1 = 570, age1 = 350,
      age2 = 400), calfun = "raking", epsilon = 1e-12, maxit = 500)
    d <- fit(svydesign(~1, strata = ~h, weights = ~d, data = x))   # ~g with clusters
    w <- weights(d); a <- x$answered; one <- a & x$s == src; two <- a & x$s != src
    m <- c(weighted.mean(x$y0[one], w[one]), weighted.mean(x$y0[two], w[two]))
    z <- one * (x$y0 - m[1]) / sum(w[one]) - two * (x$y0 - m[2]) / sum(w[two])
    SE(svytotal(~z, update(d, z = z)))
    svymean(~y0, subset(fit(svydesign(~1, strata = ~h, weights = ~d, data = subset(x, s != src))),
      answered))
    """
    found = source_effects(tables_of(respondents())).set_index("source_code").loc[row[0]]
    names = ["estimate", "others_estimate", "difference", "se", "df", "p_value", "se_clustered",
             "df_clustered", "p_value_clustered", "estimate_without"]  # fmt: skip
    np.testing.assert_allclose(found[names].to_numpy(dtype=float), row[1:], rtol=1e-8)


def test_the_rest_is_raked_again_and_not_only_left():
    """Pure raking on people gives the factors that cells give, and other ones than before."""
    people = respondents()
    left = people[people["source_code"] != "a"].reset_index(drop=True)
    margins = prepare_margins(
        {name: left[name].to_numpy(dtype=object) for name in TARGETS},
        left["d"].to_numpy(), np.ones(len(left)), TARGETS,
    )  # fmt: skip
    of_people = rake(left["d"].to_numpy(), margins).factors
    tables = tables_of(people)
    again = without_source(tables, ("x", "w"), "a")
    np.testing.assert_allclose(again["all"].loc[left["cell_key"]], of_people, rtol=1e-9)
    before = tables.design.cells.drop_duplicates("cell_key").set_index("cell_key")["factor"]
    assert np.abs(again["all"] / before - 1).max() > 0.05


def test_a_source_that_alone_has_a_level_cannot_be_left_out():
    people = respondents()
    people.loc[people["age"] == "2", "source_code"] = "a"
    found = source_effects(tables_of(people)).set_index("source_code")
    assert np.isnan(found.loc["a", "estimate_without"])
    assert found.loc["b", "estimate_without"] > 0
    assert found["difference"].notna().all()


def test_one_source_has_nothing_to_compare_with():
    people = respondents().assign(source_code="a")
    found = source_effects(tables_of(people))
    assert found.empty
    assert found["difference"].dtype == float


def people(first, n, grade):
    """Rows of one source: everybody of noord, with the grade of each."""
    return [
        {"id": str(first + i), "sex": ("man", "vrouw")[i % 2],
         "age": ("18-39", "40-64", "65+")[i // 2 % 3], "region": "noord", "place": str(i % 5 + 1),
         "base_weight": "1", "grade": str(grade(i)), "channel": "desk"}
        for i in range(n)
    ]  # fmt: skip


def three_sources(folder, sizes: dict[str, int], grade=lambda _, i: 1 + (7 * i) % 10) -> Places:
    """The reference survey with grades from three files, each a source; the least base is 30."""
    places = small_places(folder)
    first = {"kind": "survey", "survey_code": "small", "wave_code": "small_wave",
             "file_format": "csv", "delimiter": ",", "encoding": "utf-8",
             "respondent_id_policy": "public", "licence_nl": "tests"}  # fmt: skip

    def per_source(rows):
        return [{**row, "source_code": name} for name in sizes for row in rows]

    edit(places.seeds, "bindings", per_source)
    edit(places.seeds, "sources", lambda _: [])
    for order, name in enumerate(sizes):
        add(places.seeds, "sources", {
            **first, "source_code": name, "label_nl": f"Bron {name}", "label_en": f"Source {name}",
            "file_pattern": f"{name}.csv", "source_priority": order, "sort_order": order,
        })  # fmt: skip
    labels = {"survey_code": "small", "label_nl": "Bron", "label_en": "Source"}
    add(places.seeds, "attributes", {**labels, "attribute_code": "via", "kind": "source"})
    add(places.seeds, "segments", {
        **labels, "segment_code": "via", "attribute_code": "via", "comparison": "pairs",
        "sort_order": 9,
    })  # fmt: skip

    def changed(column, value, key, which):
        return lambda rows: [{**r, column: value} if r[key] == which else r for r in rows]

    edit(places.seeds, "surveys", changed("min_base_n", "30", "survey_code", "small"))
    edit(
        places.seeds,
        "questions",
        changed("headline_statistic", "mean", "question_code", "small_grade"),
    )
    start = 0
    for name, n in sizes.items():
        deliver(places, people(start, n, lambda i, name=name: grade(name, i)), f"{name}.csv")
        start += n
    return places


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("sources")
    places = three_sources(folder, {"large": 120, "middle": 90, "few": 12})
    build(places)
    return places


def test_a_range_is_that_of_the_sources_left_out(tmp_path):
    """Three sources that may all be seen: 8 of one, 6 and 4 of the others."""
    means = {"a": 8, "b": 6, "c": 4}
    places = three_sources(tmp_path, dict.fromkeys(means, 60), lambda name, i: means[name] + i % 2)
    release_tables(places)
    rows = published(places, "select source_code, estimate, others_estimate, difference, verdict, "
                     "estimate_without, source_low, source_high, n_sources, is_every_source "
                     "from marts.source_effects order by source_code")  # fmt: skip
    found = {row[0]: row[1:] for row in rows}
    without = {name: row[4] for name, row in found.items()}
    assert without["a"] < without["b"] < without["c"]
    for name, row in found.items():
        assert row[5:] == (without["a"], without["c"], 3, True), name
        assert row[0] - row[1] == pytest.approx(row[2], abs=0.011)
    assert found["a"][3] == found["c"][3] == "certain_difference"
    ranges = published(places, "select distinct source_low, source_high, segment_code "
                       "from marts.estimates where source_low is not null")  # fmt: skip
    assert ranges == [(without["a"], without["c"], "total")]

    # Three more of one source: what it and everybody said before stands, and no source is shown
    # beside the others, also those of whom nobody is new and whose own figure is.
    deliver(places, people(0, 60 + 3, lambda i: means["a"] + i % 2), "a.csv")
    release_tables(places)
    assert published(places, "select distinct is_withheld from marts.source_effects") == [(True,)]
    shown = published(places, "select segment_value, is_from_earlier_release from marts.estimates "
                      "where segment_code = 'via' and statistic = 'mean' and not is_withheld "
                      "and question_code = 'small_grade' order by 1")  # fmt: skip
    assert shown == [("a", True), ("b", False), ("c", False)]


def test_a_small_source_is_neither_shown_nor_left_out(small):
    rows = working(small, "select source_code, is_withheld, estimate_without, difference, "
                     "n_sources, is_every_source from marts.source_effects")  # fmt: skip
    found = {row[0]: row[1:] for row in rows}
    assert found["few"][:3] == (True, None, None)
    assert not found["few"][4]
    # What two sources leave of everybody is the third: one of them is withheld with it.
    assert sum(row[0] for row in found.values()) == 2
    assert {row[3] for row in found.values()} == {1}


def attack(total: float, without: float, n: int, n_left: int) -> float:
    """The mean of a source from everybody's and that without it, as if weights were equal."""
    return (total * n - without * n_left) / (n - n_left)


def test_what_is_left_out_tells_a_small_source_and_therefore_is_not_published(small):
    """The figure that is not published tells the mean of 12 people; those that are do not."""
    (n, total), = working(small, "select n_answers, estimate from estimates.est_points as points "
        "inner join estimates.est_measures using (measure_id) where segment_code = 'total' "
        "and statistic = 'mean' and question_code = 'small_grade'")  # fmt: skip
    engine = working(small, "select source_code, n_source, estimate, estimate_without "
                     "from estimates.est_source_effects")  # fmt: skip
    secret = {row[0]: row[1:] for row in engine}
    n_few, mean, without = secret["few"]
    read = attack(round(total, 2), round(without, 2), n, n - n_few)
    assert abs(read - mean) < 0.25  # a tenth of a grade per person, rounding included

    shown = working(small, "select estimate_without, source_low, source_high, others_estimate "
                      "from marts.source_effects where not is_withheld union all "
                      "select source_low, source_high, estimate, estimate from marts.estimates "
                      "where segment_code = 'total' and statistic = 'mean'")  # fmt: skip
    guesses = [
        attack(round(total, 2), figure, n, n - n_few)
        for row in shown
        for figure in set(row) - {None}
    ]
    assert guesses
    assert min(abs(guess - mean) for guess in guesses) > 0.25


def test_the_demo_says_of_every_headline_what_its_sources_do(published):
    (n, n_figures, wrong) = published.execute(
        "select count(*), count(distinct (question_code, option_code)), "
        "count(*) filter (where source_low > source_high) from marts.source_effects"
    ).fetchone()
    assert n >= 3 * n_figures - 10 > 60
    assert wrong == 0


def test_the_source_effect_of_the_demo_is_found(published):
    """Who came through channels of the municipality is happier, on purpose; nobody else is."""
    rows = published.execute(
        "select source_code, difference, verdict, p_adjusted_clustered < 0.05 "
        "from marts.source_effects where question_code = 'overall_grade'"
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    assert found[HAPPIER_SOURCE][0] > 0.2
    assert found[HAPPIER_SOURCE][1:] == ("certain_difference", True)
    assert all(row[0] < 0 for source, row in found.items() if source != HAPPIER_SOURCE)
    (low, estimate, high) = published.execute(
        "select any_value(effects.source_low), any_value(estimates.estimate), "
        "any_value(effects.source_high) "
        "from marts.source_effects as effects inner join marts.estimates as estimates "
        "using (survey_code, wave_code, weighting_scheme, question_code, statistic) "
        "where question_code = 'overall_grade' and estimates.segment_code = 'total'"
    ).fetchone()
    # Leaving it out lowers the grade by more than chance does.
    assert low < estimate - 0.05 < estimate < high
