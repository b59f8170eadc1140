"""A night whose deliveries are counted by Ray workers gives the figures of a night alone.

Needs the extra `cluster` (requirements-cluster.txt); what does not need it runs without.
"""

import contextlib
import importlib.util
import os
import threading
import time
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil
from peil.errors import InputError
from peil.landing import land
from peil.nights.build import build_warehouse
from peil.workers.cluster import cluster
from peil.workers.night import cluster_night
from peil.workers.shared import drop, get, put
from same_figures import differences
from small_survey import deliver
from test_count_packages import A, B, elsewhere, rows, started_once, survey  # noqa: F401

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(
    not HAS_RAY, reason="needs Ray: pip install --require-hashes -r requirements-cluster.txt"
)


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed here")
def test_without_the_extra_one_sentence_says_what_to_install(survey, tmp_path):  # noqa: F811
    places = elsewhere(survey, tmp_path, survey.inbox / A)
    done = peil("nightly", "--cluster", "local:2", *options(places), PEIL_HASH_KEY="test")
    assert done.returncode == 2
    assert "--cluster needs Ray: pip install 'peil[cluster]'." in done.stderr


def workers_at_work() -> list[int]:
    """Ray workers of this process that count a delivery now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if title.startswith(b"ray::") and f"PEIL_TEST={os.getpid()}".encode() in environment:
            found.append(int(folder.name))
    return found


@needs_ray
def test_a_worker_is_killed_and_the_figures_are_those_of_one_machine(
    survey, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    monkeypatch.setenv("PEIL_TEST", str(os.getpid()))
    whole = elsewhere(survey, tmp_path / "whole", survey.inbox / A, survey.inbox / B)
    land(whole)
    assert build_warehouse(whole).failures == []
    parts = elsewhere(survey, tmp_path / "parts", survey.inbox / A, survey.inbox / B)
    deliver(parts, [{"id": "1"}], "small_survey_bad.csv")
    killed: list[int] = []

    def kill_one() -> None:
        deadline = time.monotonic() + 300
        while not killed and time.monotonic() < deadline:
            for pid in workers_at_work():
                time.sleep(2)
                os.kill(pid, 9)
                killed.append(pid)
                break
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one)
    killer.start()
    landed = cluster_night(parts, "local:2", shared=str(tmp_path / "shared"))
    killer.join()
    assert killed
    assert sorted(landed.landed) == [f"{A}.counts.zip", f"{B}.counts.zip"]
    assert "small_survey_bad.csv" in landed.rejected
    assert (parts.inbox / "rejected" / "small_survey_bad.csv").exists()
    assert not list((tmp_path / "shared").iterdir())
    assert differences(whole.warehouse, parts.warehouse) == []
    with duckdb.connect(str(parts.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.answers").fetchone() == (0,)
    # Nothing new: nobody is asked to count.
    assert cluster_night(parts, "local:2").landed == []


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
    assert asked == [(A, True), (A, False)]
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


def test_an_address_that_is_none_is_named():
    if not HAS_RAY:
        pytest.skip("needs Ray")
    with pytest.raises(InputError, match="give a number of workers"), cluster("local:many"):
        pass


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


def test_an_object_store_holds_what_was_put(tmp_path, monkeypatch):
    moto = pytest.importorskip("moto.server", reason="needs moto[server], a local S3")
    pytest.importorskip("s3fs", reason="needs s3fs of requirements-cluster.txt")
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        import s3fs

        s3fs.S3FileSystem().mkdir("peil")
        file = tmp_path / "a"
        file.write_bytes(b"counts")
        put(file, "s3://peil/run/packages/a")
        get("s3://peil/run/packages/a", tmp_path / "b")
        assert (tmp_path / "b").read_bytes() == b"counts"
        drop("s3://peil/run")
        with pytest.raises(InputError, match="cannot be used"):
            get("s3://peil/run/packages/a", tmp_path / "c")
    finally:
        server.stop()
