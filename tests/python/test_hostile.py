"""Whatever lies in the inbox, it is set aside with its reason and the rest lands."""

import csv
import os
import re
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import duckdb
import hostile
import pytest
from conftest import here, ledger_agrees, options, peil, places_in
from peil.codebook.limits import Limits
from peil.landing import inbox
from peil.names import printable
from peil.readers.frames import raise_if_machine
from peil.readers.limits import seconds_for, spill_bytes_for
from peil.settings import PROJECT


@pytest.fixture
def places(tmp_path, deliveries):
    places = places_in(tmp_path)
    shutil.copytree(deliveries, places.inbox)
    return places


def landed(places):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        ledger_agrees(connection)
        return {
            name
            for (name,) in connection.execute(
                "select file_name from raw.deliveries where status = 'landed'"
            ).fetchall()
        }


def with_limits(folder, **limits):
    """The default codebook with other limits."""
    seeds = folder / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds, dirs_exist_ok=True)
    thresholds = seeds / "thresholds.csv"
    text = thresholds.read_text(encoding="utf-8")
    for code, value in limits.items():
        text, n = re.subn(rf"^{code},[^,]*,", f"{code},{value},", text, flags=re.M)
        assert n == 1
    thresholds.write_text(text, encoding="utf-8")
    return seeds


def named(case: str) -> str:
    """A name under which a file of this extension belongs to a source of the codebook."""
    return {
        "csv": "gemeentekanalen_2024_", "sav": "burgerpanel_2024_",
        "xlsx": "participatieplatform_2024_", "parquet": "kpi_2024_",
    }[case.rsplit(".", 1)[1]] + case  # fmt: skip


def test_hostile_files_are_set_aside_with_their_reasons_and_the_rest_lands(
    places, deliveries, tmp_path
):
    files = {
        p.suffix[1:]: p.read_bytes() for p in deliveries.iterdir() if "bevolking" not in p.name
    }
    cases = hostile.contents(
        {"csv": (deliveries / "gemeentekanalen_2024.csv").read_bytes(), **{
            kind: files[kind] for kind in ("sav", "xlsx")
        }}
    )  # fmt: skip
    names = {p.name for p in deliveries.iterdir()}
    for case, content in cases.items():
        (places.inbox / named(case)).write_bytes(content)
    special = hostile.specials(places.inbox, named)
    (places.inbox / named("folder.csv")).mkdir()
    assert len(cases) + len(special) >= 60
    # Bombs of the size that the defaults refuse take a minute to make.
    seeds = with_limits(tmp_path, reading_unpacked_mb=200)
    started = time.monotonic()
    run = peil("land", "--seeds", seeds, *options(places)[2:])
    seconds = time.monotonic() - started
    assert run.returncode == 3, run.stderr[-3000:]
    assert "Traceback" not in run.stderr
    assert landed(places) == names
    aside = {p.name for p in (places.inbox / "rejected").iterdir()}
    for name in [*map(named, cases), *(p.name for p in special)]:
        assert name in aside, f"{name} was not set aside"
        assert f"{name}.reden.txt" in aside
        assert name in run.stderr
        assert not (places.inbox / name).is_symlink()
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        reasons = connection.execute(
            "select reason from raw.deliveries where status = 'rejected'"
        ).fetchall()
    assert len(reasons) == len(cases) + len(special)
    of = {case: next(r for (r,) in reasons if r.startswith(named(case))) for case in (
        "far_cell.xlsx", "bomb.xlsx", "wide.csv", "parquet_cells.parquet",
    )}  # fmt: skip
    assert "memory" in of["far_cell.xlsx"]
    assert "unpacked" in of["bomb.xlsx"]
    assert "columns" in of["wide.csv"]
    assert "unpacked" in of["parquet_cells.parquet"]
    print(f"{len(reasons)} hostile files in {seconds:.0f} s")


NAMES = [
    b"\xe9\xff", b"n" * 229, b"*", b"?[a-z]{x}", b"'; drop table x; --", b"\n\x1b[31m",
    "\u202etxt".encode(), b"-rf $(id) `id`", b"%s%n{0}", b"<b>&amp;",
]  # fmt: skip


