"""Releases side by side: which figures changed, one put back, and what stays."""

import errno
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from peil.codebook.limits import Keeping, read_keeping
from peil.errors import InputError
from peil.machine import of_the_machine
from peil.nights import release, releases
from peil.nights.changes import KEY, compare, write_changes
from peil.nights.release import in_force, put_back, release_names, taken_back
from peil.nights.releases import find_release, list_releases, withheld_by_rollback
from peil.nights.whole import is_whole, read_manifest
from peil.settings import Places
from peil.warehouse import open_warehouse

# statistic, estimate, ci_low, ci_high, is_withheld
BEFORE = [
    ("moved", 7.0, 6.5, 7.5, False), ("still", 5.0, 4.0, 6.0, False),
    ("equal", 1.0, 1.0, 1.0, False), ("hidden", 0.4, 0.3, 0.5, False),
    ("seen", None, None, None, True), ("gone", 0.1, 0.0, 0.2, False),
    ("never seen", 3.0, 2.0, 4.0, True),
]  # fmt: skip
AFTER = [
    ("moved", 8.5, 8.0, 9.0, False), ("still", 5.0, 4.1, 6.0, False),
    ("equal", 2.0, 2.0, 2.0, False), ("hidden", None, None, None, True),
    ("seen", 0.6, 0.5, 0.7, False), ("new", 0.9, 0.8, 1.0, False),
    ("never seen", 4.0, 3.0, 5.0, True),
]  # fmt: skip


def published(file: Path, rows: list[tuple]) -> Path:
    """A published file with figures that differ in their statistic only."""
    with duckdb.connect(str(file)) as connection:
        columns = ", ".join(f"'{name[0]}' as {name}" for name in KEY if name != "statistic")
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.estimates as select {columns}, column0 as statistic, "
            "column1::double as estimate, column2::double as ci_low, column3::double as ci_high, "
            f"column4 as is_withheld from (values {', '.join('(?, ?, ?, ?, ?)' for _ in rows)}) "
            "as t (column0, column1, column2, column3, column4)",
            [value for row in rows for value in row],
        )
        connection.execute("update marts.estimates set option_code = null")
        connection.execute("create table marts.about as select 1 as n")
    return file


def test_changes_are_measured_in_margins_and_named_by_kind(tmp_path):
    """7.0 (6.5 - 7.5) became 8.5: three times the margin of 0.5."""
    before, after = published(tmp_path / "a", BEFORE), published(tmp_path / "b", AFTER)
    changes = compare(before, after, tables=True)
    assert changes.n_figures == 5
    assert [(row.statistic, row.kind, row.margins) for row in changes.rows] == [
        ("moved", "changed", pytest.approx(3.0)),
        ("equal", "changed", None),
        ("gone", "gone", None),
        ("new", "new", None),
        ("seen", "shown", None),
        ("hidden", "withheld", None),
    ]
    assert [row.statistic for row in changes.drifted(2)] == ["moved"]
    assert changes.drifted(3) == [], "more than so many margins"
    assert changes.tables == {"estimates": (7, 7, 7)}
    assert compare(before, before).rows == []
    assert compare(None, after).n_figures == 5
    write_changes(changes, tmp_path / "changes.csv")
    assert len((tmp_path / "changes.csv").read_text().splitlines()) == 7
    with pytest.raises(InputError, match=r"none/changes\.csv: cannot be written"):
        write_changes(changes, tmp_path / "none" / "changes.csv")


def test_a_folder_whose_name_looks_like_a_pattern_is_that_folder(tmp_path):
    folder = tmp_path / "r [0-9]*'é"
    folder.mkdir()
    before, after = published(folder / "a", BEFORE), published(folder / "b", AFTER)
    assert compare(before, after).count("changed") == 2


