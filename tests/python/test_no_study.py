"""Code knows no survey: what the default seeds call things stands in no model, macro or module."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from peil.settings import PROJECT

# Per seed the columns whose values are codes that a survey chooses.
CODES = {
    "surveys": ("survey_code", "audience"),
    "waves": ("wave_code",),
    "sources": ("source_code",),
    "attributes": ("attribute_code",),
    "attribute_levels": ("level_code",),
    "segments": ("segment_code",),
    "contrasts": ("contrast_code",),
    "questions": ("question_code", "aspect"),
    "topics": ("topic_code",),
    "channels": ("channel_code",),
    "options": ("option_code",),
    "scales": ("scale_code",),
    "weighting_schemes": ("scheme_code",),
    "kpi_definitions": ("kpi_code", "source_kind", "unit"),
    "kpi_units": ("unit",),
    "experience_themes": ("theme_code",),
    "driver_models": ("driver_model_code",),
    "recommendation_texts": ("recommendation_code",),
    "recommendation_rules": ("rule_code",),
    "municipalities": ("municipality_code", "label"),
}
# Words of the engine that the default seeds happen to use as codes too.
ENGINE = {
    "kinds of scales, units and figures": {"single", "multiple", "number", "share", "seconds"},
    "kinds of files, attributes and steps": {"survey", "source", "status", "total"},
    "fields of population and KPI files": {"age", "gender", "municipality"},
    "scales and schemes that every draft starts from": {
        "grade_1_10", "likert_1_5", "recommend_0_10", "years", "open_text", "unweighted",
    },
    "folder of suites": {"expectations"},
    "folder of a release": {"documents"},
    "key of a chart": {"background"},
    "columns of a survey": {"contact"},
    "words about identifiers": {"account"},
    "how many people a share stands for": {"residents"},
    "names in Jinja": {"means", "nothing", "standardised"},
}  # fmt: skip
# Code that speaks of the study on purpose.
STUDY = {
    "scripts/peil/drafting/upgrade.py": "what earlier versions of the codebook called things",
    "scripts/peil/demo": "simulates the study",
    "models/marts/staff_and_resident_experience.sql": "aliases of its two sides",
}
ROOMS = ("models", "macros", "tests/generic", "tests/singular", "scripts/peil")
TABLES_OF_TOPICS = PROJECT / "models" / "marts" / "topics"


def codes(seeds: Path = PROJECT / "seeds") -> set[str]:
    found = set()
    for seed, columns in CODES.items():
        with (seeds / f"{seed}.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                found |= {row[column] for column in columns if row[column]}
    return found


def quoted(text: str) -> set[str]:
    return set(re.findall(r"'([^'\n]+)'", text))


def in_sql(text: str) -> set[str]:
    """What stands between quotes, comments left out."""
    return quoted(re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.S))


def in_python(text: str) -> set[str]:
    """Whole texts, and what is quoted within them (SQL); docstrings are no code."""
    tree = ast.parse(text)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            found |= {node.value} | quoted(node.value)
    return found


def used(project: Path, known: set[str]) -> Iterator[str]:
    """`file: code` for every code of the seeds that stands in code."""
    engine = set().union(*ENGINE.values())
    for room in ROOMS:
        for path in sorted((project / room).rglob("*")):
            name = path.relative_to(project).as_posix()
            if path.suffix not in {".sql", ".py"} or name.startswith(tuple(STUDY)):
                continue
            read = in_sql if path.suffix == ".sql" else in_python
            found = (read(path.read_text(encoding="utf-8")) & known) - engine
            if path.parent == TABLES_OF_TOPICS:
                found.discard(path.stem)  # a table of one topic has its name
            yield from (f"{name}: {code}" for code in sorted(found))


def test_no_code_of_the_seeds_stands_in_code():
    known = {code for code in codes() if not code.isdigit()}
    assert list(used(PROJECT, known)) == [], (
        "Take it from a seed, or declare it there as a column. A word of the engine itself goes "
        "into ENGINE, with what it is."
    )


def test_what_is_allowed_is_still_needed():
    """An exception that nothing needs would hide the next literal."""
    known, words = codes(), set()
    for room in ROOMS:
        for path in (PROJECT / room).rglob("*"):
            if path.suffix in {".sql", ".py"}:
                read = in_sql if path.suffix == ".sql" else in_python
                words |= read(path.read_text(encoding="utf-8"))
    assert set().union(*ENGINE.values()) <= known & words
    assert all((PROJECT / path).exists() for path in STUDY)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/marts/new.sql", "select * from x where kind = 'participation'"),
        ("macros/new.sql", "{% if topic == 'channel_usage' %}"),
        ("tests/singular/assert_new.sql", "select * from x where channel_code in ('a', 'desk')"),
        ("scripts/peil/new.py", "SQL = f\"select {x} where audience = 'staff'\""),
        ("scripts/peil/export/new.py", "if question == 'overall_grade':\n    pass"),
    ],
)
def test_a_planted_code_is_seen(tmp_path, name, text):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert [line.split(":")[0] for line in used(tmp_path, codes())] == [name]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (in_sql, "-- of 'residents'\nselect 1 {#- 'desk' -#}"),
        (in_python, 'def f():\n    """Of \'residents\'."""'),
    ],
)
def test_prose_is_no_code(read, text):
    assert not read(text) & codes()
