"""The gate: what is refused whole, what lands with a warning, and what the supplier reads."""

import csv
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import options, peil, places_in
from peil.errors import InputError
from peil.gate import gate, suites
from peil.gate.facts import Facts
from peil.landing import land
from peil.settings import PROJECT, child_environment

SEEDS = PROJECT / "seeds"
PANEL = "gemeentekanalen_2024.csv"


@pytest.fixture
def places(tmp_path, deliveries, one_worker):
    """Places with one good delivery in the inbox, and the gate's worker already running."""
    places = places_in(tmp_path)
    places.inbox.mkdir()
    shutil.copy(deliveries / PANEL, places.inbox)
    return places


def change(places, alter):
    """Rewrite the delivery row by row."""
    path = places.inbox / PANEL
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = [r for r in csv.reader(handle, delimiter=";") if r]
    rows = [alter(dict(zip(header, row, strict=True)), i) for i, row in enumerate(rows)]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(r for r in rows if r)


def query(places, sql):
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def reasons(places):
    return (places.inbox / "rejected" / f"{PANEL}.reden.txt").read_text(encoding="utf-8")


def test_a_good_delivery_lands_without_a_word(places):
    landed = land(places)
    assert (landed.landed, landed.rejected, landed.warnings) == ([PANEL], {}, {})
    assert (places.inbox / PANEL).exists()
    page = (places.warehouse.parent / "quality" / f"{PANEL}.html").read_text(encoding="utf-8")
    assert "voldoet aan de afspraken" in page


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (lambda r, _: r | {"id": "1"}, "Rijen met een respondentnummer dat al voorkwam"),
        (lambda r, _: r | {"submitdate": "2019-01-01"}, "Ingevuld buiten de onderzoeksperiode"),
        (lambda r, _: r | {"submitdate": "gisteren"}, "Invuldatums die niet leesbaar zijn"),
        (lambda r, _: r | {"G04Q01": "goed"}, "Kolommen met tekst waar een getal hoort"),
        (lambda r, _: r | {"G01Q02": "x"}, "Kolommen waarvan het codeboek de meeste antwoorden"),
    ],
)
def test_a_delivery_that_breaks_an_agreement_is_set_aside_whole(places, alter, sentence):
    change(places, alter)
    landed = land(places)
    assert list(landed.rejected) == [PANEL]
    assert not (places.inbox / PANEL).exists()
    assert (places.inbox / "rejected" / PANEL).exists()
    text = reasons(places)
    assert text.startswith("Dit bestand is niet verwerkt.")
    assert sentence in text
    assert "Er is niets van dit bestand opgeslagen" in text
    for table in ("answers", "open_answers", "rejects"):
        assert query(places, f"select count(*) from raw.{table}") == [(0,)]
    assert query(places, "select status from raw.deliveries") == [("rejected",)]
    page = (places.warehouse.parent / "quality" / f"{PANEL}.html").read_text(encoding="utf-8")
    assert "Niet verwerkt." in page


def test_the_exit_code_says_so_and_the_rest_lands(places, deliveries):
    shutil.copy(deliveries / "bevolking_2024.csv", places.inbox)
    change(places, lambda r, _: {k: v for k, v in r.items() if k != "G04Q01"} | {"G04Q01": "x"})
    run = peil("land", *options(places))
    assert run.returncode == 3
    assert "1 landed, 0 unchanged, 1 rejected" in run.stdout
    assert "delivery_rules.csv" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_corrected_file_lands_after_a_refusal(places, deliveries):
    change(places, lambda r, _: r | {"id": "1"})
    assert land(places).rejected
    shutil.copy(deliveries / PANEL, places.inbox)
    assert land(places).landed == [PANEL]
    assert query(places, "select status, reason from raw.deliveries") == [("landed", None)]


def test_a_refused_correction_leaves_what_had_landed(places):
    land(places)
    before = query(places, "select count(*), sum(hash(columns(*))) from raw.answers")
    change(places, lambda r, _: r | {"id": "1"})
    assert land(places).rejected
    assert query(places, "select count(*), sum(hash(columns(*))) from raw.answers") == before
    statuses = query(places, "select status from raw.deliveries order by 1")
    assert statuses == [("landed",), ("rejected",)]


def test_a_warning_lands_and_is_reported(places):
    change(places, lambda r, i: r | ({"G04Q01": "77"} if i % 10 == 0 else {}))
    landed = land(places)
    assert landed.landed == [PANEL]
    (warning,) = [w for w in landed.warnings[PANEL] if w.startswith("Columns with many answers")]
    assert "G04Q01 (1" in warning
    assert query(places, "select warnings like '%G04Q01%' from raw.deliveries") == [(True,)]


def test_drift_and_size_are_held_against_the_previous_delivery(places):
    land(places)
    change(places, lambda r, i: r | {"G04Q01": "9"} if i < 400 else None)
    warnings = " ".join(land(places).warnings[PANEL])
    assert "Answers distributed otherwise than in the previous delivery: " in warnings
    assert "G04Q01 (0.90)" in warnings
    assert "Rows against the previous delivery: 0.27 (allowed 0.50 - 2)" in warnings