def test_a_file_lands_under_any_name(tmp_path, deliveries):
    """A neighbour that its name would match as a pattern is not read with it."""
    places = places_in(tmp_path)
    places.inbox.mkdir()
    original = deliveries / "gemeentekanalen_2024.csv"
    names = [b"gemeentekanalen_2024_" + name + b".csv" for name in NAMES]
    for name in names:
        with open(os.path.join(os.fsencode(places.inbox), name), "wb") as handle:  # noqa: PTH118, PTH123
            handle.write(original.read_bytes())
    (places.inbox / "gemeentekanalen_2024_other.csv").write_bytes(b"x;y\n1;2\n")
    run = peil("land", *options(places))
    assert "Traceback" not in run.stderr
    assert run.returncode == 3, "the neighbour is no delivery of this source"
    assert landed(places) == {printable(os.fsdecode(name)) for name in names}
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        counted = connection.execute(
            "select distinct n_rows from raw.deliveries where status = 'landed'"
        ).fetchall()
    with original.open(encoding="utf-8-sig", newline="") as handle:
        assert counted == [(len(list(csv.DictReader(handle, delimiter=";"))),)]
    again = peil("land", *options(places))
    assert f"0 landed, {len(names)} unchanged" in again.stdout


def test_a_refused_file_is_set_aside_under_any_name(tmp_path):
    places = places_in(tmp_path)
    places.inbox.mkdir()
    for name in (b"gemeentekanalen_2024_\xff.csv", b"gemeentekanalen_2024_" + b"n" * 229 + b".csv"):
        with open(os.path.join(os.fsencode(places.inbox), name), "wb") as handle:  # noqa: PTH118, PTH123
            handle.write(b"a;b\n1;2\n")
    run = peil("land", *options(places))
    assert run.returncode == 3
    assert "Traceback" not in run.stderr
    assert len(list((places.inbox / "rejected").glob("*.reden.txt"))) == 2
    assert len(list((places.inbox / "rejected").iterdir())) == 4
    assert [p.name for p in places.inbox.iterdir()] == ["rejected"]


def test_a_file_that_grows_waits_and_is_not_moved(places, deliveries, monkeypatch, one_worker):
    """Half a file is often no readable file: it is not set aside either."""
    growing = [places.inbox / "gemeentekanalen_2024.csv", places.inbox / "burgerpanel_2024.sav"]
    for path in growing:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        # However long a busy machine takes to begin, these were written just now.
        os.utime(path, (later := time.time() + 3600, later))

    def grow(_):
        for path in growing:
            with path.open("ab") as handle:
                handle.write(b"more")

    with monkeypatch.context() as patch:
        patch.setattr(inbox, "time", SimpleNamespace(**{**vars(time), "sleep": grow}))
        run = here("land", *options(places))
    assert run.returncode == 0, run.stderr
    assert "4 landed" in run.stdout
    assert "2 waiting" in run.stdout
    for path in growing:
        assert f"{path.name}: is still being written; it waits for the next night" in run.stderr
        assert path.exists()
    assert not (places.inbox / "rejected").exists()
    for path in growing:
        shutil.copy2(deliveries / path.name, path)
    again = peil("land", *options(places))
    assert "2 landed, 4 unchanged" in again.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who writes")
def test_a_file_that_is_open_for_writing_waits(places):
    """A copy that stalls looks finished; who copies still has the file open."""
    path = places.inbox / "gemeentekanalen_2024.csv"
    os.utime(path, (1, 1))
    with path.open("ab"):
        run = peil("land", *options(places))
    assert "gemeentekanalen_2024.csv: is still being written" in run.stderr
    assert "5 landed" in run.stdout
    assert "1 landed" in peil("land", *options(places)).stdout


def test_a_young_file_waits_where_the_codebook_says_so(places, tmp_path, one_worker):
    seeds = with_limits(tmp_path, delivery_min_age_seconds=3600)
    for path in places.inbox.iterdir():
        os.utime(path, (1, 1))
    os.utime(places.inbox / "kpi_2024.csv")
    run = here("land", "--seeds", seeds, *options(places)[2:])
    assert "kpi_2024.csv: is younger than 3600 s" in run.stderr
    assert "5 landed" in run.stdout


def test_limits_of_the_codebook_hold(places, tmp_path, one_worker):
    """A small limit of size refuses; a limit that is no number stops before anything is read."""
    seeds = with_limits(tmp_path, reading_file_mb=0.1)
    run = here("land", "--seeds", seeds, *options(places)[2:])
    assert run.returncode == 3
    assert "a file may be 0.1 MB" in run.stderr
    assert "kpi_2024.csv" in landed(places)
    with_limits(tmp_path, reading_seconds="soon")
    run = here("land", "--seeds", seeds, *options(places)[2:])
    assert run.returncode == 2
    assert "reading_seconds: 'soon' is not a number of 0 or more" in run.stderr


