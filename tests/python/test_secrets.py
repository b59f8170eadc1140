"""The key of the hashes reaches no other program, no statement, no page and no message."""

import ast
import csv
import html
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil, places_in
from peil.codebook import Binding, Source
from peil.codebook.delivery import Delivery
from peil.gate.worker_client import Worker
from peil.landing import privacy
from peil.readers import INCOMING
from peil.settings import PROJECT, child_environment

KEY = "geheim-van-de-gemeente-81f3"
on_linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


def test_every_program_is_started_without_the_key():
    """Each start in the code hands over an environment of its own, made in one place."""
    starts = 0
    for file in sorted((PROJECT / "scripts").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner, name = ast.unparse(node.func.value), node.func.attr
            where = f"{file.name}:{node.lineno}"
            assert (owner, name) not in {("os", "system"), ("os", "popen")}, where
            assert not (owner == "os" and name.startswith(("exec", "spawn", "posix_spawn"))), where
            if owner != "subprocess":
                continue
            starts += 1
            (env,) = [k.value for k in node.keywords if k.arg == "env"] or [None]
            assert env is not None, f"{where}: no env"
            assert ast.unparse(env).startswith("child_environment("), where
    assert starts >= 5


def test_the_environment_of_a_child_is_the_own_one_without_the_key(monkeypatch):
    monkeypatch.setenv("PEIL_HASH_KEY", KEY)
    child = child_environment(EXTRA="1")
    assert KEY not in child.values()
    assert child == {k: v for k, v in os.environ.items() if k != "PEIL_HASH_KEY"} | {"EXTRA": "1"}


@on_linux
def test_the_judge_of_deliveries_does_not_see_the_key(monkeypatch):
    monkeypatch.setenv("PEIL_HASH_KEY", KEY)
    worker = Worker()
    try:
        seen, until = b"", time.monotonic() + 20
        # A process that has only just begun shows nothing yet.
        while not seen and time.monotonic() < until:
            seen = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
    finally:
        worker.close()
    assert b"PATH=" in seen
    assert KEY.encode() not in seen


@on_linux
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_command_line_keeps_the_key_to_itself(method):
    """Whatever it starts, and however: also what the system shows of a forked process."""
    code = f"""
import multiprocessing, subprocess, sys
from pathlib import Path
from peil import settings

def look(queue):
    queue.put(Path("/proc/self/environ").read_bytes())

if __name__ == "__main__":
    settings.keep_secrets()
    assert settings.hash_key() == "{KEY}"
    context = multiprocessing.get_context("{method}")
    queue = context.SimpleQueue()
    child = context.Process(target=look, args=(queue,))
    child.start()
    seen = queue.get()
    child.join()
    seen += subprocess.run(["env"], capture_output=True, check=True).stdout
    seen += Path("/proc/self/environ").read_bytes()
    sys.stdout.buffer.write(seen)
"""
    script = PROJECT / "target" / f"look_{method}_{os.getpid()}.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(code)
    try:
        done = subprocess.run(
            [sys.executable, str(script)], cwd=PROJECT, capture_output=True, check=False,
            env={**os.environ, "PEIL_HASH_KEY": KEY, "PYTHONPATH": str(PROJECT)},
        )  # fmt: skip
    finally:
        script.unlink()
    assert done.returncode == 0, done.stderr
    assert b"PATH=" in done.stdout
    assert KEY.encode() not in done.stdout


def test_no_statement_holds_the_key(monkeypatch, tmp_path):
    monkeypatch.setenv("PEIL_HASH_KEY", KEY)
    source = Source(
        "s", "v", "w", "survey", "*", "csv",
        bindings=(Binding("wie", "metadata", "", "respondent_id"),),
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("call enable_logging(level = 'trace')")
        connection.execute(f"create temp table {INCOMING} as select '1001' as wie")
        privacy.hash_respondents(connection, Delivery(tmp_path / "a.csv", source, "", "key"))
        ((stored,),) = connection.execute(f"select wie from {INCOMING}").fetchall()
        log = "\n".join(str(row) for row in connection.execute("from duckdb_logs").fetchall())
    assert len(stored) == 32
    assert "sha256" in log, "the statement itself is logged"
    assert KEY not in log


def test_the_hash_is_the_one_of_earlier_waves(monkeypatch, tmp_path):
    """Bound or written out, the same key gives the same hash: panels stay linked."""
    import hashlib

    monkeypatch.setenv("PEIL_HASH_KEY", "sleutel")
    source = Source(
        "s", "v", "w", "survey", "*", "csv",
        bindings=(Binding("wie", "metadata", "", "respondent_id"),),
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute(f"create temp table {INCOMING} as select '1001' as wie")
        privacy.hash_respondents(connection, Delivery(tmp_path / "a.csv", source, "", "key"))
        ((stored,),) = connection.execute(f"select wie from {INCOMING}").fetchall()
    inner = hashlib.sha256(b"sleutel1001").hexdigest()
    assert stored == hashlib.sha256(f"sleutel{inner}".encode()).hexdigest()[:32]


@pytest.fixture(scope="module")
def landed(tmp_path_factory, deliveries):
    """One delivery with columns that the codebook does not bind, landed with a key."""
    folder = tmp_path_factory.mktemp("landed")
    places = places_in(folder)
    places.inbox.mkdir()
    name = "gemeentekanalen_2024.csv"
    with (deliveries / name).open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = csv.reader(handle, delimiter=";")
    rows = [row for row in rows if row]
    header += ["los", "datum los", "getal los"]
    for number, row in enumerate(rows):
        row += [f"kwarktaart{number % 7}", f"31/02/20{number % 7}9", f"7{number % 7}7.77"]
    with (places.inbox / name).open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter=";", quoting=csv.QUOTE_ALL).writerows([header, *rows])
    run = peil("land", *options(places), PEIL_HASH_KEY=KEY)
    assert run.returncode == 0, run.stderr
    return places, run


def test_the_page_shows_no_value_of_an_unbound_column(landed):
    places, run = landed
    (page,) = (places.warehouse.parent / "quality").glob("*.html")
    shown = html.unescape(page.read_text(encoding="utf-8"))
    assert "datum los" in shown, "the column is named"
    for text in (shown, run.stdout, run.stderr):
        assert "kwarktaart" not in text
        assert "31/02" not in text
        assert "7.77" not in text


def test_the_key_is_in_nothing_that_was_written_or_said(landed):
    places, run = landed
    assert KEY not in run.stdout + run.stderr
    root = places.warehouse.parent.parent
    for file in root.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file
