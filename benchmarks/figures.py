"""The figures of a demo night made with R survey: how long they take, and whether they are equal.

R makes a part of them (some measures, every group) in the default scheme; what all of them would
take follows from its seconds per figure and per test.
"""

import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb
from peil.settings import PROJECT
from peil.warehouse import literal, quoted

from benchmarks.machine import r_survey
from benchmarks.nights import model_seconds, run_timed
from benchmarks.processes import run_measured
from benchmarks.sections import table
from benchmarks.small import Version

log = logging.getLogger(__name__)
SCRIPT = Path(__file__).parent / "peers" / "figures.R"
# Every tenth measure or so is made in R: of every kind of question there are some.
PART = 10
FILES = ("people", "measures", "targets", "segments", "found")
FIGURES = ("estimate", "se", "ci_low", "ci_high")
# What R makes is made here: weights, counts, figures, tests of two groups and of independence.
FIGURE_FOLDERS = (
    "models/weighted/", "models/estimates/counts/", "models/estimates/figures/",
    "models/estimates/comparisons/", "models/estimates/association/",
)  # fmt: skip
ANSWERED = """
    select distinct delivery_key, row_number, question_code
    from staging.stg_answers
    anti join weighted.wgt_off_route using (delivery_key, row_number, question_code)
    where missing_reason is null
"""


def run_figures(timeout: float, home: Path) -> list[dict]:
    """Measure a demo night, and R on the part of its figures that it is given."""
    folder = home / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    peil = Version("now", PROJECT)
    inbox, cache = folder / "inbox", home / "cache"
    peil.peil("demo", "--inbox", inbox, timeout=timeout, cache=cache)
    places = ["--inbox", inbox, "--warehouse", folder / "peil.duckdb"]
    night = run_timed(
        timings := folder / "timings.json", timeout,
        [*places, "--published", folder / "published"], PEIL_CACHE=str(cache),
    )  # fmt: skip
    if night.return_code:
        return [{"not_done": night.errors.strip().splitlines()[-1]}]
    if not (own := own_seconds(timings))["n"]:
        return [{"not_done": "dbt built this night itself: it says no processor time per model"}]
    if r_survey() is None:
        return [{"not_done": "R with survey is not installed here"}]
    with duckdb.connect(str(folder / "peil.duckdb"), read_only=True) as warehouse:
        whole = export(warehouse, folder)
        files = [folder / f"{name}.csv" for name in FILES]
        done = run_measured(["Rscript", SCRIPT, *files], timeout=timeout)
        if done.return_code:
            return [{"not_done": f"R: {(done.errors.strip() or 'out of time').splitlines()[-1]}"}]
        rows = [
            {**row, "whole": whole.get(row["what"])}
            for row in map(json.loads, done.output.splitlines())
        ]
        rows.append({"what": "peil", **own, **_schemes(warehouse)})
        rows.append({"what": "apart", **differences(warehouse, folder / "found.csv")})
    shutil.rmtree(folder)
    return rows


