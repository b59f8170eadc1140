"""The night as a whole: what is published, when it is not, and that it repeats."""

import hashlib
import json
import re
import shutil
import stat

import duckdb
from conftest import dbt, options, peil, places_in, run_code
from peil.built import require_built
from peil.settings import PROJECT
from small_survey import add, rows_of
from test_replay import differences

# What models/marts declares; `shared` is what marts select from.
MARTS = {
    path.stem
    for path in (PROJECT / "models" / "marts").rglob("*.sql")
    if path.parent.name != "shared"
}


def fingerprint(file):
    """Per mart an order-free hash of all rows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.sql(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
        return {
            name: connection.sql(
                f"select count(*), sum(hash(columns(*)::varchar)) from marts.{name}"
            ).fetchall()
            for (name,) in tables
        }


def test_the_published_file_holds_the_marts_as_tables_and_nothing_else(published):
    tables = published.sql("select schema_name, table_name from duckdb_tables()").fetchall()
    assert {schema for schema, _ in tables} == {"marts"}
    assert {name for _, name in tables} == MARTS
    assert published.sql("select count(*) from duckdb_views() where not internal").fetchone() == (
        0,
    )


def test_every_table_and_column_carries_its_comment(published):
    bare = published.sql(
        "select table_name from duckdb_tables() where comment is null "
        "union all select table_name || '.' || column_name from duckdb_columns() "
        "where schema_name = 'marts' and comment is null"
    ).fetchall()
    assert bare == []
    grains = published.sql("select comment from duckdb_tables()").fetchall()
    assert all(comment.startswith("One row per") for (comment,) in grains)


def test_no_respondent_key_or_open_text_is_published(published, warehouse):
    """Every text value of the published file is looked up among keys, hashes and remarks."""
    columns = published.sql(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts'"
    ).fetchall()
    names = {column for _, column, _ in columns}
    assert not [n for n in names if "respondent_id" in n or n.endswith("_key") or "remark" in n]
    texts = set()
    for table, column, data_type in columns:
        if data_type == "VARCHAR":
            texts |= {t for (t,) in published.sql(f"select {column} from marts.{table}").fetchall()}
    secrets = {
        value
        for (value,) in warehouse.execute(
            "select respondent_key from weighted.wgt_respondents "
            "union select respondent_id from weighted.wgt_respondents "
            "union select profile_key from weighted.wgt_respondents "
            "union select delivery_key from raw.deliveries "
            "union select value from raw.open_answers"
        ).fetchall()
    }
    assert len(secrets) > 4000
    assert not texts & secrets


def test_no_row_of_the_published_file_counts_fewer_people_than_the_threshold(published):
    lowest = published.sql(
        "select audience, min(n_answers) from marts.estimates inner join marts.about "
        "using (survey_code, wave_code) group by audience"
    ).fetchall()
    assert set(dict(lowest)) == {"residents", "staff"}
    assert dict(lowest)["residents"] >= 50
    assert dict(lowest)["staff"] >= 10


def test_the_storage_version_is_the_one_every_client_reads(demo):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo.published_file}' as published (read_only)")
        tags = connection.sql(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchone()[0]
    assert tags["storage_version"].startswith("v1.0.0")


def test_large_tables_hold_no_hugeints(demo):
    """sum() of counts gives hugeints, which DuckDB reads ten times as slow as bigints."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        sizes = dict(
            connection.execute(
                "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
                "where estimated_size > 100_000"
            ).fetchall()
        )
        slow = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where data_type = 'HUGEINT'"
        ).fetchall()
    assert sizes
    assert [column for column in slow if column[0] in sizes] == []