def test_files_that_cannot_be_compared_are_named(tmp_path):
    good = published(tmp_path / "a", BEFORE)
    with duckdb.connect(str(tmp_path / "old")) as connection:
        connection.execute("create schema marts; create table marts.estimates (estimate double)")
    (tmp_path / "junk").write_text("no database")
    for other, why in (("old", "another version of peil"), ("junk", "cannot be read"),
                       ("none", "not there")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            compare(good, tmp_path / other)


@pytest.fixture
def releases_of(tmp_path):
    """A published folder, and a function that publishes one more release in it."""
    folder = tmp_path / "published"

    def publish(word: str, kept: int = 14) -> str:
        draft = release.new_release(folder)
        for name in ("peil.duckdb", "manifest.json"):
            (draft / name).write_text(json.dumps({"published_at": word, "file": name}))
        for name in ("documents", "site"):
            (draft / name).mkdir()
            (draft / name / "page").write_text(word)
        release.switch_to(folder, draft, kept)
        return in_force(folder).name

    return folder, publish


def readers_see(folder: Path) -> set[str]:
    """What the four paths that readers open say."""
    texts = {(folder / name / "page").read_text() for name in ("documents", "site")}
    names = ("peil.duckdb", "manifest.json")
    return texts | {json.loads((folder / name).read_text())["published_at"] for name in names}


def test_a_roll_back_switches_everything_at_once(releases_of):
    folder, publish = releases_of
    first, second, third = (publish(word) for word in ("one", "two", "three"))
    assert put_back(folder, folder / "releases" / first) == [second, third]
    assert readers_see(folder) == {"one"}
    assert set(taken_back(folder)) == {second, third}
    assert put_back(folder, folder / "releases" / second) == [third]
    assert readers_see(folder) == {"two"}
    assert set(taken_back(folder)) == {third}, "forward again: what stands is not taken back"
    fourth = publish("four")
    assert readers_see(folder) == {"four"}
    assert taken_back(folder) == {}
    assert release_names(folder) == [first, second, third, fourth]
    assert find_release(folder, "previous").name == second, "the third was taken back"
    assert [r.state[:10] for r in list_releases(folder)] == ["in force", "taken back", "", ""]


def test_a_release_without_a_site_leaves_none_of_another(releases_of):
    folder, publish = releases_of
    first = publish("one")
    publish("two")
    shutil.rmtree(folder / "releases" / first / "site")
    put_back(folder, folder / "releases" / first)
    assert not (folder / "site").exists() and not (folder / "site").is_symlink()


def test_the_oldest_go_and_one_that_was_never_in_force(releases_of):
    folder, publish = releases_of
    names = [publish(str(n)) for n in range(4)]
    never = folder / "releases" / "99991231T000000000000"
    never.mkdir()
    put_back(folder, folder / "releases" / names[0])
    assert never.name not in taken_back(folder), "readers never saw it"
    last = publish("last", kept=2)
    assert release_names(folder) == [*names[2:], last]
    assert publish("alone", kept=0) in release_names(folder)
    assert len(release_names(folder)) == 1


def test_a_killed_roll_back_leaves_the_release_of_before(releases_of, monkeypatch):
    folder, publish = releases_of
    first, second = publish("one"), publish("two")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(release, "put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        put_back(folder, folder / "releases" / first)
    assert readers_see(folder) == {"two"}
    assert taken_back(folder) == {}, "nothing newer than what stands"
    assert [r.state for r in list_releases(folder)] == ["in force", ""]
    assert second


def test_a_release_is_found_by_what_names_it(releases_of):
    folder, publish = releases_of
    publish("one")
    second = publish("two")
    assert find_release(folder, second[:-1]).name == second
    assert find_release(folder, "current").name == second
    with pytest.raises(InputError, match="fits several releases"):
        find_release(folder, second[:6])
    with pytest.raises(InputError, match="is no release here"):
        find_release(folder, "yesterday")
    assert releases.data_file(folder, str(folder / "peil.duckdb")) == folder / "peil.duckdb"


def test_a_damaged_release_is_not_put_back(releases_of, empty_places):
    folder, publish = releases_of
    first = publish("one")
    publish("two")
    places = replace(empty_places, published=folder)
    with pytest.raises(InputError, match="is damaged"):
        releases.roll_back(places, first, None)
    assert readers_see(folder) == {"two"}
    with pytest.raises(InputError, match="in force already"):
        releases.roll_back(places, "current", None)


def landed(places: Places, *keys: str) -> None:
    with open_warehouse(places.warehouse) as connection:
        connection.execute("delete from raw.deliveries")
        for key in keys:
            connection.execute(
                "insert into raw.deliveries (delivery_key, status) values (?, 'landed')", [key]
            )


def test_a_night_holds_back_until_the_cause_is_seen_to(releases_of, empty_places, monkeypatch):
    """The release taken back was made with delivery `bad` besides `good`."""
    folder, publish = releases_of
    places = replace(empty_places, published=folder)
    facts = {"seeds": "s", "code": "c"}
    monkeypatch.setattr(releases, "facts_of_now", lambda _: facts)

    def made_of(word: str, *keys: str) -> str:
        name = publish(word)
        manifest = {
            "published_at": word,
            "built": {"tested_at": "then", "commit": "abc", "seeds": "s", "code": "c"},
            "inputs": [{"delivery_key": key} for key in keys],
        }
        (folder / "releases" / name / "manifest.json").write_text(json.dumps(manifest))
        return name

    first, second = made_of("one", "good"), made_of("two", "good", "bad")
    landed(places, "good", "bad")
    assert withheld_by_rollback(places) is None, "nothing was taken back"
    put_back(folder, folder / "releases" / first)
    assert f"Release {second} was taken back" in withheld_by_rollback(places)
    landed(places, "good", "bad", "other")
    assert withheld_by_rollback(places), "its figures would come along"
    landed(places, "another good", "bad")
    assert withheld_by_rollback(places), "what was corrected did not come with it"
    landed(places, "good", "corrected")
    assert withheld_by_rollback(places) is None
    # A later one is taken back as well, for another reason: the first cause is none the better.
    third = made_of("three", "good", "worse")
    put_back(folder, folder / "releases" / first)
    landed(places, "good", "bad")
    assert f"Release {second} was taken back" in withheld_by_rollback(places)
    landed(places, "good", "worse")
    assert f"Release {third} was taken back" in withheld_by_rollback(places)
    landed(places, "good", "corrected")
    assert withheld_by_rollback(places) is None
    shutil.rmtree(folder / "releases" / third)
    landed(places, "good", "bad")
    for name in facts:
        monkeypatch.setitem(facts, name, "changed")
        assert withheld_by_rollback(places) is None, name
        monkeypatch.undo()
        monkeypatch.setattr(releases, "facts_of_now", lambda _: facts)
    assert withheld_by_rollback(places)
    put_back(folder, folder / "releases" / second)
    assert withheld_by_rollback(places) is None, "it was put back"


def test_how_many_stay_is_a_row_of_the_codebook(tmp_path):
    assert read_keeping(tmp_path) == Keeping()
    seed = tmp_path / "thresholds.csv"
    seed.write_text("threshold_code,value,reason\nreleases_kept,3,few\nmin_cell_n,5,x\n")
    assert read_keeping(tmp_path).releases_kept == 3
    for value in ("-1", "nan", "inf", "many"):
        seed.write_text(f"threshold_code,value,reason\nreleases_kept,{value},few\n")
        with pytest.raises(InputError, match=f"'{value}' is not a number of 0 or more"):
            read_keeping(tmp_path)


# ---------- what an operator meets


class Clock:
    """In place of `datetime`: what time it is, is said."""

    fromtimestamp, strptime = datetime.fromtimestamp, datetime.strptime

    def __init__(self, *moments: str) -> None:
        self.moments = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]

    def now(self, _: object) -> datetime:
        return self.moments.pop(0) if len(self.moments) > 1 else self.moments[0]


def test_a_clock_that_is_set_back_costs_no_release(releases_of, monkeypatch):
    """Names tell which came first; what readers hold stays, to be compared with."""
    folder, publish = releases_of
    monkeypatch.setattr(release, "datetime", Clock("2031-01-01", "2026-01-01", "2026-01-02"))
    names = [publish(word) for word in ("one", "two", "three")]
    assert names == sorted(names) == release_names(folder)
    assert readers_see(folder) == {"three"}
    files = sorted(path.name for path in (folder / "history").iterdir())
    assert files == [f"peil-{name[:15]}.duckdb" for name in names[:2]]
    assert find_release(folder, "previous").name == names[1]


def test_what_is_taken_back_is_in_no_folder_that_readers_open(releases_of, monkeypatch):
    folder, publish = releases_of
    monkeypatch.setattr(release, "datetime", Clock("2026-01-01"))
    first, second, third = (publish(word) for word in ("one", "two", "three"))
    history = folder / "history"
    assert {p.name[5:20] for p in history.iterdir()} == {first[:15], second[:15]}
    put_back(folder, folder / "releases" / first)
    assert {p.name[5:20] for p in history.iterdir()} == {first[:15]}
    put_back(folder, folder / "releases" / third)
    publish("four")
    assert {p.name[5:20] for p in history.iterdir()} == {n[:15] for n in (first, third)}


def test_other_folders_among_releases_are_nobodys_to_remove(releases_of):
    folder, publish = releases_of
    names = [publish("one")]
    for other in ("zz-for the audit", "20260101T000000000000-copy", "99999999T999999999999"):
        (folder / "releases" / other).mkdir()
        (folder / "releases" / other / "letter").touch()
    names += [publish(str(n), kept=1) for n in range(3)]
    assert len(list((folder / "releases").glob("*/letter"))) == 3
    assert release_names(folder) == names[-2:]


@pytest.mark.parametrize("text", ["[1, 2]", '{"2026', "7"])
def test_what_was_taken_back_is_never_forgotten_silently(releases_of, text):
    folder, publish = releases_of
    first, _ = publish("one"), publish("two")
    put_back(folder, folder / "releases" / first)
    (folder / "releases" / release.TAKEN_BACK).write_text(text)
    with pytest.raises(InputError, match=r"taken-back\.json: cannot be read .* Put it back"):
        taken_back(folder)


@pytest.mark.parametrize("text", ["[1]", "7", "{", "\udcff"])
def test_a_manifest_that_is_none_is_that_of_no_release(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, errors="surrogateescape")
    (tmp_path / "peil.duckdb").touch()
    assert read_manifest(tmp_path) == {}
    assert not is_whole(tmp_path)


def test_without_a_release_in_force_what_was_taken_back_stays_so(releases_of):
    """The link that readers open is gone: a roll-back is the way out, and forgets nothing."""
    folder, publish = releases_of
    first, second, third = (publish(word) for word in ("one", "two", "three"))
    put_back(folder, folder / "releases" / second)
    (folder / "current").unlink()
    assert find_release(folder, "previous").name == second, "the third was taken back"
    put_back(folder, folder / "releases" / second)
    assert readers_see(folder) == {"two"}
    assert set(taken_back(folder)) == {third}
    assert first in release_names(folder)


def refused(*_: object) -> None:
    raise PermissionError(
        errno.EACCES, "Permission denied", "releases/x", None, "published/current"
    )


def test_a_roll_back_that_may_not_switch_changes_nothing(releases_of, monkeypatch):
    """Forward again: the mark of what was taken back goes when it is in force, not before."""
    folder, publish = releases_of
    first, second = publish("one"), publish("two")
    put_back(folder, folder / "releases" / first)
    with monkeypatch.context() as patch, pytest.raises(PermissionError):
        patch.setattr(release, "put_in_place", refused)
        put_back(folder, folder / "releases" / second)
    assert set(taken_back(folder)) == {second}
    put_back(folder, folder / "releases" / second)
    assert release.ever_taken_back(folder) == {}


def test_a_release_that_may_not_be_put_in_place_is_not_left(releases_of, monkeypatch):
    folder, publish = releases_of
    names = [publish("one")]
    with monkeypatch.context() as patch, pytest.raises(PermissionError) as error:
        patch.setattr(release, "put_in_place", refused)
        publish("two")
    assert release_names(folder) == names
    assert of_the_machine(error.value).startswith("published/current: the rights do not allow it")