def export(warehouse: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write what R reads; returns how many figures and tests the default scheme has in all."""
    warehouse.execute(
        """
        create or replace temporary table scheme as
        select scheme_code, survey_code from codebook.weighting_schemes
        where is_default and exists (
            select 1 from weighted.wgt_targets as targets
            where targets.scheme_code = weighting_schemes.scheme_code
        )
        order by sort_order limit 1
        """
    )
    ours = "semi join scheme using (scheme_code)"
    warehouse.execute(
        f"""
        create or replace temporary table measures as
        select measure_id, 'y' || measure_id as name, kind != 'mean' and kind != 'net' as is_share,
            kind = 'option' as is_option, question_code, kind, value_from, value_to, minus_from,
            minus_to, option_code
        from estimates.est_measures semi join scheme using (survey_code)
        where measure_id % {PART} = 0 order by measure_id;

        create or replace temporary table segments as
        select segment_code, attribute_code as attribute, comparison, 2 as least
        from estimates.est_segments semi join scheme using (survey_code)
        where attribute_code is not null and second_attribute_code is null and not is_overlapping
            and segment_code in (
                select distinct segment_code from estimates.est_estimates {ours}
            )
        order by sort_order;

        create or replace temporary table targets as
        select attribute_code as attribute, level_code as level,
            target_share * (
                select sum(total) from weighted.wgt_targets {ours}
                where attribute_code = levels.attribute_code
            ) as total
        from weighted.wgt_weighting_levels as levels {ours}
        """
    )
    attributes = warehouse.execute(
        "select attribute from segments union select attribute from targets order by 1"
    ).fetchall()
    pivot = ", ".join(
        f"max(level_code) filter (where attribute_code = {literal(name)}) as {quoted(name)}"
        for (name,) in attributes
    )
    names = warehouse.execute("select name from measures order by measure_id").fetchall()
    answers = ", ".join(
        f"max(y) filter (where name = {literal(name)}) as {quoted(name)}" for (name,) in names
    )
    warehouse.execute(
        f"""
        create or replace temporary table people as
        with base as ({ANSWERED}),

        given as (
            select delivery_key, row_number, name, kind, max(
                case kind
                    when 'mean' then value_number
                    when 'range' then (value_number between value_from and value_to)::double
                    when 'net' then (value_number between value_from and value_to)::double
                        - (value_number between minus_from and minus_to)::double
                    else (answers.option_code = measures.option_code and is_selected)::double
                end
            ) as y
            from base
            inner join measures using (question_code)
            inner join staging.stg_answers as answers
                using (delivery_key, row_number, question_code)
            where missing_reason is null
            group by all
        ),

        wide as (
            select delivery_key, row_number, {answers}
            from (select * replace (if(kind = 'option', coalesce(y, 0), y) as y) from given)
            group by delivery_key, row_number
        ),

        levels as (
            select delivery_key, row_number, {pivot}
            from weighted.wgt_respondent_attributes group by delivery_key, row_number
        )

        select weights.base_weight, levels.* exclude (delivery_key, row_number),
            wide.* exclude (delivery_key, row_number)
        from weighted.wgt_respondent_weights as weights {ours}
        inner join levels using (delivery_key, row_number)
        left join wide using (delivery_key, row_number)
        order by delivery_key, row_number
        """
    )
    for name in FILES[:-1]:
        warehouse.execute(
            f"copy {name} to {literal(str(folder / f'{name}.csv'))} (format csv, header)"
        )
    (counts,) = warehouse.execute(
        f"""
        select
            (select count(*) from estimates.est_estimates {ours}),
            (select count(*) from estimates.est_comparison_tests {ours}),
            (select count(*) from estimates.est_independence_tests {ours})
        """
    ).fetchall()
    return dict(zip(("figures", "tests", "independence"), counts, strict=True))


def own_seconds(timings: Path) -> dict[str, float]:
    """Processor seconds of the models that make what R makes, and of how many models.

    What dbt compiles once per version of the code, landing, tests of data, withholding and
    publication are no figures.
    """
    steps = model_seconds(json.loads(timings.read_text(encoding="utf-8"))["models"])
    models = [step["seconds"] for step in steps if step["path"].startswith(FIGURE_FOLDERS)]
    return {"seconds": sum(models), "n": len(models)}


def _schemes(warehouse: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = warehouse.execute("select count(distinct scheme_code) from estimates.est_estimates")
    return dict(zip(("schemes",), found.fetchall()[0], strict=True))


def differences(warehouse: duckdb.DuckDBPyConnection, found: Path) -> dict[str, float]:
    """The largest difference between R and the warehouse, per part of a figure."""
    apart = ", ".join(f"max(abs(r.{name}::double - ours.{name})) as {name}" for name in FIGURES)
    row = warehouse.execute(
        f"""
        select count(*) as n, {apart}
        from read_csv({literal(str(found))}, nullstr = ['NA', ''], all_varchar = true) as r
        inner join (
            select * from estimates.est_estimates semi join scheme using (scheme_code)
        ) as ours
            on r.measure_id::integer = ours.measure_id
            and r.segment_code = ours.segment_code and r.segment_value = ours.segment_value
        """
    ).fetchone()
    assert row
    return dict(zip(("n", *FIGURES), row, strict=True))


def figures_section(rows: Sequence[dict]) -> str:
    """What R takes for a figure and a test, and for as many as a night makes."""
    if missing := [row["not_done"] for row in rows if "not_done" in row]:
        return f"## The same figures in R survey\n\nNot done: {missing[0]}"
    found = {row["what"]: row for row in rows}
    if "peil" not in found:
        return "## The same figures in R survey\n\nNot done: kept of an earlier version; run again"
    lines = []
    words = {
        "figures": "estimate, standard error and interval of a group",
        "tests": "test of two groups (`svyttest`)",
        "independence": "Rao-Scott test (`svychisq`)",
    }
    seconds = 0.0
    for what, text in words.items():
        row = found[what]
        each = row["seconds"] / max(row["n"], 1)
        seconds += each * row["whole"]
        lines.append([
            text, f"{row['n']:,}", f"{row['seconds']:.1f}", f"{1000 * each:.1f}",
            f"{row['whole']:,}", f"{each * row['whole']:,.0f}",
        ])  # fmt: skip
    header = (
        "R survey makes",
        "made",
        "seconds",
        "milliseconds each",
        "in the demo",
        "seconds for all",
    )
    apart, own = found["apart"], found["peil"]
    return "\n".join([
        "## The same figures in R survey",
        "",
        f"`benchmarks/peers/figures.R` makes every {PART}th measure of the demo for every group of "
        "its default scheme: `calibrate`, `svymean`, `svyttest`, `svychisq`. Measured on that "
        "part; the last column is what all of them would take.",
        "",
        table(header, lines),
        "",
        f"All of the default scheme: about {seconds:,.0f} seconds in R. The {own['n']:,} models "
        "that make them here, weights and counts included and for all "
        f"{own['schemes']:,} weighting schemes, took {own['seconds']:.1f} seconds of processor "
        "time in the same run.",
        "",
        f"Largest difference with the warehouse over {apart['n']:,} figures: estimate "
        f"{apart['estimate']:.1e}, standard error {apart['se']:.1e}, interval "
        f"{max(apart['ci_low'], apart['ci_high']):.1e}.",
    ])  # fmt: skip
