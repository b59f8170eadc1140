"""Crosstabs for the same readers: what one of them withholds does not follow from all together.

The attacks are written apart from the product: they read the answers themselves, and only what the
tables show. Each succeeds on the same tables when every one of them is asked by itself.
"""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import peil
import pytest
from conftest import here, options, places_in
from made_once import copy_of
from peil.crosstabs import query
from peil.crosstabs.asked import ask
from peil.crosstabs.ledger import given_before
from peil.crosstabs.people import read_respondents
from peil.crosstabs.spans import Span
from peil.disclosure import recoverable
from peil.settings import Places
from scipy import sparse
from test_crosstab import make_several

QUESTION, BY, FILTER = "preferred_submit_channel", "age_group", "gender"
# What a reader asks for: everybody, and one group of the filter after another.
TABLES = ({}, {FILTER: "man"}, {FILTER: "vrouw"})
Ask = Callable[..., peil.crosstabs.result.Crosstab]


def answers_of_people(warehouse: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per person who answered: column, filter and answer."""
    return warehouse.execute(
        "select coalesce(max(level_code) filter (attribute_code = ?), '') as column, "
        "coalesce(max(level_code) filter (attribute_code = ?), '') as filter, "
        "any_value(option_code) as answer "
        "from estimates.est_valid_answers "
        "inner join weighted.wgt_respondent_attributes using (delivery_key, row_number) "
        "where question_code = ? group by delivery_key, row_number",
        [BY, FILTER, QUESTION],
    ).df()


def few_that_follow(asks: Ask, people: pd.DataFrame) -> set[tuple[str, str, str]]:
    """Column, filter and answer that 1 to 4 people gave, and that all tables together tell."""
    n = people.groupby(["column", "filter", "answer"]).size()
    equations, shown = [], set()
    for where in TABLES:
        figures = asks(QUESTION, BY, where=where).figures
        seen = figures[figures["estimate"].notna()]
        own = where.get(FILTER)
        for column, answer in zip(seen["group"], seen["option_code"], strict=True):
            cells = [key for key in n.index if key[2] == answer and own in (None, key[1])]
            if column != "total":
                cells = [key for key in cells if key[0] == column]
            equations.append(dict.fromkeys(cells, 1.0))
            shown |= {cells[0]} if len(cells) == 1 else set()
    few = set(n[n < 5].index)
    assert few and shown, "the demo has answers of a few people, and tables that show figures"
    return recoverable(list(n.index), equations) & few


def test_tables_of_one_session_do_not_tell_what_a_few_people_answered(demo, warehouse):
    people = answers_of_people(warehouse)
    session = peil.Crosstabs(demo.warehouse)
    assert not few_that_follow(session.ask, people)

    def alone(question: str, by: str, where: dict) -> object:
        return peil.crosstab(question, by, where=where, warehouse=demo.warehouse)

    assert few_that_follow(alone, people), "each by itself, the same attack succeeds"


def test_a_table_that_is_asked_again_shows_the_same(demo):
    session = peil.Crosstabs(demo.warehouse)
    first = [session.ask(QUESTION, BY, where=where).figures for where in TABLES]
    again = [session.ask(QUESTION, BY, where=where).figures for where in TABLES]
    for figures, same in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(figures, same)
    alone = peil.crosstab(QUESTION, BY, where=TABLES[-1], warehouse=demo.warehouse).figures
    assert first[-1]["estimate"].isna().sum() > alone["estimate"].isna().sum()


@pytest.fixture
def several(tmp_path_factory, tmp_path: Path) -> Places:
    """The survey with two questions of several answers, in which 25 people may be seen."""
    copy_of(tmp_path_factory, "several", make_several, tmp_path)
    places = places_in(tmp_path, seeds=tmp_path / "seeds")
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute("update codebook.surveys set min_base_n = 25")
    return places


def hidden(table: peil.crosstabs.result.Crosstab) -> set[tuple[str, str]]:
    figures = table.figures[table.figures["group"] != "total"]
    lost = figures[figures["estimate"].isna()]
    return set(zip(lost["group"], lost["option_code"], strict=True))


def test_two_questions_crossed_the_other_way_around_tell_nothing(several):
    """Who gave a of those who gave p are who gave p of those who gave a."""
    narrow = {"small_sex": "man"}
    session = peil.Crosstabs(several.warehouse)
    one = hidden(session.ask("small_used", "small_reasons", where=narrow))
    other = hidden(session.ask("small_reasons", "small_used", where=narrow))
    assert one and {(b, a) for a, b in one} <= other
    alone = peil.crosstab("small_reasons", "small_used", where=narrow, warehouse=several.warehouse)
    assert not {(b, a) for a, b in one} <= hidden(alone), "by itself it tells the first"


def test_the_command_remembers_what_it_gave_out_per_session(several, tmp_path):
    def asked(*arguments: str) -> str:
        file = tmp_path / "table.md"
        done = here("crosstab", *arguments, "--out", str(file), *options(several))
        assert done.returncode == 0, done.stderr
        return file.read_text("utf-8") + done.stderr

    narrow = ("--where", "small_sex=man")
    first = asked("small_used", "small_reasons", *narrow)
    assert "given out before" not in first
    assert asked("small_used", "small_reasons", *narrow) == first
    reverse = ("small_reasons", "small_used", *narrow)
    beside, apart = asked(*reverse), asked(*reverse, "--session", "others")
    assert "protected beside 1 given out before" in beside
    assert beside.count("x") > apart.count("x")
    (file,) = several.warehouse.parent.glob("*crosstabs.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["session"] for line in lines] == ["readers", "readers", "others"]
    assert not {"estimate", "n_answers"} & set(lines[0])
    assert len(given_before(several, "readers")) == 2


def test_a_line_that_cannot_be_read_is_named(several):
    file = several.warehouse.with_name("peil-operations-crosstabs.jsonl")
    file.write_text('{"session": "readers"}\n', encoding="utf-8")
    done = here("crosstab", "small_used", "small_reasons", *options(several))
    assert done.returncode == 2
    assert f"{file}, line 1: cannot be read" in done.stderr
    done = here("crosstab", "small_used", "small_sex", "--session", " ", *options(several))
    assert done.returncode == 2 and "--session: give a name" in done.stderr


def test_a_table_whose_codes_are_gone_no_longer_counts(several):
    session = peil.Crosstabs(several.warehouse)
    session.ask("small_used", "small_reasons", where={"small_sex": "man"})
    with duckdb.connect(str(several.warehouse)) as connection:
        connection.execute(
            "update codebook.questions set is_reported = false where question_code = 'small_used'"
        )
    alone = peil.crosstab("small_reasons", "small_sex", warehouse=several.warehouse).figures
    pd.testing.assert_frame_equal(session.ask("small_reasons", "small_sex").figures, alone)


def test_a_span_holds_what_sums_of_sums_give():
    vectors = np.array([[1.0, 0], [1, 1], [0, 1], [0, 0]])
    targets = sparse.csr_array(
        [[1.0, 0, -1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    )
    span = Span(vectors)
    assert span.holds(targets).tolist() == [True, True, False, False, False]
    assert sorted(span.parts(np.array([1.0, 0, -1, 0]))) == [0, 1]
    assert not Span(np.zeros((4, 0))).holds(targets).any()


def test_answers_read_as_bits_and_as_texts_are_the_same_people(warehouse, monkeypatch):
    asked = ask(
        warehouse, "channels_used", ["overall_grade", "contact_grade_email"], {}, None, None
    )
    bits = read_respondents(warehouse, asked).frame
    monkeypatch.setattr(query, "MOST_BITS", 0)
    texts = read_respondents(warehouse, asked).frame
    assert len(bits) > 1000
    pd.testing.assert_frame_equal(bits, texts, check_exact=False, rtol=1e-12)