def test_an_agreement_of_a_source_takes_the_place_of_the_general_one(places, tmp_path):
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    with (seeds / "delivery_rules.csv").open("a") as handle:
        handle.write("gemeentekanalen,delivery,n_rows,critical,5000,,Aantal rijen,Rows,Agreed\n")
    strict = places_in(tmp_path, seeds=seeds)
    landed = land(strict)
    assert "Rows: 1,482 (allowed ≥ 5,000)" in landed.rejected[PANEL]
    assert "Aantal rijen: 1.482 (afspraak ≥ 5.000)" in reasons(strict)


def test_rejects_are_forgiven_when_the_codebook_learns_the_code(places, tmp_path):
    seeds = tmp_path / "seeds"
    shutil.copytree(SEEDS, seeds)
    own = places_in(tmp_path, seeds=seeds)
    land(own)
    unknown = "select count(*) from raw.rejects where column_name = 'G04Q01' and value = '55'"
    assert query(own, unknown) == [(1,)]
    with (seeds / "code_fixes.csv").open("a") as handle:
        handle.write("gemeentekanalen,overall_grade,55,5,Dubbel getypt\n")
    land(own)
    assert query(own, unknown) == [(0,)]
    counted = "select n_rejects = (select count(*) from raw.rejects) from raw.deliveries"
    assert query(own, counted) == [(True,)]


def test_a_night_without_new_files_starts_no_great_expectations(places, monkeypatch):
    land(places)

    def never():
        raise AssertionError("the worker was started")

    monkeypatch.setattr(gate, "Worker", never)
    assert land(places).unchanged == [PANEL]


FACTS = Facts(
    {"n_rows": 10, "share_duplicate": 0.5},
    [{"column_name": "a", "is_present": True, "share_rejected": 0.0, "drift": None},
     {"column_name": "b", "is_present": False, "share_rejected": 0.9, "drift": 0.4}],
    {"a": ["1", "2", "12"]},
    [],
)  # fmt: skip


def rule(table, column, severity="critical", type_=None, **kwargs):
    kind = "expect_column_values_to_be_between" if "max_value" in kwargs else type_
    return {
        "table": table, "type": kind, "kwargs": {"column": column, **kwargs},
        "severity": severity, "label_nl": column, "label_en": column,
    }  # fmt: skip


def test_expectations_name_the_columns_that_break_them(worker):
    is_true = {"type_": "expect_column_values_to_be_in_set", "value_set": [True]}
    checks = worker.validate(
        FACTS,
        [
            rule("columns", "is_present", **is_true),
            rule("columns", "share_rejected", max_value=0.5),
            rule("columns", "share_rejected", "warning", max_value=0.95),
            rule("columns", "drift", "warning", max_value=0.25),
            rule("delivery", "share_duplicate", max_value=0.25),
            rule("delivery", "share_unreadable_date", max_value=0.25),
            rule("values", "a", type_="expect_column_values_to_be_in_set", value_set=["1", "2"]),
        ],
    )
    found = {(c.rule, c.is_critical): (c.success, c.where, c.observed) for c in checks}
    assert found[("is_present", True)][:2] == (False, ["b"])
    assert found[("share_rejected", True)] == (False, ["b"], [0.9])
    assert found[("share_rejected", False)][0]
    assert found[("drift", False)] == (False, ["b"], [0.4])
    assert found[("share_duplicate", True)] == (False, [], [0.5])
    assert found[("a", True)] == (False, [], ["12"])
    assert ("share_unreadable_date", True) not in found, "a source without dates is not judged"


def test_a_suite_may_ask_for_what_is_read_late(worker):
    """Three answers as often as each other, beside shares that they have and have not."""

    def judged(*weights):
        parts = {"values": ["1", "2", "12"], "weights": list(weights)}
        kind = "expect_column_kl_divergence_to_be_less_than"
        asked = rule("values", "a", type_=kind, partition_object=parts, threshold=0.1)
        (check,) = worker.validate(FACTS, [asked])
        return check.success, check.observed

    assert judged(1 / 3, 1 / 3, 1 / 3) == (True, [])
    found, (divergence,) = judged(0.1, 0.1, 0.8)
    assert not found
    # By hand: (2 ln((1 / 3) / 0.1) + ln((1 / 3) / 0.8)) / 3.
    assert divergence == pytest.approx(0.5108256237659906)


