"""One night at a time, one release at a time, and only of what was built and tested."""

import hashlib
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from conftest import READABLE, dbt, options, peil
from peil import drafts
from peil.lock import one_night
from peil.nights import release
from peil.settings import PROJECT
from peil.warehouse import open_warehouse
from watching import readable_during

VERBS = (["publish"], ["research"], ["export", "--research"], ["summary"])


def write(places, sql):
    with duckdb.connect(str(places.warehouse)) as connection:
        return connection.execute(sql).fetchall()


def refuses(places, verbs=VERBS):
    for verb in verbs:
        run = peil(*verb, *options(places))
        assert run.returncode == 1, f"{verb}: {run.stdout}"
        assert "not built and tested" in run.stderr
        assert "Run `peil nightly`" in run.stderr


def is_whole(places):
    """The published file is the one its manifest names."""
    current = (places.published / "current").resolve()
    manifest = json.loads((current / "manifest.json").read_text())
    content = (current / "peil.duckdb").read_bytes()
    assert hashlib.sha256(content).hexdigest() == manifest["sha256"]
    assert manifest["built"]["tested_at"]
    return manifest


def test_what_is_not_built_and_tested_goes_nowhere(copy_of_small):
    research = peil("research", *options(copy_of_small))
    assert research.returncode == 0, research.stderr
    before = is_whole(copy_of_small)
    write(copy_of_small, "update nights.build set tested_at = null")
    refuses(copy_of_small)
    assert is_whole(copy_of_small) == before
    assert not [p for p in copy_of_small.published.rglob(".*") if p.name not in (".lock", ".sites")]


def test_landing_something_else_forgets_the_build(copy_of_small):
    (path,) = copy_of_small.inbox.iterdir()
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-40]))
    assert peil("land", *options(copy_of_small)).returncode == 0
    refuses(copy_of_small, VERBS[:1])


def test_landing_nothing_new_keeps_the_build(copy_of_small):
    assert peil("land", *options(copy_of_small)).returncode == 0
    assert peil("publish", *options(copy_of_small)).returncode == 0
    assert {i["file_name"] for i in is_whole(copy_of_small)["inputs"]} == {
        p.name for p in copy_of_small.inbox.iterdir()
    }


def test_a_build_of_a_part_is_not_built_and_tested(copy_of_small):
    run = dbt(
        "build", "--select", "dim_channels", target=copy_of_small.dbt_target,
        PEIL_WAREHOUSE=str(copy_of_small.warehouse),
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:]
    refuses(copy_of_small, VERBS[:1])


def test_who_is_in_the_way_is_said(empty_places):
    with one_night(empty_places):
        run = peil("land", "--wait", "0.5", *options(empty_places))
    assert run.returncode == 2
    assert f"in use by process {os.getpid()} (`" in run.stderr
    assert ", since 20" in run.stderr
    assert "waited 0.5 s" in run.stderr


def test_a_program_that_has_the_warehouse_open_is_named(empty_places):
    with open_warehouse(empty_places.warehouse):
        run = peil("publish", "--wait", "0.5", *options(empty_places))
    assert run.returncode == 2
    assert f"in use by process {os.getpid()}" in run.stderr


def test_a_run_waits_for_the_one_before(empty_places):
    """It fails for want of files, but only after the other one let go."""
    with open_warehouse(empty_places.warehouse):
        process = subprocess.Popen(
            [sys.executable, "-m", "peil", "land", "--wait", "60",
             *map(str, options(empty_places))],
            cwd=PROJECT, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = process.stderr.readline()
        assert process.poll() is None
    _, rest = process.communicate(timeout=60)
    assert f"in use by process {os.getpid()} (`" in said
    assert re.search(r"waiting, \d+ of at most 60 s", said)
    assert "nothing to land here" in rest


def test_a_process_takes_its_own_lock_again(empty_places):
    with one_night(empty_places), one_night(empty_places, publishes=False):
        pass
    with one_night(empty_places):
        pass


def test_drafts_of_the_living_stay_and_those_of_the_dead_go(tmp_path):
    dead, living = subprocess.Popen(["true"]), subprocess.Popen(["sleep", "60"])
    dead.wait()
    try:
        for pid in (dead.pid, living.pid):
            (tmp_path / f".peil-peil-draft-{pid}.duckdb").touch()
            (tmp_path / f".export-peil-draft-{pid}").mkdir()
            (tmp_path / f".export-peil-draft-{pid}" / "csv").touch()
            # Of whoever else keeps files here.
            (tmp_path / f".mine-{pid}.tar.gz").touch()
        (tmp_path / "peil.duckdb").touch()
        (tmp_path / ".peil-notes").touch()
        swept = drafts.sweep(tmp_path)
    finally:
        living.kill()
        living.wait()
    assert swept == [f".export-peil-draft-{dead.pid}", f".peil-peil-draft-{dead.pid}.duckdb"]
    assert {p.name for p in tmp_path.iterdir()} == {
        "peil.duckdb", ".peil-notes", f".peil-peil-draft-{living.pid}.duckdb",
        f".export-peil-draft-{living.pid}", *(f".mine-{p.pid}.tar.gz" for p in (dead, living)),
    }  # fmt: skip
    assert drafts.draft_of(tmp_path / "a.csv").name == f".a-peil-draft-{os.getpid()}.csv"


def a_release(published, text):
    draft = release.new_release(published)
    (draft / "peil.duckdb").write_text(text)
    (draft / "manifest.json").write_text(text)
    release.switch_to(published, draft, 14)


def test_a_reader_never_sees_half_a_switch(tmp_path):
    """Both files of the folder one resolves are of one release, at any moment."""
    a_release(tmp_path, "0")
    stop = threading.Event()
    mixed = []

    def look():
        while not stop.is_set():
            current = (tmp_path / "current").resolve()
            pair = [(current / n).read_text() for n in ("peil.duckdb", "manifest.json")]
            if pair[0] != pair[1] or not (tmp_path / "peil.duckdb").exists():
                mixed.append(pair)

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 13):
        a_release(tmp_path, str(number))
    stop.set()
    reader.join()
    assert not mixed
    assert (tmp_path / "peil.duckdb").read_text() == "12"
    assert len(list((tmp_path / "history").iterdir())) >= 1


