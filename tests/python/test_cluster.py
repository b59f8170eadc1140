"""A night whose deliveries are counted by Ray workers gives the figures of a night alone.

Needs the extra `cluster`, which `make test-cluster` installs apart; what does not need it runs
without.
"""

import contextlib
import importlib.util
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil, places_in
from peil.errors import InputError
from peil.landing import land
from peil.settings import PROJECT
from peil.workers import driver
from peil.workers.cluster import cluster
from peil.workers.driver import MEMORY, RETRIES, WithoutDumps, asked_of
from peil.workers.night import cluster_night
from peil.workers.shared import drop, get, put
from peil.workers.task import Common, Job
from ray_stand_ins import Ending, Slow, shut_out
from same_figures import differences
from test_count_packages import A, B, elsewhere, rows, started_once, survey  # noqa: F401

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="needs Ray: make test-cluster")


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed here")
def test_without_the_extra_one_sentence_says_what_to_install(survey, tmp_path):  # noqa: F811
    places = elsewhere(survey, tmp_path, survey.inbox / A)
    done = peil("nightly", "--cluster", "local:2", *options(places), PEIL_HASH_KEY="test")
    assert done.returncode == 2
    assert "--cluster needs Ray: pip install 'peil[cluster]'." in done.stderr


DOOMED, REFUSED = "gemeentekanalen_2024_doomed.csv", "gemeentekanalen_2024_refused.csv"
SPLIT = "burgerpanel_2024.sav"


