"""How many identifiers are recognised in text, and how much innocent text is taken for one."""

import csv
import re
import time

import duckdb
import pytest
from peil import identifiers
from peil.landing import privacy
from peil.migrations import migrate
from peil.settings import PROJECT

LABELLED = PROJECT / "tests" / "python" / "reference" / "identifiers.csv"
# What nothing announces and no list holds is beyond recognisers without a model.
BEYOND = ["Xqwyr kwam langs", "ik sprak xylvana", "w. tiemersma", "de zoon van de slager op nr 4"]


@pytest.fixture(scope="module")
def labelled() -> list[dict[str, str]]:
    with LABELLED.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def masked(texts: list[str]) -> list[str]:
    """The texts as landing stores them, in their order."""
    with duckdb.connect() as connection:
        migrate(connection)
        connection.executemany(
            "insert into raw.open_answers values ('key', ?, 'opm', ?)", list(enumerate(texts))
        )
        privacy.mask_open_answers(connection, "key")
        rows = connection.execute("select value from raw.open_answers order by row_number")
        return [value for (value,) in rows.fetchall()]


@pytest.fixture(scope="module")
def outcome(labelled) -> list[tuple[dict[str, str], bool]]:
    texts = [row["text"] for row in labelled]
    return [(row, now != row["text"]) for row, now in zip(labelled, masked(texts), strict=True)]


def counts(outcome) -> dict[str, tuple[int, int]]:
    """Per kind, and for the innocent texts under '', how many there are and how many changed."""
    found: dict[str, tuple[int, int]] = {}
    for row, is_masked in outcome:
        n, hits = found.get(row["kind"], (0, 0))
        found[row["kind"]] = (n + 1, hits + is_masked)
    return found


def test_the_labelled_set_is_large_enough_and_says_everything_once(labelled):
    texts = [row["text"] for row in labelled]
    assert len(set(texts)) == len(texts)
    planted = [row for row in labelled if row["is_identifier"] == "1"]
    assert len(planted) >= 300
    assert len(labelled) - len(planted) >= 300
    assert {row["kind"] for row in planted} == set(identifiers.KINDS)


def test_recall_and_false_alarms_are_what_was_promised(outcome):
    missed = [row["text"] for row, hit in outcome if row["is_identifier"] == "1" and not hit]
    false = [row["text"] for row, hit in outcome if row["is_identifier"] == "0" and hit]
    n_planted = sum(row["is_identifier"] == "1" for row, _ in outcome)
    assert len(missed) <= 0.02 * n_planted, missed
    assert len(false) <= 0.01 * (len(outcome) - n_planted), false


def test_the_page_on_reliability_gives_these_numbers(outcome):
    page = (PROJECT / "docs" / "reliability.md").read_text(encoding="utf-8")
    section = page.partition("## Identifiers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\w\s-]+?) \| (\d+) \| (\d+) \|$", section, re.M)
    shown = {kind: (int(n), int(hits)) for kind, n, hits in rows}
    found = counts(outcome)
    innocent = found.pop("")
    total = tuple(map(sum, zip(*found.values(), strict=True)))
    assert shown == {**found, "all": total, "innocent": innocent}


@pytest.mark.parametrize("text", BEYOND)
def test_what_is_said_not_to_be_recognised_is_not(text):
    assert identifiers.mask(text) == text


def test_the_patterns_of_the_database_let_through_what_python_recognises(labelled):
    """A text is read by Python only when a pattern of its group fits: none may be lost there."""
    planted = [row["text"] for row in labelled if row["is_identifier"] == "1"]
    alone = [identifiers.mask(text) for text in planted]
    assert masked(planted) == alone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bel 06 - 98 76 54 32, of (050) 987 65 43!", "Bel [telefoon], of [telefoon]!"),
        ("bsn 1112.22.333 en 111 222 333", "bsn [nummer] en [nummer]"),
        ("huis 12 111222333 of 2024 0612345678", "huis 12 [nummer] of 2024 [telefoon]"),
        ("nl91 abna 0417 1643 00 is van mij", "[IBAN] is van mij"),
        ("ik woon op 9731qx, naam (at) x", "ik woon op [postcode], [e-mail]"),
        ("zie https://x.nl/e?token=a8Zk3nQ9 ja", "zie [token] ja"),
        ("Mijn naam is Jan de Vries en ik wacht", "Mijn naam is [naam] en ik wacht"),
        ("mevr. De Boer en dhr. J. Jansen", "mevr. [naam] en dhr. [naam]"),
        ("Te duur. Groet, Piet Bakker", "Te duur. Groet, [naam]"),
        ("０６１２３４５６７８ en j\u200ban@x.nl", "[telefoon] en [e-mail]"),
    ],
)
def test_only_the_identifier_is_masked(text, shown):
    assert identifiers.mask(text) == shown


def test_check_digits_decide_where_nothing_announces_a_number():
    assert identifiers.mask("dossier van 111222333") != "dossier van 111222333"
    assert identifiers.mask("dossier van 111222334") == "dossier van 111222334"
    assert identifiers.mask("BSN 111222334") == "BSN [nummer]"


def test_a_long_hostile_text_is_read_in_time():
    """Patterns that look back and forth take minutes on such texts when they are written badly."""
    hostile = ("a." * 5000, "1 " * 5000, "06-" * 5000, "A. " * 3000, "van " * 5000, "x@" * 4000,
               "naam is " * 2000, "1.2.3." * 3000, "a:" * 5000, "nul zes " * 2000,
               "woon op " + "a " * 5000, "www." + "a/" * 5000, "(at) " * 3000)  # fmt: skip
    for text in hostile:
        start = time.process_time()
        identifiers.mask(text)
        assert time.process_time() - start < 5, text[:20]
