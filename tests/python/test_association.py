"""What the warehouse counts per cell becomes the table and the design of the people counted.

A test of association is made of what is published: F of a table with withheld figures tells them.
"""

import duckdb
import numpy as np
import pandas as pd
import pytest
from peil.crosstabs.layout import page
from peil.crosstabs.run import Crosstabs
from peil.statistics.design import Clusters, Design
from peil.statistics.independence import Table, rao_scott
from peil.tables.association import independence_tests
from peil.tables.designs import DesignTables
from small_survey import add, deliver, edit, night, small_places

KEY = {"scheme_code": "x", "wave_code": "w"}
N = 60


@pytest.fixture
def people() -> pd.DataFrame:
    """Sixty people in two strata and six clusters; base weights vary within every cell."""
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "stratum": np.repeat(["n", "z"], N // 2),
            "cluster_code": np.repeat(list("abcdef"), N // 6),
            "segment_value": rng.choice(["p", "q"], N),
            "answer": rng.choice(["1", "2", "3"], N),
            "d": rng.uniform(0.5, 3, N),
        }
    ).assign(cell_id=lambda frame: 7 + 2 * (frame["stratum"] == "z"))


def test_the_tables_of_the_warehouse_give_the_test_of_the_people(people):
    """The same people with a raking cell and a cluster of their own each, in the same design."""
    n, factors = np.array([N / 2, N / 2]), {"n": 2.0, "z": 3.0}
    summed = people.assign(d2=people["d"] ** 2)
    cells = summed.groupby(["cell_id", "stratum"], as_index=False).agg(
        sum_d=("d", "sum"), sum_d2=("d2", "sum")
    )
    keys = ["cell_id", "stratum", "cluster_code", "segment_value", "answer"]
    counts = summed.groupby(keys, as_index=False).agg(sum_d=("d", "sum"), sum_d2=("d2", "sum"))
    strata = [
        {"stratum": stratum, "unit": unit, "n_units": units, "population_correction": 0.5}
        for stratum in "nz"
        for unit, units in (("respondent", N // 2), ("cluster", 3))
    ]
    none = ["attribute_code", "level_code"]
    tables = DesignTables(
        cells=cells.assign(
            **KEY, cell_key=cells["cell_id"], group_value="all",
            factor=cells["stratum"].map(factors),
        ),
        levels=pd.DataFrame(columns=[*KEY, "cell_key", *none]),
        inverses=pd.DataFrame(
            columns=[*KEY, "group_value", *none, "other_attribute_code", "other_level_code",
                     "value"]
        ),
        strata=pd.DataFrame(strata).assign(**KEY),
        cluster_levels=pd.DataFrame(
            columns=[*KEY, "group_value", "stratum", "cluster_code", *none, "sum_w"]
        ),
    )  # fmt: skip
    found = independence_tests(
        counts.assign(**KEY, segment_code="g", question_code="q"), tables
    ).iloc[0]

    group = (people["segment_value"] == "q").to_numpy().astype(int)
    answer = people["answer"].astype(int).to_numpy() - 1
    factor = people["stratum"].map(factors).to_numpy()
    d, row = people["d"].to_numpy(), np.arange(N)
    stratum, cluster = np.repeat([0, 1], N // 2), np.repeat(np.arange(6), N // 6)
    sum_d, sum_d2, clusters = (np.zeros((rows, 2, 3)) for rows in (N, N, 6))
    sum_d[row, group, answer], sum_d2[row, group, answer] = d, d**2
    np.add.at(clusters, (cluster, group, answer), factor * d)
    design = Design(
        factors=factor, strata=stratum, sum_d=d, sum_d2=d**2, levels=np.zeros((N, 0)),
        inverse=np.zeros((0, 0)), n_units=n, correction=np.full(2, 0.5),
        clusters=Clusters(
            strata=np.repeat([0, 1], 3), levels=np.zeros((6, 0)),
            n_units=np.full(2, 3.0), correction=np.full(2, 0.5),
        ),
    )  # fmt: skip
    for suffix, by_cluster in (("", False), ("_clustered", True)):
        wanted = rao_scott(Table(sum_d, sum_d2, clusters), design, by_cluster=by_cluster)
        assert found[f"f_statistic{suffix}"] == pytest.approx(wanted.statistic)
        assert found[f"df1{suffix}"] == pytest.approx(wanted.df1)
        assert found[f"p_value{suffix}"] == pytest.approx(wanted.p_value)


# Of 60 people in the north 3 were helped at the desk, of 60 in the south 20; 15 of each telephoned.
DESK = {"noord": 3, "zuid": 20}
EACH, CAME = 60, 45
WITHHELD = "select withheld_reason from marts.estimates where question_code = 'small_channel' "


@pytest.fixture(scope="module")
def few_at_the_desk(tmp_path_factory):
    """A survey of plain counts in which one table cell is that of three people.

    All give a 7, so that no mean of a grade may be seen: the site is made all the same.
    """
    places = small_places(tmp_path_factory.mktemp("desk"), ())
    words = dict.fromkeys(("scheme_code", "label_nl", "label_en"), "counts")
    add(places.seeds, "weighting_schemes",
        {**words, "survey_code": "small", "inference_unit": "respondent",
         "unknown_levels": "own_level", "variance_method": "weights_as_given",
         "interval_method": "logit", "bounds_on": "g", "target_scope": "group",
         "is_default": "true", "sort_order": 1})  # fmt: skip
    limits = {"min_cell_n": "5", "min_uniform_base_n": "100"}
    edit(places.seeds, "thresholds", lambda rows: [
        {**row, "value": limits.get(row["threshold_code"], row["value"])} for row in rows
    ])  # fmt: skip
    edit(places.seeds, "surveys", lambda rows: [{**row, "min_base_n": "50"} for row in rows])
    deliver(places, [
        {"id": str(i), "sex": ("man", "vrouw")[i % 2], "age": "40-64", "region": region,
         "place": "1", "base_weight": "1", "grade": "7",
         "channel": "desk" if i % EACH < n else "digital" if i % EACH < CAME else "telephone"}
        for first, (region, n) in zip((0, EACH), DESK.items(), strict=True)
        for i in range(first, first + EACH)
    ])  # fmt: skip
    done = night(places)
    assert done.returncode == 0, done.stderr
    return places


def f_of(table):
    """F of a table of plain counts, in the digits that are published."""
    n = float(table.sum())
    design = Design(
        factors=np.ones(1), strata=np.zeros(1, dtype=int), sum_d=np.array([n]),
        sum_d2=np.array([n]), levels=np.zeros((1, 0)), inverse=np.zeros((0, 0)),
        n_units=np.array([n]), correction=np.ones(1), clusters=None,
    )  # fmt: skip
    found = rao_scott(Table(table[None] * 1.0, table[None] * 1.0), design)
    return None if found is None else float(f"{found.statistic:.3g}")


def test_f_tells_how_many_of_a_group_gave_a_withheld_answer():
    """Why: with the total published, of all tables one has this F."""
    total = sum(DESK.values())

    def table(n):
        phoned = EACH - CAME
        return np.array([[n, CAME - n, phoned], [total - n, CAME - total + n, phoned]])

    alike = [n for n in range(1, 8) if f_of(table(n)) == f_of(table(DESK["noord"]))]
    assert alike == [DESK["noord"]]


@pytest.mark.night
def test_no_test_is_published_of_a_table_with_withheld_figures(few_at_the_desk):
    with duckdb.connect(str(few_at_the_desk.published_file), read_only=True) as connection:
        of_regions = connection.execute(WITHHELD + "and segment_code = 'small_region'").fetchall()
        assert ("protected",) in of_regions
        tests = connection.execute("select segment_code from marts.association_tests").fetchall()
    assert [segment for (segment,) in tests] == ["small_sex"], "of sexes all is published"


@pytest.mark.night
def test_no_crosstab_tests_a_table_with_withheld_figures(few_at_the_desk):
    asked = Crosstabs(few_at_the_desk.warehouse)
    assert asked.ask("small_channel", "small_region").tests.empty
    assert len(Crosstabs(few_at_the_desk.warehouse).ask("small_channel", "small_sex").tests) == 1


@pytest.mark.night
def test_row_shares_have_the_least_base_of_any_figure(few_at_the_desk):
    """23 people came to the desk: fewer than the 50 that a figure needs."""
    table = Crosstabs(few_at_the_desk.warehouse).ask("small_channel", "small_sex")
    assert table.figures["withheld_reason"].isna().all()
    assert any(line.startswith("x ") for line in page(table).below), "the sign is explained"
    shown = table.figures.set_index(["group", "option_code"])[["estimate", "row_share"]]
    assert shown.loc[("man", "desk"), "estimate"] > 0
    assert np.isnan(shown.loc[("man", "desk"), "row_share"])
    assert shown.loc[("man", "digital"), "row_share"] > 0
