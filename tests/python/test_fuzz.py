"""Broken files, thousands of them: no traceback, nothing half-landed, ledger and rows agree.

`make fuzz` runs it at full length (PEIL_FUZZ mutated files, PEIL_KILLS killed landings and as many
killed nights); `make test` runs a short version. The files are the demo's, the real ones where they
are present, and small ones of every tool.
"""

import hashlib
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

import duckdb
import pytest
from conftest import SHARED, any_date, ledger_agrees, options, peil, places_in
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.drafting.draft import Names, draft
from peil.errors import PeilError
from peil.landing import land
from peil.letters import MANGLED
from peil.settings import PROJECT
from peil.warehouse import read_warehouse
from test_codebook import FORMS, LIMESURVEY, QUALTRICS
from test_readers import MS_FORMS, QUALTRICS_LEGACY, SURVEYMONKEY, VV

N_FILES = int(os.environ.get("PEIL_FUZZ", "40"))
N_KILLS = int(os.environ.get("PEIL_KILLS", "4"))
SMALL = {
    "limesurvey.csv": LIMESURVEY, "vv.csv": VV, "qualtrics.csv": QUALTRICS,
    "legacy.csv": QUALTRICS_LEGACY, "monkey.csv": SURVEYMONKEY, "google.csv": FORMS,
    "ms.csv": MS_FORMS,
}  # fmt: skip


@pytest.fixture(scope="module")
def samples(tmp_path_factory, deliveries):
    """Sample files, each with the seeds that land it."""
    folder = tmp_path_factory.mktemp("samples")
    for name, content in SMALL.items():
        (folder / name).write_text(content, encoding="utf-8")
    surveys = SHARED / "data" / "surveys"
    found = [*folder.iterdir()] + [
        p for p in sorted(surveys.rglob("*"))
        if p.suffix in {".sav", ".csv", ".xlsx"} and p.stat().st_size < 120_000
    ]  # fmt: skip
    samples = []
    for i, path in enumerate(found):
        seeds = folder / f"seeds_{i}"
        draft(path, seeds, Names("onderzoek", "2024", "bron"))
        any_date(seeds)
        samples.append((path, seeds))
    samples += [(p, PROJECT / "seeds") for p in sorted(deliveries.iterdir())]
    parquet = folder / "p.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select i as id, i % 5 as q from range(200) t (i)) to '{parquet}'"
        )
    draft(parquet, folder / "seeds_p", Names("onderzoek", "2024", "bron"))
    return [*samples, (parquet, folder / "seeds_p")]


def mutate(content: bytes, rng: random.Random) -> bytes:
    """A few byte edits: other letters, flips, cuts, repeats, and what text stumbles over.

    Half of the edits keep the structure of a text file, so that they reach the codebook.
    """
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at = rng.randrange(len(data) + 1)
        kind = rng.choice((0, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6))
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.randint(1, 200)]
        elif kind == 2:
            data[at:at] = data[at : at + rng.randint(1, 200)]
        elif kind == 3:
            data[at:at] = rng.choice([b'"', b";", b",", b"\t", b"\r\n", b"\0", b"\xff", b"\xe9"])
        elif kind == 4:
            del data[at:]
        elif kind == 6:
            places = [i for i in range(at, min(at + 400, len(data))) if chr(data[i]).isalnum()]
            if places:
                data[rng.choice(places)] = ord(rng.choice("0123456789abXY"))
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 40))
    return bytes(data)


def test_mutated_files_land_whole_or_are_refused(samples, tmp_path, one_worker, monkeypatch):
    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    rng = random.Random(int(os.environ.get("PEIL_FUZZ_SEED", "4")))
    outcomes = {"landed": 0, "refused": 0}
    for number in range(N_FILES):
        path, seeds = samples[number % len(samples)]
        places = places_in(tmp_path / path.stem, seeds=seeds)
        places.inbox.mkdir(parents=True, exist_ok=True)
        for old in places.inbox.glob("*.*"):
            old.unlink()
        content = mutate(path.read_bytes(), rng)
        (places.inbox / path.name).write_bytes(content)
        # A file written just now is looked at twice, a second apart.
        os.utime(places.inbox / path.name, (1, 1))
        try:
            landed = land(places)
        except PeilError as error:
            raise AssertionError(f"mutation {number} of {path.name}: {error}") from error
        outcomes["landed" if landed.landed else "refused"] += 1
        for message in landed.rejected.values():
            assert path.name in message
            assert "Traceback" not in message
        with duckdb.connect(str(places.warehouse), read_only=True) as connection:
            ledger_agrees(connection)
    print(f"{N_FILES} mutated files: {outcomes}")
    assert min(outcomes.values()) > 0, "the mutations are neither harmless nor deadly alone"


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12).filter(
    # Letters that were read in another alphabet are read anew.
    lambda t: "\0" not in t and not MANGLED.search(t)
)


