"""`import peil` in a notebook: weights for a data frame, and the published figures."""

import doctest
import subprocess
import sys

import numpy as np
import pandas as pd
import peil
import polars as pl
import pyarrow as pa
import pytest
from peil.errors import InputError, RakingError
from peil.raking import prepare_margins
from peil.raking import rake as rake_cells
from peil.tables import rake_frame

MARGINS = {
    "sex": {"m": 480.0, "v": 520.0},
    "age": {"18-39": 350.0, "40-64": 430.0, "65+": 220.0},
}


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    random = np.random.default_rng(7)
    n = 3000
    return pd.DataFrame(
        {
            "sex": random.choice(["m", "v"], n, p=[0.4, 0.6]),
            "age": random.choice(["18-39", "40-64", "65+"], n, p=[0.2, 0.4, 0.4]),
            "d": random.uniform(0.5, 2.0, n),
        }
    )


def sums(sample: pd.DataFrame, weights: np.ndarray, variable: str) -> dict[str, float]:
    return sample.assign(w=weights).groupby(variable)["w"].sum().to_dict()


def test_the_weights_meet_every_margin(sample):
    for base in (None, "d"):
        weights = peil.rake(sample, MARGINS, base_weight=base)
        for variable, totals in MARGINS.items():
            assert sums(sample, weights, variable) == pytest.approx(totals, rel=1e-9)


def test_the_weights_are_those_of_raking_person_by_person(sample):
    d = sample["d"].to_numpy()
    people = prepare_margins(
        {name: sample[name].to_numpy(dtype=object) for name in MARGINS},
        d, np.ones(len(d)), MARGINS,
    )  # fmt: skip
    expected = d * rake_cells(d, people).factors
    np.testing.assert_allclose(peil.rake(sample, MARGINS, base_weight="d"), expected, rtol=1e-9)


class Capsule:
    """What offers the Arrow interface and nothing else, such as a query of DuckDB."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("bounds", [{}, {"lower": 0.2, "upper": 3.0, "bounds_on": "w"}])
def test_every_kind_of_frame_gets_the_same_weights(sample, bounds):
    arrow = pa.Table.from_pandas(sample)
    frames = [
        sample.astype({"sex": "category", "age": object}), pl.from_pandas(sample), arrow,
        pl.from_pandas(sample).with_columns(pl.col("age").cast(pl.Categorical)), Capsule(arrow),
    ]  # fmt: skip
    expected = peil.rake(sample, MARGINS, base_weight="d", **bounds)
    for frame in frames:
        np.testing.assert_array_equal(
            peil.rake(frame, MARGINS, base_weight="d", **bounds), expected
        )


def test_levels_are_compared_as_text():
    levels = [1.0, 2.0, 1.0, None]
    margins = {"x": {1: 30, " 2": 70}}
    for column in (levels, ["1", "2 ", " 1", ""], pd.array([1, 2, 1, None], dtype="Int64")):
        weights = peil.rake(pd.DataFrame({"x": column}), margins)
        # Who did not say keeps a quarter; the rest is shared as the population is.
        assert weights.tolist() == pytest.approx([11.25, 52.5, 11.25, 25.0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"margins": {"region": {"a": 1}}}, "Column 'region' is not here. Columns: sex, age, d."),
        ({"margins": {}}, "There are no margins."),
        ({"margins": {"sex": {"m": 1, " m": 1, "v": 2}}}, "level 'm' stands there twice"),
        ({"base_weight": "sex"}, "Base weight 'sex' does not hold numbers"),
        ({"margins": {"sex": {"m": 1.0}}}, "level 'v' has 1,"),
        ({"margins": {"sex": {"m": 1.0, "v": 1.0, "x": 2.0}}}, "level 'x' has target 2 but no"),
    ],
)
def test_what_cannot_be_raked_is_named(sample, change, words):
    with pytest.raises((InputError, RakingError)) as raised:
        peil.rake(sample, **{"margins": MARGINS, **change})
    assert words in str(raised.value)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_base_weight_that_is_none_is_named_with_its_row(sample, bad):
    frame = sample.copy()
    frame.loc[7, "d"] = bad
    with pytest.raises(RakingError, match=r"'d' is missing, 0, negative .* 1 respondents \(row 7:"):
        peil.rake(frame, MARGINS, base_weight="d")


def test_what_is_no_frame_or_holds_two_kinds_is_said():
    with pytest.raises(InputError, match="int is no data frame"):
        peil.rake(3, MARGINS)
    mixed = pd.DataFrame({"sex": ["m", 3], "age": ["65+", "65+"]}, dtype=object)
    with pytest.raises(InputError, match="Column 'sex' holds values of several kinds"):
        peil.rake(mixed, MARGINS)
    with pytest.raises(InputError, match="nobody to weigh"):
        peil.rake(pd.DataFrame({"sex": [], "age": []}), MARGINS)


def test_more_combinations_than_a_number_holds():
    random = np.random.default_rng(3)
    names = [f"q{i}" for i in range(40)]
    frame = pd.DataFrame({name: random.choice(list("abc"), 400) for name in names})
    margins = {name: {"a": 30.0, "b": 35.0, "c": 35.0} for name in names}
    weights = peil.rake(frame, margins)
    for name in names:
        assert sums(frame, weights, name) == pytest.approx(margins[name], rel=1e-8)


def test_the_examples_in_the_texts_are_right():
    assert doctest.testmod(rake_frame).attempted >= 3
    assert doctest.testmod(rake_frame).failed == 0


def test_importing_peil_imports_nothing_heavy():
    code = (
        "import sys, peil; import peil.cli.main; "
        "print([m for m in ('numpy', 'pandas', 'scipy', 'dbt', 'pyarrow') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_published_file_is_opened_for_reading_only(demo):
    import duckdb

    with peil.open_published(demo.published_file) as connection:
        assert connection.execute("select count(*) > 0 from marts.estimates").fetchone() == (True,)
        with pytest.raises(duckdb.Error, match="read-only"):
            connection.execute("create table marts.x as select 1")
    with pytest.raises(InputError, match="not there"), peil.open_published("nowhere.duckdb"):
        pass