def descends_from(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        # After the name, which may hold anything: state, parent.
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def workers_of(ancestor: int) -> dict[int, str]:
    """Ray workers below a process, by what they are counting."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            title = (folder / "cmdline").read_bytes().decode(errors="replace")
            if title.startswith("ray::peil count") and descends_from(int(folder.name), ancestor):
                found[int(folder.name)] = title
    return found


def kill_workers(night: subprocess.Popen) -> dict[str, int]:
    """Every worker of one file, always; of the others one, half-way. How many, per kind."""
    killed = {"doomed": 0, "other": 0}
    while night.poll() is None:
        for pid, title in workers_of(night.pid).items():
            if DOOMED not in title and killed["other"]:
                continue
            if DOOMED not in title:
                time.sleep(2)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed["doomed" if DOOMED in title else "other"] += 1
        time.sleep(0.2)
    return killed


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket of an object store on this computer."""
    moto = pytest.importorskip("moto.server", reason="needs moto of requirements-cluster-dev.txt")
    s3fs = pytest.importorskip("s3fs", reason="needs s3fs of requirements-cluster.txt")
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    try:
        # A server that was stopped left its buckets to the next one of this process.
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir(f"peil-{port}")
        yield f"s3://peil-{port}"
    finally:
        server.stop()


@needs_ray
def test_workers_are_killed_and_the_figures_of_the_demo_are_those_of_one_machine(
    demo, store, tmp_path, monkeypatch
):
    """Two workers and an object store; one file in parts, one refused, one that kills workers."""
    import s3fs

    monkeypatch.delenv("PEIL_HASH_KEY")
    places = places_in(tmp_path)
    shutil.copytree(demo.inbox, places.inbox)
    shutil.copy2(places.inbox / "gemeentekanalen_2024.csv", places.inbox / DOOMED)
    (places.inbox / REFUSED).write_text("id;remark\n1;x\n", encoding="utf-8")
    part_mb = 0.6 * (places.inbox / SPLIT).stat().st_size / (1 << 20)
    log = tmp_path / "night.log"
    command = [
        sys.executable, "-m", "peil", "nightly", "--cluster", "local:2", "--shared",
        f"{store}/run", "--part-mb", part_mb, *options(places),
    ]  # fmt: skip
    with log.open("w") as out:
        night = subprocess.Popen(list(map(str, command)), stdout=out, stderr=out, cwd=PROJECT)
        killed = kill_workers(night)
    said = log.read_text()
    assert killed["other"] == 1, said
    assert killed["doomed"] >= RETRIES + 1, said
    assert f"{DOOMED}: its worker was lost {RETRIES + 1} times" in said
    assert (places.inbox / DOOMED).exists()
    assert (places.inbox / "rejected" / REFUSED).exists()
    assert f"{SPLIT}: 2 parts added up." in said
    assert differences(demo.warehouse, places.warehouse) == []
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.answers").fetchone() == (0,)
        landed = connection.execute(
            "select count(*), count(package_sha256) from raw.deliveries where status = 'landed' "
            "and file_name = ?", [SPLIT],
        ).fetchone()  # fmt: skip
    assert landed == (1, 1)
    assert s3fs.S3FileSystem(skip_instance_cache=True).find(store.removeprefix("s3://")) == []
    assert not workers_of(night.pid)


@pytest.mark.parametrize(
    ("problem", "starts", "expected"),
    [("it timed out during startup", 3, 3), ("timed out during startup", 9, 4), ("no", 9, 1)],
)
def test_a_node_that_starts_slowly_is_started_again(
    monkeypatch, tmp_path, problem, starts, expected
):
    from peil.workers import cluster as side

    monkeypatch.setattr(side, "serve", Slow(tmp_path, starts, problem))
    if starts == expected:
        side.Cluster("local:1").close()
    else:
        with pytest.raises(InputError, match=f"no cluster answers there .{problem}"):
            side.Cluster("local:1")
    assert len(list(tmp_path.iterdir())) == expected


@pytest.mark.parametrize(("times", "not_done"), [(1, []), (2, ["c"])])
def test_when_ray_ends_without_a_word_the_night_goes_on(monkeypatch, tmp_path, times, not_done):
    from peil.workers import cluster as side

    monkeypatch.setattr(side, "serve", Ending(tmp_path, times))
    workers = side.Cluster("local:1")
    try:
        jobs = [Job(name, "", "") for name in "abc"]
        done = workers.run(Common({}, b""), jobs)
    finally:
        workers.close()
    assert [one.name for one in done] == ["a", "b", "c"]
    assert [one.name for one in done if one.failure] == not_done
    assert all("Ray itself ended 2 times" in one.failure for one in done if one.failure)


def test_a_later_delivery_outdates_a_package(survey, tmp_path, monkeypatch):  # noqa: F811
    """The worker of this test is this process: what the night asks for, and in which order."""
    from peil.workers import night
    from peil.workers.task import work

    asked: list[tuple[str, bool]] = []

    class Here:
        def run(self, common, jobs):
            asked.extend((job.name, job.keys_only) for job in jobs)
            return [work(common, job) for job in jobs]

    monkeypatch.setattr(night, "cluster", lambda _: contextlib.nullcontext(Here()))
    monkeypatch.setattr(
        night, "nightly", lambda places, elsewhere, **_: land(places, elsewhere=elsewhere)
    )
    places = elsewhere(survey, tmp_path, survey.inbox / A)
    assert cluster_night(places, "local:1").landed == [f"{A}.counts.zip"]
    assert asked == [(A, False)], "nobody to be matched with"
    asked.clear()
    (places.inbox / B).write_bytes((survey.inbox / B).read_bytes())
    landed = cluster_night(places, "local:1")
    assert sorted(landed.landed) == [f"{A}.counts.zip", f"{B}.counts.zip"]
    assert asked == [(B, True), (A, False), (B, False)]
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        people = connection.execute(
            "select response_status, sum(n_respondents)::int from raw.counted_respondents "
            "group by 1 order by 1"
        ).fetchall()
    assert people == [("duplicate", 10), ("eligible", len(rows()))]
    asked.clear()
    assert cluster_night(places, "local:1").landed == []
    assert asked == []


def test_a_large_file_is_read_once_and_counted_in_slices(survey, tmp_path, monkeypatch):  # noqa: F811
    from peil.workers import night
    from peil.workers.task import work

    asked: list[tuple[str, str, str]] = []

    class Here:
        def run(self, common, jobs):
            asked.extend((job.name, job.does, job.part) for job in jobs)
            return [work(common, job) for job in jobs]

    monkeypatch.setattr(night, "cluster", lambda _: contextlib.nullcontext(Here()))
    monkeypatch.setattr(
        night, "nightly", lambda places, elsewhere, **_: land(places, elsewhere=elsewhere)
    )
    places = elsewhere(survey, tmp_path, survey.inbox / B)
    (places.inbox / A).write_bytes((survey.inbox / A).read_bytes().splitlines(True)[0] * 2)
    size = (places.inbox / B).stat().st_size
    shared = tmp_path / "shared"
    landed = cluster_night(places, "local:1", shared=str(shared), part_mb=0.6 * size / (1 << 20))
    assert landed.landed == [f"{B}.counts.zip"]
    assert [one for one in asked if one[0] == B] == [
        (B, "keys", ""), (B, "cut", ""), (B, "count", "1/2"), (B, "count", "2/2"),
    ]  # fmt: skip
    assert list(landed.rejected) == [A]
    assert not list(shared.iterdir())


def test_an_address_that_is_none_is_named():
    with pytest.raises(InputError, match="give a number of workers"), cluster("local:many"):
        pass


def test_an_address_at_which_nobody_listens_is_refused_at_once(monkeypatch):
    """Without a word of Ray, which would go on trying for minutes."""
    from peil.workers import cluster as side

    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    monkeypatch.setattr(side, "Cluster", io.StringIO)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with cluster(f"127.0.0.1:{port}"):
            pass
    # A port that is taken and not listened to: nobody else gets it meanwhile.
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    said = f"nobody listens there.*ray start --head --port {port}"
    with pytest.raises(InputError, match=said), cluster(f"127.0.0.1:{port}"):
        pass
    taken.close()
    # Of other addresses Ray knows who is there.
    for address in ("local:2", "auto", "ray://head:10001"):
        with cluster(address):
            pass


def test_who_has_another_token_is_told_which_to_set(monkeypatch, capfd):
    from peil.workers import cluster as side

    monkeypatch.setattr(side, "serve", shut_out)
    with pytest.raises(InputError, match=r"does not accept the token of here[.] Set RAY_AUTH"):
        side.Cluster("head:6379")
    assert "InvalidAuthToken" not in capfd.readouterr().err
    assert driver.why_not("Failed to connect", "slow") == "Failed to connect"


def test_a_task_asks_no_more_memory_than_a_node_has():
    """Ray waits for a node that has what is asked, for ever."""

    def node(gib: float, alive: bool = True) -> dict:
        return {"Alive": alive, "Resources": {"CPU": 2.0, "memory": gib * (1 << 30)}}

    assert asked_of([node(1.5), node(60)]) == MEMORY
    assert asked_of([node(1.5), node(60, alive=False), {"Alive": True, "Resources": {}}]) == (
        3 << 29
    )
    assert asked_of([]) == 0


def test_of_a_node_that_dies_its_own_log_is_left_out():
    """The lines are those that Ray 2.60 writes when a node is killed."""
    out = io.StringIO()
    stream = WithoutDumps(out)
    print(
        "(raylet) Raylet is terminated. Last 20 lines of the Raylet logs:\n"
        "    [state-dump] DebugString() time ms: 0\n    \n    [2026-11-28 I] accessor.cc\n\n"
        "(raylet) Task work failed. There are 3 retries remaining",
        file=stream,
    )
    said = [line for line in out.getvalue().splitlines() if line]
    assert [line.split(".")[0] for line in said] == [
        "(raylet) Raylet is terminated", "(raylet) Task work failed"
    ]  # fmt: skip
    assert not stream.isatty()


def test_a_shared_folder_holds_whole_files(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"x" * 100_000)
    place = f"{tmp_path}/shared/deliveries/k"
    put(file, place)
    get(place, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == file.read_bytes()
    with pytest.raises(InputError, match="is not there on this node"):
        get(f"{place}-other", tmp_path / "c")
    drop(f"{tmp_path}/shared")
    assert not (tmp_path / "shared").exists()


def test_an_object_store_holds_what_was_put(store, tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"counts")
    put(file, f"{store}/run/packages/a")
    get(f"{store}/run/packages/a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"counts"
    drop(f"{store}/run")
    with pytest.raises(InputError, match="cannot be used"):
        get(f"{store}/run/packages/a", tmp_path / "c")
