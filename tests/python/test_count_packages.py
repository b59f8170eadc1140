"""Counted elsewhere, added up here: count packages give the figures that their files give.

The small survey in two files, in which ten people are in both: numbers of people must be equal
exactly, everything else within 1e-12.
"""

import itertools
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import duckdb
import numpy as np
import pytest
from conftest import places_in
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.counting.made_of import counted_models, counted_seeds
from peil.counting.manifest import Manifest, pack
from peil.counting.tables import SELECTED, columns_of
from peil.crosstabs.asked import ask
from peil.crosstabs.association import association
from peil.crosstabs.files import WRITERS
from peil.crosstabs.measured import Measured, measure
from peil.crosstabs.people import read_counted
from peil.crosstabs.published import published_crosstab
from peil.crosstabs.run import Crosstabs
from peil.errors import InputError
from peil.gate import gate
from peil.gate.worker_client import Worker
from peil.landing import land
from peil.migrations import migrate
from peil.nights.build import build_warehouse
from peil.nights.plans import plan_of
from peil.settings import Places
from peil.workers.count import count_delivery, count_keys, part_of
from peil.workers.keep import keep_lists
from peil.workers.package import export
from same_figures import CLOSE, differences
from small_survey import (
    CROSSTABS,
    REFERENCE,
    add,
    answered_together,
    deliver,
    edit,
    labelled,
    rows_of,
    with_items,
)

A, B = "small_survey_a.csv", "small_survey_b.csv"


def rows() -> list[dict[str, str]]:
    found = [
        {**row, "channel": f"via {row['channel']}"}
        for row in rows_of(REFERENCE / "small_survey.csv")
    ]
    return with_items(found)


def states_of(places: Places) -> list[tuple[str, bool]]:
    """Per delivery its state, and whether counts of it are there."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(
            "select status, (select count(*) from raw.counted_answers as a "
            "where a.delivery_key = d.delivery_key) > 0 from raw.deliveries as d order by 1"
        ).fetchall()


@pytest.fixture(scope="module", autouse=True)
def started_once(worker: Worker) -> Iterator[None]:
    """One process with Great Expectations for all deliveries that are counted here; one secret."""
    with (
        mock.patch.dict(os.environ, PEIL_HASH_KEY="test"),
        mock.patch.dict("peil.settings._kept"),
        mock.patch.object(gate, "Worker", lambda: worker),
        mock.patch.object(worker, "close", lambda: None),
    ):
        yield


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Two files; people 41 to 50 are in both, with another grade in the second."""
    places = labelled(tmp_path_factory.mktemp("survey"))
    (places.inbox / "small_survey.csv").unlink()
    edit(
        places.seeds, "sources",
        lambda found: [{**row, "file_pattern": "small_survey*.csv"} for row in found],
    )  # fmt: skip
    # Groups of answers that are counted beside the profile travel as well.
    add(places.seeds, "attributes", {
        "attribute_code": "via", "survey_code": "small", "kind": "question",
        "question_code": "small_channel", "is_segment_only": "true", "label_nl": "Kanaal",
        "label_en": "Channel",
    })  # fmt: skip
    add(places.seeds, "segments", {
        "segment_code": "via", "survey_code": "small", "attribute_code": "via",
        "comparison": "pairs", "label_nl": "Kanaal", "label_en": "Channel", "sort_order": 9,
    })  # fmt: skip
    answered_together(places)
    everybody = rows()
    deliver(places, everybody[:50], A)
    again = [{**row, "grade": "9"} for row in everybody[40:50]]
    deliver(places, again + everybody[50:], B)
    return places