JUDGE = "from peil.gate import worker; worker.main()"
# Great Expectations as it imports itself, and what it knows then.
WHOLE = """
import json
from peil.gate import imports, worker
imports.MODULES.clear()
imports.PACKAGES.clear()
worker.start()
from great_expectations.expectations.registry import _registered_expectations
print(json.dumps(sorted(_registered_expectations)), flush=True)
"""
# What a kind of expectation is asked about, by a part of its name; a column when there is none.
ABOUT = {
    "_table_": {}, "_column_pair_": {"column_A": "a", "column_B": "b"},
    "compound_": {"column_list": ["a", "b"]}, "multicolumn_": {"column_list": ["a", "b"]},
    "select_column_": {"column_list": ["a", "b"]},
}  # fmt: skip
# And by the end of its name what it needs to be told.
ASKED = {
    "be_between": {"min_value": 1, "max_value": 5},
    "to_be_in_set": {"value_set": ["1", "2"]},
    "in_type_list": {"type_list": ["str", "object"]},
    "of_type": {"type_": "str"},
    "contain_set": {"value_set": ["1", "3"]},
    "equal_set": {"value_set": ["1", "2", "12"]},
    "divergence_to_be_less_than": {
        "partition_object": {"values": ["1", "2", "12"], "weights": [0.2, 0.2, 0.6]},
        "threshold": 0.1,
    },
    "scores_to_be_less_than": {"threshold": 1, "double_sided": True},
    "to_equal": {"value": 1},
    "match_regex": {"regex": "^1"},
    "match_regex_list": {"regex_list": ["^1", "^2"]},
    "match_ordered_list": {"column_list": ["a", "b"]},
    "match_set": {"column_set": ["b", "c"]},
    "not_be_in_set": {"value_set": ["12"]},
    "strftime_format": {"strftime_format": "%d"},
    "json_schema": {"json_schema": {"type": "integer"}},
}


def in_python(code, requests):
    """What code answers in a process of its own to a request per line."""
    done = subprocess.run(
        [sys.executable, "-c", code], input="".join(json.dumps(r) + "\n" for r in requests),
        env=child_environment(GX_ANALYTICS_ENABLED="false"), capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    # Of two errors it says the one that it meets first, in an order that is drawn.
    said = re.sub(r"reduction '(mean|std)'", "reduction", done.stdout)
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.slow
def test_what_is_left_unread_changes_no_judgement():
    """Of any kind of expectation: each stands in a file of its name."""
    (home,) = importlib.util.find_spec("great_expectations").submodule_search_locations
    files = (Path(home) / "expectations" / "core").glob("[a-z]*.py")
    kinds = ["expect_nothing_that_is_known", *sorted(file.stem for file in files)]
    requests = {}
    for kind in kinds:
        about = next((about for part, about in ABOUT.items() if part in kind), {"column": "a"})
        told = next((told for end, told in ASKED.items() if kind.endswith(end)), {})
        requests[kind] = {
            "delivery": {}, "columns": FACTS.columns,
            "values": {"a": ["1", "2", "12"], "b": ["2", "2", "3"]},
            "expectations": [rule("values", "", type_=kind) | {"kwargs": about | told}],
        }  # fmt: skip
    known, *expected = in_python(WHOLE + JUDGE, requests.values())
    found = in_python(JUDGE, requests.values())
    assert dict(zip(requests, found, strict=True)) == dict(zip(requests, expected, strict=True))
    assert set(known) <= set(kinds)
    assert sum("results" in answer for answer in found) > 40


def test_hand_written_suites_are_whole(worker):
    """Every suite beside the seeds names a source of them and can be run."""
    written = sorted((SEEDS / suites.FOLDER).glob("*.json"))
    assert written
    with (SEEDS / "sources.csv").open(encoding="utf-8") as handle:
        sources = {row["source_code"] for row in csv.DictReader(handle)}
    for path in written:
        assert path.stem in sources
        for table, expectations in json.loads(path.read_text(encoding="utf-8")).items():
            assert table in suites.TABLES
            assert {e["severity"] for e in expectations} <= {"critical", "warning"}


def test_a_broken_hand_written_suite_is_named(tmp_path):
    (tmp_path / suites.FOLDER).mkdir()
    (tmp_path / suites.FOLDER / "s.json").write_text('{"values": [{"type": "x"}]}')
    from peil.codebook import Source

    with pytest.raises(InputError, match="Each expectation needs type, kwargs, severity"):
        suites._hand_written(Source("s", "v", "w", "survey", "*", "csv"), tmp_path)


def test_the_quality_page_makes_no_outside_request_and_can_be_read(places, browser):
    change(places, lambda r, i: r | ({"G04Q01": "<img src=//evil.invalid/x>"} if i < 30 else {}))
    land(places)
    page_file = places.warehouse.parent / "quality" / f"{PANEL}.html"
    page = browser.new_page(viewport={"width": 360, "height": 800})
    requests, problems = [], []
    page.on("request", lambda r: requests.append(r.url))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(page_file.as_uri())
    page.wait_for_load_state("networkidle")
    assert requests == [page_file.as_uri()]
    assert problems == []
    assert page.get_attribute("html", "lang") == "nl"
    assert page.locator("h1").inner_text() == f"Kwaliteit van {PANEL}"
    assert "<img src=//evil.invalid/x>" in page.locator("table").nth(1).inner_text()
    assert page.locator("th:not([scope])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