def test_the_manifest_says_what_was_published_from_what(demo):
    manifest = json.loads((demo.published / "manifest.json").read_text())
    digest = hashlib.sha256(demo.published_file.read_bytes()).hexdigest()
    assert manifest["sha256"] == digest
    assert manifest["built"]["tested_at"] <= manifest["published_at"]
    assert len(manifest["built"]["seeds"]) == len(manifest["built"]["code"]) == 64
    assert {i["file_name"] for i in manifest["inputs"]} == {p.name for p in demo.inbox.iterdir()}
    for entry in manifest["inputs"]:
        content = (demo.inbox / entry["file_name"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert set(manifest["tables"]) >= MARTS
    rows = [entry for entry in manifest["inputs"] if "n_rows" in entry]
    assert rows == [], "how many rows a delivery has may be a count of few people"


def test_the_warehouse_is_for_its_owner_only(demo):
    assert stat.S_IMODE(demo.warehouse.stat().st_mode) == 0o600


def test_a_second_night_without_new_files_gives_equal_marts(copy_of_small):
    before = fingerprint(copy_of_small.published_file)
    with duckdb.connect(str(copy_of_small.warehouse)) as connection:
        connection.execute("update codebook.thresholds set reason = 'of the night before'")
    night = peil("nightly", "--force", *options(copy_of_small), PEIL_HASH_KEY="test")
    assert night.returncode == 0, night.stderr
    assert "unchanged" in night.stderr
    assert fingerprint(copy_of_small.published_file) == before
    assert len(list((copy_of_small.published / "history").glob("peil-*.duckdb"))) == 1
    # No seed was loaded or tested again, no delivery was read again.
    assert "codebook is unchanged" in night.stderr
    assert re.search(r"Read anew: none of \d+ deliveries", night.stderr)
    with duckdb.connect(str(copy_of_small.warehouse), read_only=True) as connection:
        reasons = connection.sql("select distinct reason from codebook.thresholds").fetchall()
    assert reasons == [("of the night before",)]
    assert has_built_codebook(copy_of_small)


def has_built_codebook(places):
    """Whether the warehouse vouches for its codebook: whole, and every test passed."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        tables = connection.sql("select table_name from duckdb_tables()").fetchall()
        return ("built_codebook",) in tables


def built(places):
    """Per model that is made per delivery: how many rows it has of each file."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        models = connection.sql(
            "select distinct model_name from staging.built_deliveries order by 1"
        ).fetchall()
        return {
            model: dict(
                connection.sql(
                    "select file_name, count(*) from raw.deliveries inner join "
                    f"(from {SCHEMAS[model[:3]]}.{model}) using (delivery_key) group by 1"
                ).fetchall()
            )
            for (model,) in models
        }


SCHEMAS = {"stg": "staging", "wgt": "weighted", "est": "estimates"}


# Of a night all, or what is kept per delivery with all it is made of: the rest is made anew every
# night. What is published is what stands in the marts.
LAND_AND_BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/python")
from part_nights import land_and_build
from peil.settings import Places

what, *places = sys.argv[1:]
land_and_build(
    Places(*map(Path, places)), lambda step: what == "all" or step.kind == "incremental"
)
"""


def test_a_night_in_parts_on_another_machine_gives_the_figures_of_the_whole(demo, tmp_path):
    """First another codebook, an older version of one file and a file less; then the demo itself.

    The second night makes anew what the codebook and the files changed, and nothing may be left
    of the first. Folder, number of threads and order of arrival are not those of the demo.
    """
    places, seeds = places_in(tmp_path), tmp_path / "seeds"
    shutil.copytree(demo.inbox, places.inbox)
    shutil.copytree(demo.seeds, seeds)
    late, corrected = "participatieplatform_2024.xlsx", "gemeentekanalen_2024.csv"
    (places.inbox / late).unlink()
    lines = (places.inbox / corrected).read_bytes().split(b"\r\n")
    (places.inbox / corrected).write_bytes(b"\r\n".join(lines[:-40]))
    for name, before, after in (
        ("region_groups", "\nparticipation,GM9002,non_", "\nparticipation,GM9002,"),
        ("missing_codes", "likert_1_5,6,dont_know", "likert_1_5,5,dont_know"),
    ):
        text = (seeds / f"{name}.csv").read_text(encoding="utf-8")
        assert before in text
        (seeds / f"{name}.csv").write_text(text.replace(before, after), encoding="utf-8")
    paths = [places.inbox, places.warehouse, places.published]
    first = run_code(LAND_AND_BUILD, "kept", seeds, *paths, OMP_NUM_THREADS="1")
    assert first.returncode == 0, first.stderr
    assert built(places).keys() == built(demo).keys()
    for model, rows in built(places).items():
        assert rows != built(demo)[model], model
    for name in (late, corrected):
        shutil.copy2(demo.inbox / name, places.inbox / name)
    second = run_code(LAND_AND_BUILD, "all", demo.seeds, *paths, OMP_NUM_THREADS="1")
    assert second.returncode == 0, second.stderr
    assert fingerprint(places.warehouse) == fingerprint(demo.warehouse)
    assert built(places) == built(demo)


def test_a_failed_test_stops_publication_and_leaves_the_published_file(copy_of_small):
    """Two default schemes: readers who filter on is_default_scheme would see double rows."""
    places = copy_of_small
    before = places.published_file.read_bytes()
    published_before = fingerprint(places.published_file)
    schemes = places.seeds / "weighting_schemes.csv"
    text = schemes.read_text(encoding="utf-8")
    (row,) = rows_of(schemes)
    assert row["is_default"] == "true"
    add(places.seeds, "weighting_schemes", {**row, "scheme_code": "second"})
    night = peil("nightly", *options(places))
    assert night.returncode == 1
    assert "nothing was published" in night.stderr
    assert "stays as it was" in night.stderr
    assert "assert_one_default_scheme_per_survey" in night.stderr
    assert " First: " in night.stderr, "the row that is wrong, read while dbt has the file open"
    assert places.published_file.read_bytes() == before
    assert not list(places.published.rglob(".release-*"))
    # The good seeds again: the tables of the wrong ones are replaced.
    schemes.write_text(text, encoding="utf-8")
    assert not has_built_codebook(places)
    night = peil("nightly", *options(places))
    assert night.returncode == 0, night.stderr
    assert "codebook is unchanged" not in night.stderr
    assert fingerprint(places.published_file) == published_before


def test_dbt_build_alone_says_what_to_run_when_nothing_has_landed(tmp_path):
    run = dbt(
        "build", target=tmp_path / "target", PEIL_WAREHOUSE=str(tmp_path / "peil.duckdb")
    )  # fmt: skip
    assert run.returncode != 0
    assert "Nothing has landed" in run.stdout
    assert "peil land" in run.stdout


def test_dbt_build_alone_builds_and_runs_every_unit_test_and_test_of_tests(demo, copy_of_demo):
    run = dbt(
        "build", target=copy_of_demo.warehouse.parent / "target",
        PEIL_WAREHOUSE=str(copy_of_demo.warehouse),
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4000:]
    results = json.loads(
        (copy_of_demo.warehouse.parent / "target" / "run_results.json").read_text()
    )["results"]
    units = [r for r in results if r["unique_id"].startswith("unit_test.")]
    of_tests = list((PROJECT / "tests" / "tests_of_tests").glob("*.sql"))
    ran = {r["unique_id"].split(".")[-1] for r in results}
    assert len(units) >= 10
    assert {file.stem for file in of_tests} <= ran
    # By hand the seeds may be others: the next night loads and tests its own.
    assert not has_built_codebook(copy_of_demo)
    # Everything was built and every test passed: it may be published, as after a night.
    with duckdb.connect(str(copy_of_demo.warehouse), read_only=True) as connection:
        require_built(connection, "peil publish")
    # The night of the demo replayed what dbt compiled; test_replay.py has other kinds of nights.
    # What a night writes of itself aside, every table is what it was.
    found = differences(demo.warehouse, copy_of_demo.warehouse)
    assert [d for d in found if "built_codebook" not in d and "nights.build" not in d] == []