@pytest.fixture(scope="module")
def packages(survey: Places, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both files counted in two rounds."""
    out = tmp_path_factory.mktemp("packages")
    keys = [count_keys(survey.seeds, survey.inbox / name, out).package for name in (A, B)]
    keeps = keep_lists(survey.seeds, keys)
    assert list(keeps[A].superseded) == list(range(41, 51))
    assert not keeps[B].superseded
    return {
        name: count_delivery(survey.seeds, survey.inbox / name, out, keeps[name]).package
        for name in (A, B)
    }


def elsewhere(survey: Places, folder: Path, *files: Path) -> Places:
    """Places of a warehouse of its own, with these files in its inbox."""
    places = replace(places_in(folder), seeds=survey.seeds)
    places.inbox.mkdir(parents=True)
    for file in files:
        shutil.copy2(file, places.inbox / file.name)
    return places


def built(places: Places) -> list[str]:
    landed = land(places)
    assert not (landed.rejected or landed.failed), landed
    return build_warehouse(places).failures


def test_parts_give_the_figures_of_the_whole(survey, packages, tmp_path):
    whole = elsewhere(survey, tmp_path / "whole", survey.inbox / A, survey.inbox / B)
    assert built(whole) == []
    parts = elsewhere(survey, tmp_path / "parts", *packages.values())
    assert built(parts) == []
    assert differences(whole.warehouse, parts.warehouse) == []
    with duckdb.connect(str(parts.warehouse), read_only=True) as connection:
        beside = connection.execute(
            "select count(*) from estimates.est_points where segment_code = 'via'"
        ).fetchone()
        assert beside[0] > 0
        assert connection.execute("select count(*) from raw.answers").fetchone() == (0,)
        for mart in ("crosstabs", "score_reliability"):
            assert connection.execute(f"select count(*) > 0 from marts.{mart}").fetchone()[0], mart
    for (question, *_), *numbers in zip(CROSSTABS, crossed(whole), crossed(parts), strict=True):
        assert numbers[0] == pytest.approx(numbers[1], rel=CLOSE, abs=CLOSE), question
    declared_can_be_asked(whole, parts)
    mixed = elsewhere(survey, tmp_path / "mixed", survey.inbox / A, packages[B])
    assert built(mixed) == []
    assert differences(whole.warehouse, mixed.warehouse) == []
    # The same packages again: nothing new has landed.
    assert land(parts).landed == []


def declared_can_be_asked(whole: Places, parts: Places) -> None:
    """Of counts a declared crosstab is the published one, and what is seen is that of the files."""
    readers = Crosstabs(parts.warehouse)
    n_seen = 0
    for question, column in CROSSTABS:
        by = {"small_channel": "via"}.get(column, column)
        table = readers.ask(question, by)
        with duckdb.connect(str(parts.warehouse), read_only=True) as connection:
            mart = connection.execute(
                "from marts.crosstabs where crosstab_code = ? order by sort_order",
                [f"{question}_by_{column}"],
            ).df()
        figures, files = table.figures, Crosstabs(whole.warehouse).ask(question, by).figures
        for name in ("estimate", "se", "ci_low", "n_answers", "row_share"):
            assert figures[name].tolist() == pytest.approx(mart[name].tolist(), nan_ok=True)
        assert (figures["withheld_reason"].notna() == mart["is_withheld"]).all()
        assert figures.loc[mart["is_withheld"], "estimate"].isna().all()
        assert list(figures) == list(files)
        key = ["group", "second_group", "statistic", "option_code"]
        both = figures.merge(files, on=key).dropna(subset=["estimate_x", "estimate_y"])
        for name in ("estimate", "se", "n_effective"):
            assert both[f"{name}_x"].tolist() == pytest.approx(both[f"{name}_y"].tolist())
        for name in ("label", "group_label", "kind", "is_answer"):
            assert (both[f"{name}_x"] == both[f"{name}_y"]).all(), name
        assert "|" in WRITERS[".md"](table).decode()
        n_seen += len(both)
    assert n_seen > 20
    (question, column), *_ = CROSSTABS
    said = f"came as count packages.*published, and can be asked one at a time.*: {column}[.]"
    for by, where in (("item_1", {}), (column, {"item_1": "1"}), ((column, "item_1"), {})):
        with pytest.raises(InputError, match=said):
            readers.ask(question, by, where=where)
    # What the published table withholds is withheld.
    copy = shutil.copy2(parts.warehouse, parts.warehouse.with_name("copy.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"attach '{parts.warehouse}' as {parts.warehouse.stem} (read_only)")
        connection.execute(
            "update marts.crosstabs set estimate = null, is_withheld = true, "
            "withheld_reason = 'protected' where column_letter = 'B'"
        )
        figures = published_crosstab(
            connection, ask(connection, question, [column], {}, None, None)
        ).figures
    is_b = figures["group_letter"] == "B"
    assert is_b.any()
    assert (figures["withheld_reason"] == "protected").tolist() == is_b.tolist()
    assert figures["estimate"].isna().tolist() == is_b.tolist()


def crossed(places: Places) -> list[list[float]]:
    """Per declared crosstab every figure with all its digits, but those that there are none of."""
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        of = [_crossed(connection, question, column) for question, column in CROSSTABS]
    found = []
    for one in of:
        (by,) = one.asked.bys
        tested = association(one, by, np.full(one.figures.estimate.shape, "", dtype=object))
        f = [tested.statistic, tested.p_value] if tested else []
        figures = (one.figures.estimate, one.figures.se, one.figures.n_effective, *one.ends)
        found.append([x for part in figures for x in part.ravel() if not math.isnan(x)] + f)
        assert len(found[-1]) > 20
    return found


def _crossed(connection: duckdb.DuckDBPyConnection, question: str, column: str) -> Measured:
    by = {"small_channel": "via"}.get(column, column)
    asked = ask(connection, question, [by], {}, None, None)
    return measure(connection, asked, "total", read_counted(connection, asked))


def test_people_in_two_packages_stop_the_night(survey, packages, tmp_path):
    alone = count_delivery(survey.seeds, survey.inbox / A, tmp_path / "alone").package
    places = elsewhere(survey, tmp_path / "twice", alone, packages[B])
    said = " ".join(built(places))
    assert "assert_packages_count_each_person_once" in said
    assert "10 people count in another delivery too" in said
    assert "peil keep" in said


def test_a_killed_count_leaves_nothing_and_counts_again(survey, packages, tmp_path):
    home, out = tmp_path / "tmp", tmp_path / "out"
    home.mkdir()
    command = [
        sys.executable, "-m", "peil", "count", "--seeds", survey.seeds, "--delivery",
        survey.inbox / B, "--out", out,
    ]  # fmt: skip
    environment = {**os.environ, "TMPDIR": str(home)}
    # Who is killed too late has written a whole package, and is killed sooner.
    for part in (2, 4, 8, 16, 32, 64):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        began = time.monotonic()
        while not list(home.glob("*/.*/warehouse/peil.duckdb")):
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep((time.monotonic() - began) / part)
        process.send_signal(signal.SIGKILL)
        process.wait()
        made = [path for path in out.glob("*") if not path.name.startswith(".")]
        if not made:
            break
        assert [path.read_bytes() for path in made] == [packages[B].read_bytes()]
        shutil.rmtree(out)
    else:
        raise AssertionError("every count was killed too late")
    assert list(home.glob("*/.*")), "it was killed before it held microdata"
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert (out / packages[B].name).read_bytes() == packages[B].read_bytes()
    assert not list(home.glob("*/.*")), "microdata was left"


def rewritten(package: Path, target: Path, change: Callable[[dict], object]) -> Path:
    """A copy of a package with another manifest."""
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["facts"]["codebook"]["questions"].pop(), "questions.csv"),
        (lambda m: m["facts"].update(models="x"), "the SQL of the counting models"),
        (lambda m: m["facts"].update(modules="x"), "the modules of peil"),
        (lambda m: m["facts"].update(duckdb="1.0"), "DuckDB (1.0 there"),
        (lambda m: m["files"]["answers.parquet"].update(sha256="0"), "answers.parquet is not the"),
        (lambda m: m["files"]["answers.parquet"].update(rows=1), "answers.parquet has"),
        (lambda m: m["files"]["items.parquet"]["sums"].update(n_asked=7), "n_asked sums to"),
        (lambda m: m["delivery"].update(n_rows=3), "do not add up to the 3 rows"),
        (lambda m: m["delivery"].update(source_code="x"), "source 'x'"),
        (lambda m: m["delivery"].pop("sha256"), "is no whole count package"),
        (lambda m: m.update(format=1), "has format 1 "),
    ],
)
def test_what_is_not_as_it_would_be_here_is_refused(survey, packages, tmp_path, change, said):
    bad = rewritten(packages[B], tmp_path / "bad" / packages[B].name, change)
    places = elsewhere(survey, tmp_path / "here", bad)
    landed = land(places)
    assert said in "".join(landed.rejected.values()), landed
    reasons = (places.inbox / "rejected" / f"{bad.name}.reden.txt").read_text(encoding="utf-8")
    assert said in reasons
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        for table in SELECTED:
            stored = connection.execute(f"select count(*) from raw.counted_{table}").fetchone()
            assert stored == (0,), table


def forged(package: Path, folder: Path, table: str, query: str) -> Path:
    """A copy in which a table is what the query makes of it, and the manifest says so."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    with duckdb.connect() as connection:
        migrate(connection)
        connection.execute(f"create view counted as from '{folder / table}.parquet'")
        (folder / "forged").mkdir()
        facts = export(connection, table, query, folder / "forged")
    manifest = Manifest(**json.loads((folder / "manifest.json").read_text()))
    (folder / "forged" / f"{table}.parquet").replace(folder / f"{table}.parquet")
    manifest.files[f"{table}.parquet"] = facts
    pack(folder, manifest, folder / package.name)
    return folder / package.name


@pytest.mark.parametrize(
    ("table", "query", "said"),
    [
        ("crosstabs", "from counted limit 9", "people of a question do not add up"),
        ("crosstabs", "select * replace (array[null, null] as answers) from (select * exclude "
         "(answers, n_respondents, sum_d, sum_d2), sum(n_respondents) as n_respondents, "
         "sum(sum_d) as sum_d, sum(sum_d2) as sum_d2, null as answers from counted group by all)",
         "not as many people answered a question as answers says"),
        ("item_products", "select * replace (if(item_a = 'item_1', 1, n_answers) as n_answers) "
         "from counted", "not the same in every pair"),
        ("item_products", "select * replace (0.0 as sum_dab) from counted",
         "sums that no answers can have"),
        ("item_products", "select * replace (item_b || 'x' as item_b) from counted",
         "item_b is not in"),
        ("item_products", "select * replace (if(item_a <> item_b, -sum_dab, sum_dab) as sum_dab) "
         "from counted", "go beyond them"),
        ("item_products", "select * replace (2 * sum_da as sum_da, 2 * sum_db as sum_db, "
         "4 * sum_dab as sum_dab) from counted", "not on its scale"),
        ("respondents", "select * replace (-base_weight as base_weight) from counted",
         "is not a number above 0"),
        ("respondents", "select * replace (2 * base_weight as base_weight) from counted",
         "cannot have"),
        ("answers", "select * replace (0.9 * sum_d as sum_d) from counted", "cannot have"),
        ("answers", "select * replace (null as sum_d2) from counted", "is not a number above 0"),
        ("answers", "select * replace (question_code || 'x' as question_code) from counted",
         "question_code is not in"),
        ("answers", "select * replace (if(option_code is null, null, 'x') as option_code) "
         "from counted", "that is not in options.csv"),
        ("answers", "select * replace (value_number + 20 as value_number) from counted "
         "where option_code is null", "on the scale of its question"),
        ("answers", "from counted where is_base or hash(option_code, value_number) % 2 = 0",
         "not as many as the people who gave one"),
        ("answers", "select * replace (if(is_base, 1.0, value_number) as value_number) from "
         "counted", "or a base with one"),
        ("crosstabs", "select * replace (n_respondents + 0 as n_respondents, "
         "list_reverse(answers) as answers) from counted", "crosstabs: "),
        ("profiles", "select * replace (level_code || 'x' as level_code) from counted",
         "not those of their profile_key"),
        ("keys", "select * replace (null as respondent_key) from counted",
         "respondent_key is empty"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_are_refused(survey, packages, tmp_path, table, query, said):
    (tmp_path / "bad").mkdir()
    bad = forged(packages[B], tmp_path / "bad", table, query)
    landed = land(elsewhere(survey, tmp_path / "here", bad))
    assert said in "".join(landed.rejected.values()), landed


def test_half_a_package_is_refused(survey, packages, tmp_path):
    half = tmp_path / packages[B].name
    half.write_bytes(packages[B].read_bytes()[:9000])
    landed = land(elsewhere(survey, tmp_path / "here", half))
    assert "is no whole count package" in landed.rejected[half.name]


def test_a_correction_replaces_and_a_changed_codebook_is_named(survey, packages, tmp_path):
    seeds = tmp_path / "seeds"
    shutil.copytree(survey.seeds, seeds)
    places = replace(elsewhere(survey, tmp_path / "here", packages[B]), seeds=seeds)
    assert land(places).landed == [packages[B].name]
    corrected = tmp_path / "corrected" / B
    corrected.parent.mkdir()
    corrected.write_bytes((survey.inbox / B).read_bytes().replace(b",9,", b",8,", 1))
    again = count_delivery(seeds, corrected, tmp_path / "out").package
    shutil.copy2(again, places.inbox / again.name)
    assert land(places).landed == [again.name]
    assert states_of(places) == [("landed", True), ("replaced", False)]
    # A question more asks nothing of it; another level of an attribute does.
    edit(seeds, "questions", lambda found: [*found, {**found[0], "question_code": "new"}])
    assert land(places).landed == []
    edit(seeds, "attributes", lambda found: found[:-1])
    with pytest.raises(Exception, match=r"changed since: attributes.csv \(1 rows there"):
        land(places)


def test_what_counts_are_made_of_is_what_is_built(survey, tmp_path):
    """The models and seeds whose digests a package holds are those that counting builds."""
    from peil.counting.tables import MODELS

    plan = part_of(plan_of(survey.seeds, tmp_path), MODELS)
    made = {kind: {s.name for s in plan.steps if (s.kind == "seed") == (kind == "seed")
                   and s.kind != "test"} for kind in ("seed", "model")}  # fmt: skip
    assert made["model"] == set(counted_models())
    assert made["seed"] == set(counted_seeds())


def test_the_codebook_decides_row_by_row(survey):
    from peil.codebook import read_sources
    from peil.counting.made_of import codebook_rows

    (source,) = read_sources(survey.seeds)
    other = replace(source, source_code="other", wave_code="other")
    here, there = codebook_rows(survey.seeds, source), codebook_rows(survey.seeds, other)
    assert here["questions"] == there["questions"]
    assert here["bindings"]
    assert not there["bindings"]


def test_a_comparison_decides_where_its_groups_are_counted_beside_the_profile(survey, tmp_path):
    """Who gave two answers is counted where groups of answers are compared, and nowhere else."""
    from peil.codebook import read_sources
    from peil.counting.made_of import codebook_rows

    (source,) = read_sources(survey.seeds)
    seeds = tmp_path / "seeds"
    shutil.copytree(survey.seeds, seeds)

    def compared(segment: str) -> bool:
        """Whether another comparison of the segment is another codebook."""
        before = codebook_rows(seeds, source)
        edit(seeds, "segments", lambda found: [
            {**row, "comparison": "none"} if row["segment_code"] == segment else row
            for row in found
        ])  # fmt: skip
        return codebook_rows(seeds, source) != before

    others = {
        row["segment_code"] for row in rows_of(seeds / "segments.csv")
        if row["attribute_code"] != "via" and row["comparison"] == "pairs"
    }  # fmt: skip
    assert others
    assert not any(map(compared, others))
    assert compared("via")
    before = codebook_rows(seeds, source)
    add(seeds, "segment_pairs", {
        "survey_code": "small", "segment_pair_code": "two", "segment_code_a": "via",
        "segment_value_a": "a", "segment_code_b": "via", "segment_value_b": "b",
        "label_nl": "Twee", "label_en": "Two", "sort_order": 1,
    })  # fmt: skip
    assert codebook_rows(seeds, source) != before


def added_up(packages: list[Path], folder: Path) -> dict[str, list[tuple]]:
    """The tables of packages together: counts and sums per everything else."""
    found = {}
    with duckdb.connect() as connection:
        migrate(connection)
        for number, package in enumerate(packages):
            with zipfile.ZipFile(package) as archive:
                archive.extractall(folder / str(number))
        for table in SELECTED:
            if table == "keys":  # of each delivery its own rows
                continue
            columns = columns_of(connection, table)
            summed = [c for c in columns if c.startswith(("n_", "sum_"))]
            kept = [c for c in columns if c not in summed]
            sums = ", ".join(
                f"sum({c})::bigint" if c.startswith("n_") else f"round(fsum({c}), 9)"
                for c in summed
            )
            found[table] = connection.execute(
                f"select {', '.join(kept)}{', ' if sums else ''}{sums} "
                f"from read_parquet('{folder}/*/{table}.parquet') group by all order by all"
            ).fetchall()
    return found


@settings(max_examples=3)
@given(
    st.permutations(range(90)),
    # Parts of at least ten: the gate has its own mind about smaller deliveries.
    st.lists(st.sampled_from(range(10, 90, 10)), min_size=1, max_size=2, unique=True),
)
def test_any_split_counts_the_same(survey, tmp_path_factory, order, cuts):
    folder = tmp_path_factory.mktemp("split")
    places = elsewhere(survey, folder / "here")
    everybody = rows()
    name = "small_survey_whole.csv"
    deliver(places, everybody, name)
    whole = count_delivery(survey.seeds, places.inbox / name, folder / "whole").package
    parts = []
    bounds = [0, *sorted(cuts), len(order)]
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        name = f"small_survey_{number}.csv"
        deliver(places, [everybody[place] for place in order[start:end]], name)
        parts.append(count_delivery(survey.seeds, places.inbox / name, folder / "parts").package)
    assert added_up(parts, folder / "b") == added_up([whole], folder / "a")
