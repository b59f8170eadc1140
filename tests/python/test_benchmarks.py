"""The harness of the benchmarks: raking at 4,000 meets its margins, and the tables are written."""

import json
import sys
from pathlib import Path

import duckdb
import pytest
from peil.settings import PROJECT

from benchmarks.__main__ import keep, write_docs
from benchmarks.cluster import Model, cluster_section, fit, result_of
from benchmarks.figures import differences, export, figures_section, own_seconds
from benchmarks.nights import DRAWN_FROM, POPULATION, few_seeds, write_delivery, write_survey
from benchmarks.processes import Measured, run_measured
from benchmarks.raking import NEWER_PYTHON, _python_of, run_raking
from benchmarks.raking_peil import margin_error, rake_table, write_weights
from benchmarks.respondents import CASES, Case, write_respondents
from benchmarks.sections import replace_section
from benchmarks.small_table import small_section


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_weights_written_in_the_database_meet_the_margins(tmp_path: Path, case: Case) -> None:
    write_respondents(tmp_path / "r.duckdb", case, 4000)
    with duckdb.connect(str(tmp_path / "r.duckdb")) as connection:
        rake_table(connection, case)
        write_weights(connection, case)
        assert margin_error(connection, case) < 1e-9
        counts = "select (select count(*) from weights), (select count(*) from respondents)"
        assert connection.execute(counts).fetchone() == (4000, 4000)


def test_memory_of_a_night_is_that_of_all_its_processes() -> None:
    """A process of 50 MiB starts one of 200 MiB, as landing starts a reader."""
    child = "x = bytearray(200 << 20); import time; time.sleep(2)"
    own = f"import subprocess, sys; x = bytearray(50 << 20); c = {child!r}"
    run = "subprocess.run([sys.executable, '-c', c])"
    done = run_measured([sys.executable, "-c", f"{own}; {run}"], timeout=60)
    assert done.return_code == 0
    assert done.peak_bytes < 200 << 20 < 250 << 20 < done.tree_bytes


def test_a_short_benchmark_writes_its_tables_and_leaves_other_sections(tmp_path: Path) -> None:
    docs = tmp_path / "benchmarks.md"
    replace_section(docs, "dashboard", "## Dashboard\n\nstays")
    keep(tmp_path, "raking", 4000, lambda: run_raking([4000], 1, 60, tmp_path, peers=False))
    write_docs(tmp_path, docs)
    write_docs(tmp_path, docs)
    text = docs.read_text()
    assert text.count("### 2 margins, 4,000 respondents") == 1
    assert text.count("**Peil, whole**") == text.count("Peil `peil.rake` of a data") == len(CASES)
    assert "## Dashboard\n\nstays" in text
    assert "failed" not in text


