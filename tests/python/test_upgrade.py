"""A warehouse made by earlier code is brought up to date by the next build."""

import os
import shutil
import subprocess
import sys

import duckdb
import pytest
from peil.settings import PROJECT

TABLE = "estimates.est_driver_counts"


@pytest.fixture
def build(demo, tmp_path):
    """Build models by hand in a copy of the demo's warehouse, and ask it something."""
    warehouse = tmp_path / "peil.duckdb"
    shutil.copy(demo.warehouse, warehouse)
    environment = {**os.environ, "PEIL_WAREHOUSE": str(warehouse)}

    def run(model: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "run", "--select", model,
             "--project-dir", PROJECT, "--profiles-dir", PROJECT,
             "--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"],
            cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout

    def ask(sql: str) -> list[tuple]:
        with duckdb.connect(str(warehouse)) as connection:
            return connection.execute(sql).fetchall()

    return run, ask


def test_a_kept_table_with_other_columns_is_made_anew(build):
    run, ask = build
    rows = ask(f"from {TABLE} order by all")
    # As earlier code left it: another column, and the digest of another text of the model.
    ask(f"alter table {TABLE} add column earlier integer")
    ask(f"alter table {TABLE} drop column sum_d2")
    ask(
        "update staging.built_deliveries set delivery_version = left(delivery_version, -1) || 'x' "
        "where model_name = 'est_driver_counts'"
    )
    run("est_driver_questions")
    assert "earlier" in str(ask(f"describe {TABLE}")), "dropped by a run that does not make it"
    run("est_driver_counts")
    assert ask(f"from {TABLE} order by all") == rows


def test_a_kept_table_of_the_same_model_stays(build):
    run, ask = build
    ask(f"delete from {TABLE} where driver_model_code = 'desk'")
    kept = ask(f"from {TABLE} order by all")
    run("est_driver_counts")
    assert ask(f"from {TABLE} order by all") == kept
