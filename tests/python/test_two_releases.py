"""Two releases in a row do not give the answers of those who came in between."""

import csv
import shutil

import duckdb
import pytest
from conftest import options, peil, places_in
from peil.nights.release import put_back
from peil.nights.released import load_released
from peil.warehouse import open_warehouse
from small_survey import REFERENCE, add, deliver, release_tables, rows_of, small_places

MANY, FEW = 10, 3
ALL_AND_WOMEN = (
    "select segment_code = 'total', n_answers, estimate from marts.estimates "
    "where weighting_scheme = 'unweighted' and question_code = 'small_grade' "
    "and statistic = 'mean' and segment_value in ('total', 'vrouw')"
)
GRADE = (
    "select n_answers, estimate, is_from_earlier_release from marts.estimates "
    "where weighting_scheme = 'unweighted' and segment_code = 'total' "
    "and question_code = 'small_grade' and statistic = 'mean'"
)


def newcomers(n, grade, first):
    """Rows like those of the survey, with respondent numbers of their own."""
    return [
        [first + i, "man" if i % 2 else "vrouw", "40-64", "noord", 1, 1, grade, "digital"]
        for i in range(n)
    ]


def survey_with(places, rows):
    """The reference survey with rows more, as a corrected delivery of the same name."""
    with (REFERENCE / "small_survey.csv").open(encoding="utf-8", newline="") as handle:
        header, *table = csv.reader(handle)
    weight = header.index("base_weight")
    table = [header, *[[*row[:weight], 1, *row[weight + 1 :]] for row in table]]
    with (places.inbox / "small_survey.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([*table, *rows])


def with_counts(folder):
    """The reference survey with a scheme of plain counts beside its weights."""
    places = small_places(folder)
    (weighted,) = rows_of(places.seeds / "weighting_schemes.csv")
    counts = {"variance_method": "weights_as_given", "is_default": "false", "sort_order": 9}
    words = dict.fromkeys(("scheme_code", "label_nl", "label_en"), "unweighted")
    add(places.seeds, "weighting_schemes", weighted | words | counts)
    return places


def night(places):
    release_tables(places)
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        return connection.execute(GRADE).fetchone()


def grade_of_newcomers(before, after):
    """What a reader who subtracts one release from the other finds: n·m of both."""
    (n, m, _), (later_n, later_m, _) = before, after
    return (later_n * later_m - n * m) / (later_n - n) if later_n != n else None


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The survey after its first night, and its grade. Do not change it."""
    places = with_counts(tmp_path_factory.mktemp("first"))
    survey_with(places, [])
    return places, night(places)


def after(first, folder):
    """A copy of the survey, to hold a second night in."""
    shutil.copytree(first[0].inbox.parent, folder, symlinks=True, dirs_exist_ok=True)
    return places_in(folder, seeds=folder / "seeds")


@pytest.fixture(scope="module")
def releases(first, tmp_path_factory):
    """Grades after three nights: at first, with three who gave a 1 more, and with ten more."""
    places = after(first, tmp_path_factory.mktemp("releases"))
    found = [first[1]]
    for rows in (newcomers(FEW, 1, 1000), newcomers(FEW + MANY, 1, 1000)):
        survey_with(places, rows)
        found.append(night(places))
        shutil.copy2(places.published_file, places.inbox.parent / f"release_{len(found)}.duckdb")
    return places, found


def test_the_released_figure_stands_while_few_came_in(releases):
    _, (first, second, _) = releases
    assert second[:2] == first[:2]
    assert second[2] is True
    assert grade_of_newcomers(first, second) is None


def test_a_figure_is_made_anew_when_enough_came_in(releases):
    _, (first, _, third) = releases
    assert third[0] == first[0] + FEW + MANY
    assert third[1] < first[1]
    assert third[2] is False


def associations_in(file):
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(
            "select segment_code, f_statistic from marts.association_tests "
            "where weighting_scheme = 'unweighted' and question_code = 'small_channel' order by all"
        ).fetchall()


def test_no_test_is_made_anew_of_figures_that_stand(releases, first):
    """F of all answers of now, beside the shares of before, would tell what the few answered."""
    folder = releases[0].inbox.parent
    before, third = (
        associations_in(first[0].published_file),
        associations_in(folder / "release_3.duckdb"),
    )
    assert len(before) == 3 and len(third) >= 1
    assert third[0] not in before
    assert associations_in(folder / "release_2.duckdb") == []


def loaded(published, folder):
    """What a build loads of the grade of everybody: its base, and those of other releases."""
    folder.mkdir()
    with open_warehouse(folder / "peil.duckdb") as connection:
        load_released(connection, published)
        return connection.execute(
            "select n_answers, earlier_bases from raw.released_figures "
            "where weighting_scheme = 'unweighted' and segment_code = 'total' "
            "and question_code = 'small_grade' and statistic = 'mean'"
        ).fetchone()


def without_figures(release):
    with duckdb.connect(str(release / "peil.duckdb")) as connection:
        connection.execute("delete from marts.estimates")


def test_every_base_that_was_ever_released_counts(releases, tmp_path):
    places, (first, _, third) = releases
    published = tmp_path / "published"
    shutil.copytree(places.published, published, symlinks=True)
    oldest, _, newest = sorted((published / "releases").glob("2*"))
    assert loaded(published, tmp_path / "now") == (third[0], [first[0]])
    put_back(published, oldest)
    assert loaded(published, tmp_path / "back") == (first[0], [first[0], third[0]])
    without_figures(oldest)
    assert loaded(published, tmp_path / "lost") is None
    # The one between was taken back, and stays so when a newer one is in force.
    put_back(published, newest)
    without_figures(newest)
    assert loaded(published, tmp_path / "still lost") is None


def test_a_figure_stands_from_the_newest_release_that_has_it(releases, tmp_path):
    places, (first, *_) = releases
    published = tmp_path / "published"
    shutil.copytree(places.published, published, symlinks=True)
    without_figures(sorted((published / "releases").glob("2*"))[-1])
    assert loaded(published, tmp_path / "loaded") == (first[0], None)


def copied(places, folder):
    """The published folder, to damage, in one of which DuckDB would read the name as a pattern."""
    folder = folder.with_name(f"{folder.name} [a]*'é")
    shutil.copytree(places.published, folder, symlinks=True)
    return folder, sorted((folder / "releases").glob("2*"))[-1]


def test_a_figure_of_an_edited_file_stands_nowhere_and_its_base_still_counts(releases, tmp_path):
    places, (first, _, third) = releases
    published, newest = copied(places, tmp_path / "published")
    with duckdb.connect(str(newest / "peil.duckdb")) as connection:
        connection.execute("update marts.estimates set estimate = 9.9 where not is_withheld")
    assert loaded(published, tmp_path / "now") == (first[0], [first[0], third[0]])


def test_without_a_release_in_force_every_release_is_compared_with(releases, tmp_path):
    """The link that readers open is gone; what they had they still have."""
    places, (first, _, third) = releases
    published, _ = copied(places, tmp_path / "published")
    (published / "current").unlink()
    assert loaded(published, tmp_path / "now") == (third[0], [first[0], third[0]])


def test_what_was_taken_back_is_compared_with(releases, tmp_path):
    """Of 16 newcomers 13 were in a release that was taken back: the difference tells 3 answers."""
    places = after((releases[0],), tmp_path)
    first, _, third = releases[1]
    done = peil("rollback", "previous", *options(places))
    assert done.returncode == 0, done.stderr
    survey_with(places, newcomers(FEW + MANY + FEW, 1, 1000))
    again = night(places)
    assert (again[0], again[1], again[2]) == (first[0], first[1], True)
    assert abs(again[0] - third[0]) >= MANY


def men_and_women(men, women):
    """Newcomers of both sexes: men who gave a 1, women who gave an 8."""
    rows = newcomers(2 * max(men, women), 0, 1000)
    of_sex = [[r for r in rows if r[1] == sex][:n] for sex, n in (("man", men), ("vrouw", women))]
    return [[*row[:6], 1 if row[1] == "man" else 8, *row[7:]] for rows in of_sex for row in rows]


def grade_of_new_men(before, after):
    """What two releases tell a reader who subtracts the women from everybody in both."""
    sums = []
    for release in (before, after):
        with duckdb.connect(str(release / "peil.duckdb"), read_only=True) as connection:
            everybody, women = sorted(connection.execute(ALL_AND_WOMEN).fetchall(), reverse=True)
        sums.append((everybody[1] - women[1], everybody[1] * everybody[2] - women[1] * women[2]))
    (n, of_men), (later_n, of_men_later) = sums
    return later_n - n, (of_men_later - of_men) / (later_n - n)


def test_everybody_without_the_women_tells_of_no_few_men(first, tmp_path):
    """Three men came and twenty women, who are enough to be made anew but for the men."""
    places = after(first, tmp_path)
    survey_with(places, men_and_women(men=FEW, women=2 * MANY))
    assert night(places)[:1] == (first[1][0] + FEW + 2 * MANY,)
    # All who came were subtracted from all: what is left are the three and the twenty.
    assert grade_of_new_men(first[0].published, places.published)[0] == FEW + 2 * MANY


def test_without_the_rule_the_newcomers_answers_are_read(first, tmp_path):
    """The attacks work: three who all gave a 1 are found to within the rounding."""
    places = after(first, tmp_path)
    thresholds = places.seeds / "thresholds.csv"
    text = thresholds.read_text(encoding="utf-8")
    rule = f"min_new_respondents,{MANY}"
    assert rule in text
    thresholds.write_text(text.replace(rule, "min_new_respondents,1"), encoding="utf-8")
    survey_with(places, men_and_women(men=FEW, women=2 * MANY))
    everybody = (FEW * 1 + 2 * MANY * 8) / (FEW + 2 * MANY)
    assert grade_of_newcomers(first[1], night(places)) == pytest.approx(everybody, abs=0.1)
    n, grade = grade_of_new_men(first[0].published, places.published)
    assert (n, grade) == (FEW, pytest.approx(1, abs=0.5))


def test_shares_of_a_number_that_nobody_gives_any_more_stand_nowhere(first, tmp_path):
    """Who gave the only 4 meant a 5, and one came in: what was released has no row to stand in."""
    places = after(first, tmp_path)
    survey_with(places, newcomers(1, 5, 1000))
    rows = rows_of(places.inbox / "small_survey.csv")
    (mistaken,) = [row for row in rows if row["grade"] == "4"]
    mistaken["grade"] = "5"
    deliver(places, rows)
    assert night(places) == (*first[1][:2], True)
    seen = {}
    for release in (first[0].published_file, places.published_file):
        with duckdb.connect(str(release), read_only=True) as connection:
            seen[release] = connection.execute(
                "select list(answer_code order by answer_code) filter (where not is_withheld), "
                "bool_and(is_from_earlier_release) from marts.distributions "
                "where segment_code = 'total' and question_code = 'small_grade' "
                "and statistic = 'share'"
            ).fetchone()
    before, now = seen.values()
    assert "4" in before[0]
    assert now == (None, True)
