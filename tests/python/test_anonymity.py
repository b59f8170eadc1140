"""The research file with --k: no class of fewer than k, and nothing in it that undoes that."""

import random

import duckdb
import pytest
from peil.errors import PeilError
from peil.nights.anonymity import report, risk

TABLES = """
attach ':memory:' as research;
create schema research.microdata;
create schema codebook;
create table codebook.attributes as select * from (values
    ('s', 'age', 'number_band', 'q_age', 'Leeftijd', 'Age'),
    ('s', 'place', 'municipality', 'q_place', 'Gemeente', 'Municipality'),
    ('s', 'sex', 'question', 'q_sex', 'Geslacht', 'Gender')
) as t (survey_code, attribute_code, kind, question_code, label_nl, label_en);
create table research.microdata.attribute_levels as select 's' as survey_code, *,
    attribute_code as attribute_label_nl, attribute_code as attribute_label_en,
    level_code as label_nl, level_code as label_en, 'ordinal' as measurement_level
from (values ('age', '18-29', 1), ('age', '30-64', 2), ('age', '65+', 3))
    as t (attribute_code, level_code, level_number);
create table research.microdata.attributes (
    survey_code varchar, wave_code varchar, respondent_key varchar,
    attribute_code varchar, level_code varchar
);
create table research.microdata.answers as select 's' as survey_code, 'w' as wave_code,
    'r0' as respondent_key, unnest(['q_age', 'grade']) as question_code;
create table research.microdata.weights as select 's' as survey_code, 'w' as wave_code,
    'r' || i as respondent_key, 'x' as weighting_scheme, 1 as base_weight,
    1 + i / 100 as weight, 10.0 + i as population_weight from range(400) as t (i);
create table research.microdata.respondents as select survey_code, wave_code, respondent_key,
    base_weight::double as base_weight from research.microdata.weights;
"""


@pytest.fixture
def file_of():
    """A research file of n respondents over ages, places and sexes, one of them rare."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)

        def fill(n):
            draw = random.Random(7)
            rows = []
            for i in range(n):
                levels = {
                    "age": draw.choice(["18-29", "30-64", "65+"]),
                    "place": draw.choice(["p1", "p2", "p3", "p4"]),
                    "sex": "other" if i == 0 else draw.choice(["m", "v"]),
                }
                rows += [("s", "w", f"r{i}", *pair) for pair in levels.items()]
            connection.executemany(
                "insert into research.microdata.attributes values (?, ?, ?, ?, ?)", rows
            )
            connection.execute(
                "delete from research.microdata.weights where respondent_key not in "
                "(select respondent_key from research.microdata.attributes)"
            )
            return connection

        yield fill


def test_without_k_nothing_changes_and_the_risk_is_written_down(file_of):
    connection = file_of(400)
    before = connection.execute("from research.microdata.attributes order by all").fetchall()
    report(connection, None)
    assert (
        connection.execute("from research.microdata.attributes order by all").fetchall() == before
    )
    k, unique, below = connection.execute(
        "select k, n_unique, n_below_k from research.microdata.disclosure_risk"
    ).fetchone()
    assert (k, unique) == (5, 1)
    assert below >= 1


@pytest.mark.parametrize("k", [2, 5, 20])
def test_with_k_nobody_is_in_a_class_of_fewer(file_of, k):
    connection = file_of(400)
    assert risk(connection, k).n_below > 0
    report(connection, k)
    sizes = connection.execute(
        "select count(*) from (select list(level_code order by attribute_code) as class "
        "from research.microdata.attributes group by respondent_key) group by class"
    ).fetchall()
    assert min(n for (n,) in sizes) >= k
    assert sum(n for (n,) in sizes) == 400


def test_neither_weights_nor_answers_undo_it(file_of):
    """A weight of somebody's own, or the age as answered, would tell the class again."""
    connection = file_of(400)
    total = connection.execute("select sum(weight) from research.microdata.weights").fetchone()[0]
    report(connection, 20)
    weights, classes = connection.execute(
        "select count(distinct round(weight, 9)), (select count(distinct class) from "
        "research_classes) from research.microdata.weights"
    ).fetchone()
    assert weights <= classes
    after = connection.execute("select sum(weight) from research.microdata.weights").fetchone()[0]
    assert after == pytest.approx(total)
    questions = connection.execute(
        "select question_code from research.microdata.answers"
    ).fetchall()
    assert questions == [("grade",)]


def test_too_few_respondents_for_k_are_refused(file_of):
    with pytest.raises(PeilError, match=r"--k 5: .* no attribute can be made coarser"):
        report(file_of(3), 5)
