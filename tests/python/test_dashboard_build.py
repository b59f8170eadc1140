"""Building the dashboard: what it holds, what it costs, and what stays when it cannot be built."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from peil.dashboard.build import _write_empty_sources
from peil.settings import PROJECT, Places

from tests.python.conftest import connecting_example, options, peil

BUILD_GOAL = 180

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="the dashboard needs Node 20 or newer"
)


def test_every_municipality_has_a_page(site: Path, published):
    codes = published.sql("select municipality_code from marts.dim_municipalities").fetchall()
    assert all((site / "gemeenten" / code / "index.html").exists() for (code,) in codes)


def test_site_holds_pages_style_and_one_script(site: Path):
    kinds = {path.suffix for path in site.rglob("*") if path.is_file()}
    assert kinds == {".html", ".css", ".js", ".svg", ".gz"}
    assert [path.name for path in site.rglob("*.js")] == ["filters.js"]


def test_build_keeps_to_its_time(build: str):
    """The build without installing packages: at most three minutes, on processors of its own."""
    wall, busy = map(
        int, re.search(r"Dashboard built in (\d+) s \((\d+) s of processor", build).groups()
    )
    print(f"\ndashboard built in {wall} s, {busy} s of processor time")
    assert busy <= BUILD_GOAL


def test_without_node_the_previous_site_stays(demo: Places, site: Path, tmp_path: Path):
    before = site.resolve()
    result = peil("dashboard", *options(demo), PATH=str(tmp_path))
    assert result.returncode == 5
    assert "Node.js" in result.stderr
    assert "stays as it was" in result.stderr
    assert site.resolve() == before


def test_a_failed_build_leaves_the_previous_site(demo: Places, site: Path, tmp_path: Path):
    """A published file without the tables of the pages: the source queries fail."""
    folder = tmp_path / "published"
    folder.mkdir()
    duckdb.connect(str(folder / "peil.duckdb")).close()
    (folder / "site").symlink_to(site.resolve(), target_is_directory=True)
    result = peil("dashboard", *options(demo), "--published", folder)
    assert result.returncode == 5, result.stderr
    assert "stays as it was" in result.stderr
    assert (folder / "site").resolve() == site.resolve()


def test_lock_file_names_no_registry():
    lock = (PROJECT / "dashboard" / "package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_node_example_runs(reader: Path, build: str):
    (reader / "node_modules").symlink_to(PROJECT / "dashboard" / "node_modules")
    (reader / "example.mjs").write_text(connecting_example("js"))
    done = subprocess.run(
        ["node", "example.mjs"], cwd=reader, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["segment_label_nl"] == "Totaal"


def test_a_source_without_rows_is_a_table_without_rows(tmp_path: Path):
    """Without a staff survey the pages still find its tables; sources with rows stay."""
    for name in ("staff", "kpis"):
        (tmp_path / name).mkdir()
        columns = [{"name": "label_nl", "evidenceType": "string"}]
        columns += [{"name": "estimate", "evidenceType": "number"}]
        (tmp_path / name / f"{name}.schema.json").write_text(json.dumps(columns))
    (tmp_path / "kpis" / "kpis.arrow").write_bytes(b"as it was")
    _write_empty_sources(tmp_path)
    with pa.ipc.open_stream(tmp_path / "staff" / "staff.arrow") as stream:
        table = stream.read_all()
    assert (table.num_rows, table.column_names) == (0, ["label_nl", "estimate"])
    assert (tmp_path / "kpis" / "kpis.arrow").read_bytes() == b"as it was"
