"""The tutorial and the how-to, run as they stand in docs/: two nights on a small survey."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import warm
from conftest import LONGEST_RUN
from docs_blocks import DOCS, blocks, write_rows
from peil.settings import child_environment

# The commands stand in the documents, where nights_in_tests does not look.
pytestmark = pytest.mark.night


def run(line: str, folder: Path) -> subprocess.CompletedProcess:
    """One command of a document; `peil` is that of this checkout."""
    words, environment = shlex.split(line), child_environment(COLUMNS="200")
    if words[0] == "peil":
        if done := warm.run("peil", words[1:], folder, environment, LONGEST_RUN):
            return done
        words = [sys.executable, "-m", "peil", *words[1:]]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=LONGEST_RUN,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """The survey folder after the tutorial, and what every command said."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copy(DOCS / "tutorial" / "waterloket_2025.csv", folder)
    said: dict[str, str] = {}
    for block in blocks(DOCS / "tutorial.md"):
        if block.language == "csv":
            write_rows(block, folder)
        elif block.language == "python":
            done = subprocess.run(
                [sys.executable, "-c", block.text], cwd=folder, capture_output=True, text=True,
                check=True,
            )  # fmt: skip
            said["python"] = done.stdout
        elif block.language == "sh":
            for line in block.text.strip().splitlines():
                if line.startswith("cd "):
                    folder = folder / line.removeprefix("cd ")
                    continue
                done = run(line, folder)
                wanted = 1 if block.rest == "fails" else 0
                assert done.returncode == wanted, f"{line}\n{done.stdout}\n{done.stderr}"
                said[line + block.rest] = done.stdout + done.stderr
    return folder, said


def test_the_tutorial_says_what_its_commands_say(tutorial):
    _, said = tutorial
    text = " ".join((DOCS / "tutorial.md").read_text(encoding="utf-8").split())
    for sentence in (
        "questions.csv: 'gender' is a guess: one answer; labels are the codes of the file",
        "1 files: every column is bound and every code is known.",
    ):
        assert sentence in text
    assert "'gender' is a guess: one answer" in said["peil codebook checkfails"]
    assert "every column is bound and every code is known" in said["peil codebook check"]
    assert "GESIMULEERD" in said["peil nightly"]
    assert "1 unchanged" in said["peil land"]


def test_the_look_at_the_end_shows_everybody_and_each_age_group(tutorial):
    folder, said = tutorial
    assert [row.split("│")[1].strip() for row in said["python"].splitlines() if "mean" in row] == [
        "total", "18-44", "45-64", "65+",
    ]  # fmt: skip
    assert (folder / "published" / "export" / "cijfers.gesimuleerd.xlsx").exists()


def test_the_weights_of_the_tutorial_meet_its_margins(tutorial):
    folder, _ = tutorial
    with duckdb.connect(str(folder / "published" / "peil.duckdb"), read_only=True) as connection:
        worst = connection.execute(
            "select count(*), max(abs(weighted_share - target_share)) "
            "from marts.weighting_margins_reached where weighting_scheme = 'gender_age'"
        ).fetchone()
    # Weighted by gender (three levels) and age (three); 'anders' keeps its own share.
    assert worst[0] == 6
    assert worst[1] < 0.01


@pytest.fixture(scope="module")
def extended(tutorial, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """What is published after every row of the how-to was written on a copy, and one night."""
    folder = tmp_path_factory.mktemp("how_to") / "waterloket"
    shutil.copytree(tutorial[0], folder, symlinks=True)
    for block in blocks(DOCS / "how-to.md"):
        if block.language == "csv":
            write_rows(block, folder)
    for line in ("peil codebook check", "peil nightly"):
        done = run(line, folder)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    with duckdb.connect(str(folder / "published" / "peil.duckdb"), read_only=True) as connection:
        yield connection


# What each section says that one sees then, with how many rows there are at least.
SEEN = {
    "a question": "from marts.item_response where question_code = 'wait'",
    "its figures": "from marts.estimates where question_code = 'wait' and estimate is not null",
    "a statistic": "from marts.estimates where statistic = 'share_long' and estimate is not null",
    "a net score": "from marts.estimates where statistic = 'promoters' and se is not null",
    "a segment of answers": "from marts.estimates where segment_code = 'channel' "
    "and segment_value in ('web', 'phone', 'desk') and estimate is not null",
    "two attributes crossed": "from marts.estimates where segment_code = 'gender_by_age' "
    "and second_segment_value is not null",
    "a withheld group": "from marts.estimates where segment_code = 'gender' "
    "and segment_value = 'man' and withheld_reason = 'protected'",
    "a pair of groups": "from marts.comparisons where comparison_kind = 'groups' "
    "and difference is not null",
    "a weighting scheme": "from marts.estimates where weighting_scheme = 'bounded'",
    "only its segments": "from marts.estimates where weighting_scheme = 'bounded' "
    "and segment_code = 'age_group'",
    "its quality": "from marts.weighting_quality where weighting_scheme = 'bounded' "
    "and deff_before_bounds is not null",
    "a municipality": "from marts.dim_municipalities where municipality_code = 'GM9001'",
    "its mark": "from marts.estimates where segment_code = 'municipality' and is_indicative",
    "a KPI": "from marts.kpi_scorecard where kpi_code = 'counter_grade' and verdict is not null",
    "a group of municipalities": "from marts.estimates where segment_code = 'coast' "
    "and segment_value = 'inland' and estimate is not null",
    "a topic": "from marts.dim_topics where topic_code = 'waiting'",
    "a threshold": "from marts.estimates where quality_flag = 'wide_interval'",
}


@pytest.mark.parametrize("what", SEEN)
def test_what_the_how_to_says_is_seen(extended, what):
    assert extended.execute(f"select count(*) {SEEN[what]}").fetchone()[0] >= 1


def test_the_contrast_of_the_how_to_has_its_direction(extended):
    """65+ minus 18-44, whatever the order of the levels."""
    (difference,) = extended.execute(
        "select difference from marts.contrast_effects where contrast_code = 'older_younger' "
        "and question_code = 'grade' and statistic = 'mean' and weighting_scheme = 'unweighted'"
    ).fetchone()
    older, younger = (
        extended.execute(
            "select estimate from marts.estimates where question_code = 'grade' "
            "and statistic = 'mean' and segment_value = ? and weighting_scheme = 'unweighted'",
            [value],
        ).fetchone()[0]
        for value in ("65+", "18-44")
    )
    assert difference == pytest.approx(older - younger, abs=0.02)
