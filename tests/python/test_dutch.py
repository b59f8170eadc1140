"""One module writes numbers for people, and intervals are called by the level of the seed."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from peil import dutch
from peil.dutch import MINUS
from peil.settings import PROJECT

CODE = PROJECT / "scripts" / "peil"
# A number that is written for people by hand: a comma for a point, or a share turned to percents.
BY_HAND = re.compile(
    r"""replace\(\s*["']\.["'],\s*["'],|replace\(\s*["'],["'],\s*["']\.["']\)(?!\))"""
    r"""|maketrans\(["'],\.|\{100 \* [^}]*:\.?\d*f\}|"januari"[ ,]"""
)
# The level of an interval, as a number or in words.
# Not a place in a drawing (`y="96%"`).
LEVEL = re.compile(r"(?<!=\")\b9[0-9](?:[.,]\d)?\s?%|\b0[.,]9[057]\b|\b0[.,]975\b|\b1[.,]96\b")
SAID = ("scripts/peil", "models", "macros", "analyses", "tests/generic", "tests/singular", "seeds")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.25, 1, "0,3"),
        (1234567.0, 0, "1.234.567"),
        (-0.05, 1, f"{MINUS}0,1"),
        (-0.04, 1, "0,0"),
        (2.5, 0, "3"),
        (np.float64(1234.5), 0, "1.235"),
        (np.int64(3944), 0, "3.944"),
        (Decimal("6.45"), 1, "6,5"),
    ],
)
def test_numbers_have_a_decimal_comma_and_halves_go_up(value, decimals, text):
    assert dutch.number(value, decimals) == text


def test_a_share_is_rounded_as_it_is_written():
    """100 · 0.285 is 28.499999999999996 in binary."""
    assert [dutch.percent(0.285), dutch.percent(0.0005, 1)] == ["29%", "0,1%"]


@pytest.mark.parametrize(
    ("level", "text"), [(0.95, "95%"), (0.9, "90%"), (0.995, "99,5%"), (0.999, "99,9%")]
)
def test_a_level_has_the_decimals_it_has(level, text):
    assert dutch.level(level) == text


def test_dates_lists_and_another_language():
    assert dutch.long_date(date(2024, 7, 1)) == "1 juli 2024"
    assert [dutch.listing(x) for x in ([], ["a"], ["a", "b"], ["{0}", "b", "c"])] == [
        "", "a", "a en b", "{0}, b en c",
    ]  # fmt: skip
    assert dutch.number(1234.5, 1, "en") == "1,234.5"
    assert dutch.long_date(date(2024, 7, 1), "en") == "1 July 2024"
    assert dutch.decimal_comma(0.1 + 0.2) == "0,30000000000000004"


def found(pattern: re.Pattern, files: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_other_module_writes_numbers_for_people():
    files = [p for p in sorted(CODE.rglob("*.py")) if p != CODE / "dutch.py"]
    assert not found(BY_HAND, files)


def test_a_number_written_by_hand_is_seen(tmp_path: Path):
    for line in (
        'f"{value:.2f}".replace(".", ",")', "f'{n:,}'.replace(',', '.')",
        'text.translate(str.maketrans(",.", ".,"))', 'f"{100 * share:.1f}%"',
    ):  # fmt: skip
        assert BY_HAND.search(line), line
    assert not BY_HAND.search("float(value.replace(',', '.'))")


def test_no_text_or_code_knows_the_level_of_intervals():
    files = [
        path
        for part in SAID
        for path in sorted((PROJECT / part).rglob("*"))
        if path.suffix in {".py", ".sql", ".yml", ".j2", ".html", ".csv", ".md", ".js"}
        and not path.name.endswith("_unit_tests.yml")
        and path not in {PROJECT / "seeds" / "thresholds.csv", CODE / "dutch.py"}
    ]
    assert len(files) > 300
    assert not found(LEVEL, files)