def test_a_peer_of_a_newer_python_says_so_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version manager leaves a name on the PATH that only says that the version is off."""
    off = tmp_path / "python3.99"
    off.write_text("#!/bin/sh\nexit 127\n")
    off.chmod(0o755)
    monkeypatch.setitem(NEWER_PYTHON, "peer==1", (str(off), "python3.98"))
    assert "needs" in str(_python_of("peer==1", tmp_path))
    assert not (tmp_path / "venv-peer-1").exists()


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


@pytest.mark.parametrize("times", [0.5, 3])
def test_a_sampled_survey_is_of_a_population_as_many_times_as_large(
    deliveries: Path, tmp_path: Path, times: float
) -> None:
    n = round(times * sum(1 for _ in duckdb.read_csv(str(deliveries / DRAWN_FROM)).fetchall()))
    write_survey(deliveries, tmp_path / "inbox", n)
    with duckdb.connect() as connection:
        before, after, n_drawn = connection.execute(
            f"select (select sum(inwoners) from '{deliveries / POPULATION}'), "
            f"(select sum(inwoners) from '{tmp_path / 'inbox' / POPULATION}'), "
            f"(select count(*) from '{tmp_path / 'inbox' / DRAWN_FROM}')"
        ).fetchone()
    assert (after, n_drawn) == (before * max(1, int(times)), n)


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
    own = {"what": "peil", "n": 7, "seconds": 40, "schemes": 3}
    text = figures_section([*rows, own, {"what": "apart", **apart}])
    assert "The 7 models" in text and "all 3 weighting schemes, took 40.0 seconds" in text
    assert "about 300 seconds in R" in text and "estimate 5.0e-01" in text


def test_figures_cost_what_their_models_cost(tmp_path: Path) -> None:
    """Compiling, seeds, tests of data and models of marts are no figures."""
    spent = {"model.peil.wgt_profiles": 1.5, "model.peil.est_points": 2.0, "seed.peil.waves": 4.0,
             "model.peil.estimates": 8.0, "test.peil.margins_are_met.1": 16.0}  # fmt: skip
    file = tmp_path / "timings.json"
    file.write_text(json.dumps({"models": spent, "steps": {"build": 99.0}}))
    assert own_seconds(file) == {"seconds": 3.5, "n": 2}


def cluster_nights(model: Model) -> list[dict]:
    """Nights exactly as a model has them."""
    return [
        {
            "size": n, "workers": w, "seconds": model.seconds(n, w),
            "coordinator_cpu_seconds": 1.0, "coordinator_peak_bytes": model.coordinator_bytes(n),
            "tasks": [{"seconds": n * model.reading_seconds, "cpu_seconds": 2.0, "peak_mb": 3,
                       "moved_kb": 4000, "does": "Cut"}],
        }
        for n in (100_000, 1_000_000) for w in (1, 2)
    ]  # fmt: skip


@pytest.mark.parametrize("shared", [9e-6, 0.0])
def test_the_cost_of_a_cluster_is_found_again_in_its_nights(shared: float) -> None:
    model = Model(20.0, 3e-6, shared, 1e-6, 5e8, 100.0)
    found = fit(cluster_nights(model))
    assert found is not None
    for n, workers in ((4_000, 1), (100_000_000, 100)):
        assert found.seconds(n, workers) == pytest.approx(model.seconds(n, workers), rel=1e-6)
        many = 20 + n * (2e-6 + (shared + 1e-6) / workers)
        assert found.seconds(n, workers, is_one_file=False) == pytest.approx(many, rel=1e-6)
    assert found.coordinator_bytes(10**8) == pytest.approx(5e8 + 1e10, rel=1e-6)
    assert found.serial_share(10**6) == pytest.approx(23 / (23 + shared * 1e6), rel=1e-6)
    # Nights that differ in no more than size say nothing of workers.
    assert fit([row for row in cluster_nights(model) if row["workers"] == 1]) is None


def test_nights_on_a_cluster_become_a_table_with_what_was_not_done() -> None:
    rows = cluster_nights(Model(20.0, 3e-6, 9e-6, 1e-6, 5e8, 100.0))
    rows.append({"size": 10_000_000, "workers": 1, "not_done": "did not finish in 9 s"})
    body = cluster_section(rows)
    assert "| 1,000,000 | 2 | 27.5 | 2.0 | 3 | 4.0 | 572 |" in body
    assert "| 10,000,000 | 1 | did not finish in 9 s |" in body
    assert "20.0 s + 3.0 s per million" in body
    assert "| 100,000,000 | 100 | 5 | 4 |" in body


@pytest.mark.parametrize("does", ["Keys of", "Cut", "Counted"])
def test_what_workers_took_is_read_from_the_log_of_the_night(does: str) -> None:
    """The line is the one that the night writes: see `peil.workers.task.Used`."""
    from peil.workers.task import Used

    used = Used()
    used.moved = 7_000
    line = f"2026-01-01 00:00:00,000 INFO {does} 1 of 2: a.csv (part 1/2) in {used}."
    done = Measured(0, 30.0, 20.0, 10, 20, is_timed_out=False, output="", errors=line)
    (task,) = result_of(done, 60)["tasks"]
    assert (task["moved_kb"], task["does"]) == (7, does)
    assert task["peak_mb"] > 0
    failed = Measured(1, 30.0, 20.0, 10, 20, is_timed_out=False, output="", errors="a\nERROR b")
    assert result_of(failed, 60) == {"not_done": "ERROR b"}


def test_a_large_night_with_a_new_file_is_held_against_its_own_first() -> None:
    def row(version: str, survey: str, night: str, seconds: float) -> dict:
        return {
            "version": version, "survey": survey, "night": night, "turn": 0,
            "cpu_seconds": seconds, "peak_bytes": 3 << 20,
        }  # fmt: skip

    rows = [
        row(version, survey, night, seconds)
        for version, survey, first, more in (
            ("now", "large", 50, 5), ("baseline", "large", 100, 80), ("now", "demo", 30, 20),
            ("baseline", "demo", 40, 40),
        )
        for night, seconds in (("first", first), ("new file", more))
    ]  # fmt: skip
    text = small_section(rows, [])
    assert "| 5.0 | 50.0 | 10% | ≤ 15% | yes | 3 MiB |" in text
    assert "| 20.0 | 40.0 | 50% | ≤ 40% | **no** | 3 MiB |" in text