def test_a_reader_that_takes_too_long_is_stopped(places, monkeypatch, one_worker):
    """The clock stops it; the file says time, and the next file is read by a new process."""
    from peil.landing import land, run

    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    slow = [sys.executable, "-c", "import time; time.sleep(60)"]
    started = []
    popen = subprocess.Popen

    def first_one_sleeps(command, **options):
        reading = "peil.readers.worker" in command
        started.append(reading)
        return popen(slow if reading and sum(started) == 1 else command, **options)

    def seconds(path, limits):
        # By the clock the other files have all that a busy machine needs for them.
        return seconds_for(path, limits) if sum(started) == 1 else 300

    monkeypatch.setattr("peil.readers.process.subprocess.Popen", first_one_sleeps)
    monkeypatch.setattr("peil.readers.process.seconds_for", seconds)
    monkeypatch.setattr(run, "read_limits", lambda _: Limits(reading_seconds=4))
    result = land(places)
    assert len(result.landed) == 5
    (reason,) = result.rejected.values()
    assert "takes more than 4 s to read" in reason


def test_a_large_file_has_more_time_and_room_than_a_small_one(tmp_path):
    limits = Limits(reading_seconds=300, reading_file_mb=8192)
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    for path, size in ((small, 1), (large, 3 << 30)):
        path.touch()
        os.truncate(path, size)
    assert (seconds_for(small, limits), seconds_for(large, limits)) == (300, 3600)
    assert spill_bytes_for(small, limits) == 8 << 30
    assert spill_bytes_for(large, limits) == 30 << 30


def test_a_reader_killed_from_outside_leaves_the_file(places, monkeypatch, one_worker):
    """As when the system runs out of memory: not the file's format, and not its fault."""
    from peil.landing import land

    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    popen = subprocess.Popen

    def dies(command, **options):
        if "peil.readers.worker" in command:
            command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
        return popen(command, **options)

    monkeypatch.setattr("peil.readers.process.subprocess.Popen", dies)
    result = land(places)
    assert not result.rejected
    assert len(result.failed) == 6
    assert "ended by the system" in result.failed["kpi_2024.csv"]
    assert "format" not in result.failed["kpi_2024.csv"]
    assert (places.inbox / "kpi_2024.csv").exists()


def test_memory_that_runs_out_is_no_wrong_separator(places, tmp_path):
    seeds = with_limits(tmp_path, reading_memory_mb=1000)
    big = places.inbox / "gemeentekanalen_2024.csv"
    header, rows = big.read_bytes().split(b"\r\n", 1)
    big.write_bytes(header + b"\r\n" + rows * 400)
    run = peil("land", "--seeds", seeds, *options(places)[2:])
    assert "separator" not in run.stderr.split("gemeentekanalen_2024.csv: ", 1)[1][:120]
    assert "of memory to read" in run.stderr
    assert "bevolking_2024.csv" in landed(places)


def test_memory_to_read_is_what_a_file_adds():
    """Addresses that libraries took are no memory; many processors have many."""
    code = (
        "import mmap\n"
        "from peil.codebook.limits import Limits\n"
        "from peil.readers.worker import limit_process\n"
        "before = mmap.mmap(-1, 4 << 30)\n"
        "limit_process(Limits(reading_memory_mb=500), 60)\n"
        "mmap.mmap(-1, 400 << 20)\n"
        "try:\n"
        "    mmap.mmap(-1, 600 << 20)\n"
        "except OSError:\n"
        "    print('bounded')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "bounded\n", done.stderr


@pytest.mark.parametrize(
    "error",
    [
        duckdb.OutOfMemoryException("failed to allocate"),
        duckdb.InvalidInputException(
            "arrow_scan: get_next failed(): Python exception: MemoryError"
        ),
        duckdb.InvalidInputException("get_next failed(): Out of memory: malloc of size 9 failed"),
    ],
)
def test_memory_is_recognised_in_whoevers_words(error):
    with pytest.raises(MemoryError):
        raise_if_machine(error)
    raise_if_machine(duckdb.InvalidInputException("CSV parse error: expected 3 columns, got 4"))