@settings(max_examples=max(25, N_FILES // 20))
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6))
def test_any_text_in_a_cell_comes_back_as_it_was(tmp_path_factory, rows):
    import csv
    import io

    from test_readers import read

    path = tmp_path_factory.mktemp("cells") / "levering.csv"
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [("eerste", "tweede"), *rows]
    )
    path.write_bytes(text.getvalue().encode())
    cells, _ = read(path, "csv", delimiter=";", encoding="utf-8")
    # A row in which nothing stands is no record.
    rows = [row for row in rows if any(re.search(r"[^ \t\n\f\r]", cell) for cell in row)]
    assert cells["eerste"] == [a or None for a, _ in rows]
    assert cells["tweede"] == [b or None for _, b in rows]


def killed_within(command: list[str], seconds: float, longest: float) -> tuple[float, bool]:
    """Run this and kill it after so long; the longest to try next, and whether it still ran.

    A machine on which it ended before is asked sooner: some of the runs are killed on any.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return longest, True
    return time.monotonic() - started, False


def test_a_killed_landing_leaves_no_partial_delivery(deliveries, tmp_path):
    """kill -9 at random moments; afterwards ledger and rows agree and the next run lands all."""
    places = places_in(tmp_path)
    shutil.copytree(deliveries, places.inbox)
    rng = random.Random(9)
    command = [sys.executable, "-m", "peil", "land", *map(str, options(places))]
    killed, longest = 0, 5.5
    for number in itertools.count():
        # Asked ever sooner, some run is killed on any machine.
        if number >= N_KILLS and killed:
            break
        if places.warehouse.exists() and rng.random() < 0.7:
            shutil.rmtree(places.warehouse.parent)
        longest, was_killed = killed_within(command, rng.uniform(0.1, longest), longest)
        killed += was_killed
        if places.warehouse.exists():
            with duckdb.connect(str(places.warehouse)) as connection:
                if connection.execute(
                    "select 1 from duckdb_tables() where table_name = 'kpi_values'"
                ).fetchone():
                    ledger_agrees(connection)
    last = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        assert ledger_agrees(connection) == 6
    assert not (places.warehouse.parent / ".incoming").exists()
    print(f"{killed} of {number} runs were killed while they ran")


def whole_release(places):
    """The release in force is whole; returns the digests of what it was built from."""
    current = (places.published / "current").resolve()
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    content = (current / "peil.duckdb").read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        counts = dict(
            connection.execute(
                "select table_name, estimated_size from duckdb_tables() order by 1"
            ).fetchall()
        )
        received = connection.execute(
            "select n_rows from marts.response_overview "
            "where source_code = 'all' and step_code = 'received'"
        ).fetchall()
    assert set(counts) == set(manifest["tables"])
    with read_warehouse(places.warehouse) as connection:
        keys = [i["delivery_key"] for i in manifest["inputs"]]
        # What was replaced and came back stands in the ledger twice, under one key.
        sizes = connection.execute(
            "select any_value(n_rows) from raw.deliveries where list_contains(?, delivery_key) "
            "group by delivery_key",
            [keys],
        ).fetchall()
    assert received == sizes, "built from other deliveries"
    return {i["file_name"]: i["sha256"] for i in manifest["inputs"]}


def test_a_killed_night_leaves_a_whole_release_and_the_next_is_equal(copy_of_small, monkeypatch):
    """kill -9 at random moments of nights in which a delivery changes to and fro.

    After each the release in force is whole and of one set of deliveries, `peil publish` publishes
    what is built and tested or nothing, and an undisturbed night gives the figures of the first.
    On a small survey no step is so long that most kills would fall in it.
    """
    from test_nightly import fingerprint

    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    places = copy_of_small
    first = fingerprint(places.published_file)
    (changing,) = places.inbox.iterdir()
    original = changing.read_bytes()
    shorter = b"\n".join(original.split(b"\n")[:-40]) + b"\n"
    digests = {hashlib.sha256(content).hexdigest() for content in (original, shorter)}
    rng = random.Random(int(os.environ.get("PEIL_FUZZ_SEED", "4")))
    outcomes = {"killed": 0, "ended": 0, "published by hand": 0, "refused by hand": 0}
    longest = 30.0
    command = [sys.executable, "-m", "peil", "nightly", *map(str, options(places))]
    for number in itertools.count():
        if number >= N_KILLS and outcomes["killed"]:
            break
        changing.write_bytes(shorter if number % 2 == 0 else original)
        longest, was_killed = killed_within(command, rng.uniform(0.1, longest), longest)
        outcomes["killed" if was_killed else "ended"] += 1
        assert whole_release(places)[changing.name] in digests
        if number % 3 == 0:
            by_hand = peil("publish", "--wait", "60", *options(places))
            assert by_hand.returncode in (0, 1), by_hand.stderr
            if by_hand.returncode:
                assert "not built and tested" in by_hand.stderr or "other deliveries" in (
                    by_hand.stderr
                )
            outcomes["refused by hand" if by_hand.returncode else "published by hand"] += 1
            whole_release(places)
    changing.write_bytes(original)
    last = peil("nightly", *options(places))
    assert last.returncode == 0, last.stderr
    assert fingerprint(places.published_file) == first
    assert not [p for p in places.seeds.parent.rglob(".*") if re.search(r"-\d+(\.\w+)*$", p.name)]
    print(f"{number} nights: {outcomes}")