def test_a_night_after_everything_was_purged_leaves_the_release(copy_of_small):
    """Nothing is left to build: that is no failure, night after night."""
    with copy_of_small.published_file.open("ab") as handle:
        handle.write(b"\0")
    edited = peil("purge", "--wave", "small_wave", *options(copy_of_small))
    assert edited.returncode == 1
    assert "is not the file its manifest describes" in edited.stderr, "it would be kept for ever"
    os.truncate(copy_of_small.published_file, copy_of_small.published_file.stat().st_size - 1)
    before = is_whole(copy_of_small)
    purged = peil("purge", "--wave", "small_wave", *options(copy_of_small))
    assert purged.returncode == 0, purged.stderr
    night = peil("nightly", *options(copy_of_small))
    assert night.returncode == 0, night.stderr
    assert "there is nothing to build" in night.stderr
    assert is_whole(copy_of_small) == before


@pytest.mark.parametrize("copied", [False, True], ids=["files", "a copy that followed links"])
def test_files_in_the_folder_itself_become_a_release(tmp_path, copied):
    """Published by an earlier version, or restored by a copy that followed the links."""
    published = tmp_path / "published"
    if copied:
        a_release(tmp_path / "first", "old")
        shutil.copytree(tmp_path / "first", published)
    else:
        published.mkdir()
        for name in ("peil.duckdb", "manifest.json"):
            (published / name).write_text("old")
    a_release(published, "new")
    for name in ("peil.duckdb", "manifest.json"):
        assert (published / name).is_symlink()
        assert (published / name).read_text() == "new"
    assert [p.read_text() for p in (published / "history").iterdir()] == ["old"]


def test_working_files_are_private_and_the_release_is_public(
    demo, copy_of_small, tmp_path, monkeypatch
):
    """The night was looked at while it made the demo; the other verbs are, of a small survey."""
    monkeypatch.setenv("PEIL_HASH_KEY", "test")
    during_the_night = (demo.published.parent / READABLE).read_text(encoding="utf-8").splitlines()
    readable = {Path(line) for line in during_the_night}
    assert "peil.duckdb" in {path.name for path in readable}, "looked at to the end"
    for verb in (["land"], ["research"], ["export", "--research"], ["summary"],
                 ["purge", "--wave", "small_wave"]):  # fmt: skip
        seen = readable_during(copy_of_small, *verb, *options(copy_of_small))
        readable |= {path.relative_to(tmp_path) for path in seen}
    public = {"peil.duckdb", "manifest.json"}
    for path in readable:
        assert path.parts[0] == "published", path
        assert "research" not in path.name, path
        assert "onderzoeksbestand" not in path.parts, path
        assert path.name in public or not path.name.startswith("."), path
    mode = stat.S_IMODE(copy_of_small.warehouse.parent.stat().st_mode)
    assert mode == 0o700
    for path in [copy_of_small.published, *copy_of_small.published.rglob("*")]:
        secret = {"research.duckdb", ".lock", "onderzoeksbestand"}
        if not secret & set(path.relative_to(tmp_path).parts):
            assert path.stat().st_mode & 0o044 == 0o044, path


def test_the_log_of_the_warehouse_is_private_while_it_is_open(tmp_path):
    path = tmp_path / "warehouse" / "peil.duckdb"
    before = os.umask(0)
    try:
        with open_warehouse(path) as connection:
            connection.execute("insert into raw.open_answers values ('a', 1, 'b', 'in plain text')")
            files = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert {"peil.duckdb", "peil.duckdb.wal"} <= set(files)
    assert set(files.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_with_other_things_in_it_keeps_its_mode(tmp_path):
    (tmp_path / "letters").touch()
    tmp_path.chmod(0o755)
    with open_warehouse(tmp_path / "peil.duckdb"):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("verb", [["publish"], ["research"], ["export"], ["summary"]])
def test_a_disk_that_is_full_is_one_sentence_and_nothing_half(copy_of_small, verb):
    """No file may grow beyond 20 kB: what a full disk does, at every write."""
    before = {p: p.read_bytes() for p in copy_of_small.published.rglob("*") if p.is_file()}
    run = subprocess.run(
        [sys.executable, "-m", "peil", *verb, *map(str, options(copy_of_small))],
        cwd=PROJECT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert run.stderr.count("peil: ") == 1
    after = {p: p.read_bytes() for p in copy_of_small.published.rglob("*") if p.is_file()}
    after.pop(copy_of_small.published / ".lock", None)
    before.pop(copy_of_small.published / ".lock", None)
    assert after == before
    assert peil("publish", *options(copy_of_small)).returncode == 0
