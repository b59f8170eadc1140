"""The harness of the benchmarks: raking at 4,000 meets its margins, and the tables are written."""

from pathlib import Path

import duckdb
import pytest
from peil.settings import PROJECT

from benchmarks.__main__ import keep, write_docs
from benchmarks.figures import differences, export, figures_section
from benchmarks.nights import few_seeds, write_delivery
from benchmarks.raking import run_raking
from benchmarks.raking_peil import margin_error, rake_table, write_weights
from benchmarks.respondents import CASES, Case, write_respondents
from benchmarks.sections import replace_section


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_weights_written_in_the_database_meet_the_margins(tmp_path: Path, case: Case) -> None:
    write_respondents(tmp_path / "r.duckdb", case, 4000)
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        rake_table(connection, case)
        write_weights(connection, case)
        assert margin_error(connection, case) < 1e-9
        counts = "select (select count(*) from weights), (select count(*) from respondents)"
        assert connection.execute(counts).fetchone() == (4000, 4000)


def test_a_short_benchmark_writes_its_tables_and_leaves_other_sections(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    replace_section(docs, "dashboard", "## Dashboard\n\nstays")
    keep(tmp_path, "raking", 4000, lambda: run_raking([4000], 1, 60, tmp_path, peers=False))
    write_docs(tmp_path, docs)
    write_docs(tmp_path, docs)
    text = docs.read_text()
    assert text.count("### 2 margins, 4,000 respondents") == 1
    assert text.count("**Peil, whole**") == len(CASES)
    assert "## Dashboard\n\nstays" in text
    assert "failed" not in text


def test_a_lost_marker_is_refused(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    docs.write_text("<!-- raking:start -->\n")
    with pytest.raises(ValueError, match="found 1 and 0"):
        replace_section(docs, "raking", "x")


def test_a_sampled_delivery_has_new_ids_and_the_columns_of_its_source(tmp_path: Path) -> None:
    source = tmp_path / "demo.csv"
    names = ("id", "submitdate", "seed", "startdate", "datestamp", "G01Q02", "G01Q03")
    columns = ";".join(f'"{name}"' for name in names) + "\n"
    source.write_text("\ufeff" + columns + '"7";"2024-07-01";"1";"a";"b";"V";"50"\n')
    write_delivery(source, tmp_path / "out.csv", 50, 1000, 1)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0].replace('"', "") == columns.strip().replace('"', "")
    assert len({line.split(";")[0] for line in lines[1:]}) == 50


def test_few_seeds_hold_one_scheme_per_survey_and_what_belongs_to_it(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    few_seeds(PROJECT / "seeds", seeds)
    with duckdb.connect() as connection:
        connection.execute(f"create table schemes as from '{seeds}/weighting_schemes.csv'")
        per_survey = connection.execute(
            "select count(*), bool_and(is_default) from schemes group by survey_code"
        ).fetchall()
        assert set(per_survey) == {(1, True)}
        for name in ("variables", "segments", "ladders"):
            file = f"'{seeds}/weighting_{name}.csv'"
            stray = connection.execute(f"from {file} anti join schemes using (scheme_code)")
            assert stray.fetchall() == []
        segments = connection.execute(
            f"select distinct segment_code from '{seeds}/segments.csv' order by 1"
        )
        assert segments.fetchall() == [("participation",), ("total",)]
    for name in ("questions.csv", "attributes.csv", "municipalities.csv"):
        assert (seeds / name).read_bytes() == (PROJECT / "seeds" / name).read_bytes()


def test_r_reads_the_answers_that_the_figures_stand_on(demo, tmp_path: Path) -> None:
    """A column per measure holds who answered; figures that differ are seen."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as warehouse:
        whole = export(warehouse, tmp_path)
        people = duckdb.read_csv(str(tmp_path / "people.csv"))
        ours = warehouse.execute(
            """
            select measures.name, estimates.n_answers, estimates.n_positive, measures.is_share
            from estimates.est_estimates as estimates
            inner join measures using (measure_id)
            semi join scheme using (scheme_code)
            where segment_code = 'total'
            """
        ).fetchall()
        assert len(ours) > 5 and whole["tests"] > whole["independence"] > 0
        for name, n_answers, n_positive, is_share in ours:
            n, ticked = people.aggregate(f"count({name}), sum({name})").fetchone()
            assert n == n_answers and (not is_share or ticked == n_positive), name
        warehouse.execute(
            f"""
            copy (
                select measure_id, segment_code, segment_value, estimate + 0.5 as estimate, se,
                    ci_low, ci_high
                from estimates.est_estimates semi join scheme using (scheme_code)
            ) to '{tmp_path / "found.csv"}' (format csv, header)
            """
        )
        apart = differences(warehouse, tmp_path / "found.csv")
    assert apart["n"] == whole["figures"] and apart["se"] == 0
    assert apart["estimate"] == pytest.approx(0.5)
    rows = [{"what": what, "n": 10, "seconds": 1.0, "whole": 1000}
            for what in ("figures", "tests", "independence")]  # fmt: skip
    text = figures_section([*rows, {"what": "night", "seconds": 40}, {"what": "apart", **apart}])
    assert "about 300 seconds in R" in text and "estimate 5.0e-01" in text
