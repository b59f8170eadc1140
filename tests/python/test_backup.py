"""A backup gives back what it was made of or says why not; `peil doctor` sees what was planted."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil
from peil.built import sha256_of
from peil.errors import InputError
from peil.lock import lock_files, one_night, set_wait
from peil.nights import backup as backups
from peil.nights import doctor, history, release
from peil.nights import restore as restoring
from peil.nights.backup import CONTENTS, back_up, standing_backups
from peil.nights.record import recorded
from peil.nights.restore import restore
from peil.settings import Places
from peil.warehouse import open_warehouse, read_warehouse
from small_survey import edit, small_places

TODAY = date(2026, 7, 1)


def published(places: Places, word: str) -> str:
    draft = release.new_release(places.published)
    (draft / "peil.duckdb").write_text(word)
    digest = sha256_of(draft / "peil.duckdb")
    (draft / "manifest.json").write_text(json.dumps({"sha256": digest, "published_at": word}))
    release.switch_to(places.published, draft, 14)
    return release.in_force(places.published).name


@pytest.fixture
def places(tmp_path) -> Places:
    """The small survey with a delivery in its warehouse and a release."""
    places = small_places(tmp_path / "survey")
    places.inbox.chmod(0o700)
    (places.seeds / "codebook.toml").write_text("version = 2\n")
    with open_warehouse(places.warehouse) as connection:
        connection.execute(
            "insert into raw.deliveries (delivery_key, file_name, source_code, survey_code, "
            "wave_code, landed_at, status) values "
            "('k', 'f.csv', 'small', 'small', 'small_wave', '2026-01-02', 'landed')"
        )
    published(places, "one")
    with recorded(places, "purge", publishes=False):
        pass
    return places


def status_of(places: Places) -> str:
    with read_warehouse(places.warehouse) as connection:
        return connection.execute("select status from raw.deliveries").fetchone()[0]


def test_a_backup_is_private_whole_and_put_back_on_an_empty_server(places, tmp_path):
    made = back_up(places, tmp_path / "backups")
    for path in [made.parent, made, *made.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    contents = json.loads((made / CONTENTS).read_text())
    files = {str(p.relative_to(made)) for p in made.rglob("*") if p.is_file()} - {CONTENTS}
    assert files == set(contents["files"])
    empty = replace(
        places, seeds=tmp_path / "new" / "seeds", warehouse=tmp_path / "new" / "w" / "peil.duckdb",
        published=tmp_path / "new" / "published",
    )  # fmt: skip
    said = restore(empty, made, replace=False)
    assert status_of(empty) == "landed"
    assert empty.warehouse.stat().st_mode & 0o777 == 0o600
    assert (empty.published / "peil.duckdb").read_text() == "one"
    assert (empty.published / "peil.duckdb").stat().st_mode & 0o004, "readers may open it"
    assert (empty.seeds / "sources.csv").read_bytes() == (places.seeds / "sources.csv").read_bytes()
    assert [run.verb for run in history.read_runs(empty)] == ["purge"]
    assert len(said) == 5
    assert doctor.examine(empty, TODAY)[0] == []


def test_what_stands_is_replaced_only_when_asked_and_the_rest_is_left(places, tmp_path):
    made = back_up(places, tmp_path / "backups")
    with open_warehouse(places.warehouse) as connection:
        connection.execute("update raw.deliveries set status = 'replaced'")
    second = published(places, "two")
    (places.seeds / "topics.csv").write_text("changed")
    with pytest.raises(InputError, match="is there already"):
        restore(places, made, replace=False)
    assert status_of(places) == "replaced"
    said = " ".join(restore(places, made, replace=True))
    assert status_of(places) == "landed"
    assert (places.published / "peil.duckdb").read_text() == "two"
    assert f"left as it is; release {second} is in force" in said
    assert "differs from the codebook of the backup in topics.csv" in said
    assert (places.seeds / "topics.csv").read_text() == "changed"


def test_answers_purged_since_are_named_when_they_are_back(places, tmp_path):
    made = back_up(places, tmp_path / "backups")
    with open_warehouse(places.warehouse) as connection:
        connection.execute("update raw.deliveries set status = 'purged'")
    said = " ".join(restore(places, made, replace=True))
    assert "ATTENTION: answers of small_wave were purged after this backup" in said
    assert "peil purge --wave small_wave" in said
    assert "ATTENTION" not in " ".join(restore(places, made, replace=True)), "as they were"
    with recorded(places, "purge", publishes=False, detail="small_wave"):
        pass
    said = " ".join(restore(places, made, replace=True))
    assert "answers of small_wave were purged after" in said, "the history says so too"
    with pytest.raises(InputError), recorded(places, "purge", detail="other_wave"):
        raise InputError("no such wave")
    assert "other_wave" not in " ".join(restore(places, made, replace=True))


def elsewhere(places: Places, folder: Path) -> Places:
    """Another machine, on which nothing is."""
    return replace(
        places, seeds=folder / "seeds", warehouse=folder / "w" / "peil.duckdb",
        published=folder / "published",
    )  # fmt: skip


def test_what_was_taken_back_stays_so_on_another_machine(places, tmp_path):
    """A night there would publish it again; and its bases are compared with."""
    first = release.in_force(places.published)
    second = published(places, "two")
    release.put_back(places.published, first)
    other = elsewhere(places, tmp_path / "other")
    restore(other, back_up(places, tmp_path / "backups"), replace=False)
    assert release.in_force(other.published).name == first.name
    assert set(release.taken_back(other.published)) == {second}
    for name, word in ((first.name, "one"), (second, "two")):
        assert (other.published / "releases" / name / "peil.duckdb").read_text() == word
    assert doctor.examine(other, TODAY)[0] == []


def test_the_history_is_put_back_by_the_command_line(places, tmp_path):
    """The verb itself is written down before it begins: the file of the history is never absent."""
    history.given_file(places).write_text('{"session": "s"}\n')
    made = peil("backup", tmp_path / "backups", *options(places)).stdout.strip()
    other = elsewhere(places, tmp_path / "other")
    other.inbox.mkdir(exist_ok=True)
    for more in ([], ["--replace"]):
        done = peil("restore", made, *more, *options(other))
        assert done.returncode == 0, done.stderr
    assert [(run.verb, run.outcome) for run in history.read_runs(other)] == [
        ("restore", "done"), ("restore", "done"), ("purge", "done"),
    ]  # fmt: skip
    lines = history.lines_file(other).read_text().splitlines()
    assert sorted(json.loads(line)["verb"] for line in lines) == ["purge", "restore", "restore"]
    assert history.given_file(other).read_text() == '{"session": "s"}\n'


def test_a_file_that_was_put_in_a_backup_is_not_put_back(places, tmp_path):
    made = back_up(places, tmp_path / "backups")
    (made / "seeds" / "zz.csv").touch()
    (made / "releases" / "20270101T000000000000").mkdir()
    other = elsewhere(places, tmp_path / "other")
    restore(other, made, replace=False)
    assert not (other.seeds / "zz.csv").exists()
    assert len(release.release_names(other.published)) == 1


def test_a_restore_that_was_killed_is_finished_by_the_next(places, tmp_path, monkeypatch):
    made = back_up(places, tmp_path / "backups")
    other, copy = elsewhere(places, tmp_path / "other"), restoring.shutil.copyfile

    def killed(source: Path, target: Path) -> None:
        if source.name == "topics.csv":
            raise KeyboardInterrupt
        copy(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(restoring.shutil, "copyfile", killed)
        restore(other, made, replace=False)
    assert other.warehouse.exists() and any(other.seeds.iterdir())
    said = " ".join(restore(other, made, replace=True))
    assert "the codebook of the backup" in said and "is in force again" in said
    assert {p.name for p in other.seeds.iterdir()} == {p.name for p in places.seeds.iterdir()}


def test_a_warehouse_that_another_program_has_open_is_not_replaced(places, tmp_path):
    """That program would write its log beside the one that was put in its place."""
    made = back_up(places, tmp_path / "backups")
    before = places.warehouse.stat().st_ino
    lines = f"import duckdb, time\nc = duckdb.connect({str(places.warehouse)!r})\nprint(1)\n"
    holder = subprocess.Popen(
        [sys.executable, "-u", "-c", f"{lines}time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"1\n"
    set_wait(0.0)
    try:
        with pytest.raises(InputError, match=f"in use by process {holder.pid}"):
            restore(places, made, replace=True)
    finally:
        set_wait(600.0)
        holder.kill()
        holder.wait()
    assert places.warehouse.stat().st_ino == before
    places.warehouse.write_bytes(b"the disk failed")
    restore(places, made, replace=True)
    assert status_of(places) == "landed", "what is no database any more is nobody's"


def flipped(made: Path) -> None:
    file = made / "warehouse" / "peil.duckdb"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def rewritten(made: Path, **facts: object) -> None:
    contents = json.loads((made / CONTENTS).read_text())
    (made / CONTENTS).write_text(json.dumps(contents | facts))


def outside(made: Path) -> None:
    file = made.parent / "outside"
    file.touch()
    rewritten(made, files={"../outside": sha256_of(file)})


DAMAGE = {
    "a byte": (flipped, "its digest differs"),
    "a seed that is gone": (lambda m: (m / "seeds" / "topics.csv").unlink(), "is not whole"),
    "no contents": (lambda m: (m / CONTENTS).unlink(), "is no backup"),
    "a newer schema": (lambda m: rewritten(m, schema_version=99), "newer version of peil"),
    "another format": (lambda m: rewritten(m, format=3), "newer version of peil"),
    "a way out of the folder": (outside, "is not whole"),
    "no warehouse": (lambda m: rewritten(m, files={}), "holds no warehouse"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_changes_nothing(places, tmp_path, damage):
    made = back_up(places, tmp_path / "backups")
    before = places.warehouse.read_bytes()
    plant, why = DAMAGE[damage]
    plant(made)
    with pytest.raises(InputError, match=why):
        restore(places, made, replace=True)
    assert places.warehouse.read_bytes() == before


def test_a_copy_that_is_not_what_was_copied_is_not_kept(places, tmp_path, monkeypatch):
    whole = shutil.copyfile

    def half(source: Path, target: Path) -> None:
        whole(source, target)
        if target.name == "peil.duckdb":
            os.truncate(target, 100)

    monkeypatch.setattr(backups.shutil, "copyfile", half)
    with pytest.raises(InputError, match=r"is not what .* holds"):
        back_up(places, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_has_room_and_a_place_of_its_own(places, tmp_path, monkeypatch):
    for place in (places.inbox, places.published, places.seeds):
        with pytest.raises(InputError, match="would be read as something else"):
            back_up(places, place / "backups")
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(InputError, match=r"needs .* MB and has 0 MB"):
        back_up(places, tmp_path / "backups")


def test_the_verbs_and_a_purge_that_names_the_backups(places, tmp_path):
    made = peil("backup", tmp_path / "backups", *options(places))
    assert made.returncode == 0, made.stderr
    folder = Path(made.stdout.strip())
    assert standing_backups(places) == [folder]
    back = peil("restore", folder, "--replace", *options(places))
    assert back.returncode == 0, back.stderr
    assert "checked by its digest" in back.stdout
    assert [r.verb for r in history.read_runs(places)][:2] == ["restore", "backup"]
    shutil.rmtree(folder)
    assert standing_backups(places) == []


# ---------- what is amiss


def planted_newer_schema(places: Places) -> None:
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute("update raw.schema_versions set schema_version = 99")


def planted_older_schema(places: Places) -> None:
    with duckdb.connect(str(places.warehouse)) as connection:
        connection.execute("delete from raw.schema_versions")


def planted_dead_link(places: Places) -> None:
    shutil.rmtree(release.in_force(places.published))


def planted_open_run(places: Places) -> None:
    run = history.Run("x", verb="nightly", started_at=history.now(), peil="0.2.0", step="building")
    history.save(places, history.Record(run))


def planted_due(places: Places, until: str) -> None:
    edit(places.seeds, "waves", lambda rows: [row | {"microdata_until": until} for row in rows])


def without_dates(places: Places) -> None:
    file = places.seeds / "waves.csv"
    rows = [",".join(line.split(",")[:3]) for line in file.read_text().splitlines()]
    file.write_text("\n".join(rows) + "\n")


def planted_site(places: Places) -> None:
    """Of a release whose manifest says what its site was."""
    now = release.in_force(places.published)
    facts = json.loads((now / "manifest.json").read_text())
    (now / "manifest.json").write_text(json.dumps(facts | {"site": "0" * 64}))


def planted_real_survey(places: Places) -> None:
    edit(places.seeds, "surveys", lambda rows: [row | {"is_simulated": "false"} for row in rows])
    edit(places.seeds, "sources", lambda rows: [
        row | {"respondent_id_policy": "hashed"} for row in rows
    ])  # fmt: skip


def planted_other_key(places: Places) -> None:
    planted_real_survey(places)
    os.environ["PEIL_HASH_KEY"] = "another"
    with open_warehouse(places.warehouse) as connection:
        connection.execute("update raw.deliveries set key_check = 'of the one before'")


def planted_spill(places: Places) -> None:
    folder = places.warehouse.parent / ".incoming"
    folder.mkdir()
    (folder / "delivery-1.csv").touch()


FAULTS = {
    "a newer warehouse": (planted_newer_schema, "pip install -U peil"),
    "an older warehouse": (planted_older_schema, "`peil upgrade`"),
    "an older codebook": (
        lambda p: (p.seeds / "codebook.toml").unlink(), "`peil codebook upgrade`"
    ),
    "a rule that is absent": (
        lambda p: edit(p.seeds, "thresholds", lambda rows: rows[1:]), "lacks 1 tables"
    ),
    "a warehouse that others read": (lambda p: p.warehouse.chmod(0o644), "`chmod 600"),
    "an inbox that others read": (lambda p: p.inbox.chmod(0o755), "`chmod 700"),
    "a history that others read": (lambda p: history.lines_file(p).chmod(0o640), "`chmod 600"),
    "a release that readers cannot read": (
        lambda p: (p.published / "peil.duckdb").chmod(0o600), "`chmod 644"
    ),
    "a release that is not its manifest's": (
        lambda p: (p.published / "peil.duckdb").write_text("x"), "`peil rollback previous`"
    ),
    "a release that leads nowhere": (planted_dead_link, "leads nowhere"),
    "a release never in force": (
        lambda p: (p.published / "releases" / "99990101T000000000000").mkdir(), "never in force"
    ),
    "a draft of the dead": (
        lambda p: (p.published / "releases" / ".release-peil-draft-999999").mkdir(), "the draft of"
    ),
    "copies of answers": (planted_spill, "`peil land`"),
    "a run that was killed": (planted_open_run, "was killed while building"),
    "a history that is none": (
        lambda p: history.history_file(p).write_text("x"), "Move it away"
    ),
    "no key": (planted_real_survey, "PEIL_HASH_KEY: is not set"),
    "another key": (planted_other_key, "Set the secret of before"),
    "answers past their date": (
        lambda p: planted_due(p, "2026-06-30"), "`peil purge --wave small_wave`"
    ),
    "a date that is none": (lambda p: planted_due(p, "30-6-2026"), "is no date"),
    "a codebook of before the dates": (without_dates, "`peil codebook upgrade`"),
    "a site of which a page is gone": (planted_site, "its site is not the one"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_doctor_sees_a_planted_fault_and_names_the_way_out(places, monkeypatch, fault):
    # Also what a fault sets is undone.
    monkeypatch.setenv("PEIL_HASH_KEY", "")
    assert doctor.examine(places, TODAY)[0] == []
    plant, way_out = FAULTS[fault]
    plant(places)
    findings, n_checks = doctor.examine(places, TODAY)
    assert n_checks == 12
    assert any(way_out in finding for finding in findings), findings


def test_the_doctor_names_what_belongs_to_another_user(places, monkeypatch):
    """As after one night by hand with sudo."""
    locks = {str(file) for file in lock_files(places)}
    access = os.access
    monkeypatch.setattr(
        doctor.os, "access", lambda path, mode: str(path) not in locks and access(path, mode)
    )
    findings = doctor.examine(places, TODAY)[0]
    assert len(findings) == 1 and "sudo chown -R $(id -un)" in findings[0]


def test_a_release_that_was_taken_back_is_no_leftover(places):
    first = release.in_force(places.published)
    published(places, "two")
    release.put_back(places.published, first)
    assert doctor.examine(places, TODAY)[0] == []


def test_the_doctor_sees_versions_space_locks_and_settings(places, monkeypatch):
    monkeypatch.setattr(doctor, "requires", lambda _: ["duckdb==0.0.1", "nothing-such==1.0"])
    usage = shutil.disk_usage(places.seeds)._replace(free=10)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    (places.seeds.parent / "peil.toml").write_text("[notify]\nmail = 1\n")
    with one_night(places):
        findings = doctor.examine(replace(places, folder=places.seeds.parent), TODAY)[0]
    text = "\n".join(findings)
    for part in ("pip install duckdb==0.0.1", "nothing-such: is not there", "0 MB free",
                 "locked by process", "[notify]: 'mail'"):  # fmt: skip
        assert part in text


def test_the_doctor_ends_with_its_findings(places):
    well = peil("doctor", *options(places))
    assert (well.returncode, well.stdout) == (0, "12 checks, 0 findings.\n"), well.stderr
    places.warehouse.chmod(0o644)
    ill = peil("doctor", *options(places))
    assert ill.returncode == 1
    assert "12 checks, 1 findings." in ill.stdout
    assert places.warehouse.stat().st_mode & 0o777 == 0o644, "it changes nothing"
