"""The table of small nights for docs/benchmarks.md."""

import statistics
from collections.abc import Sequence

from benchmarks.sections import table
from benchmarks.small import (
    BASELINE,
    COMPILES,
    DEMO,
    GOALS,
    LARGE,
    LARGE_SIZE,
    SMALL,
    SMALL_QUESTIONS,
    SMALL_SIZE,
)

WORDS = {
    SMALL: f"small: {SMALL_SIZE:,} respondents, {SMALL_QUESTIONS} questions",
    DEMO: "demo: 3,944 respondents, 40 questions",
    LARGE: f"large: {LARGE_SIZE:,} respondents, 40 questions",
}
MIB = 1 << 20
# Held against the first night of the baseline, which had no way to do nothing.
OF_FIRST = {COMPILES, "nothing new"}
# Held against its own first night: how cost grows with new respondents.
OF_OWN_FIRST = (LARGE, "new file")


def small_section(rows: Sequence[dict], facts: Sequence[dict]) -> str:
    """A row per survey and kind of night, with its goal; where and when."""
    lines = []
    for survey, night in dict.fromkeys((row["survey"], row["night"]) for row in rows):
        ours = _middle(rows, "now", survey, night)
        theirs = _middle(rows, "baseline", survey, "first" if night in OF_FIRST else night)
        if (survey, night) == OF_OWN_FIRST:
            theirs = _middle(rows, "now", survey, "first")
        peak = _middle(rows, "now", survey, night, "peak_bytes")
        share = ours / theirs if ours is not None and theirs else None
        goal = GOALS.get((survey, night))
        lines.append([
            WORDS[survey], night, _shown(ours), _shown(theirs),
            f"{share:.0%}" if share is not None else "",
            f"≤ {goal:.0%}" if goal else "",
            "" if goal is None or share is None else "yes" if share <= goal else "**no**",
            "" if peak is None else f"{peak / MIB:,.0f} MiB",
        ])  # fmt: skip
    header = (
        "survey", "night", "seconds", f"seconds at {BASELINE}", "share", "goal", "met",
        "peak memory",
    )  # fmt: skip
    failed = [
        f"- {row['version']}, {row['survey']}, {row['night']}: {row['not_done']}"
        for row in rows if "not_done" in row
    ]  # fmt: skip
    return "\n".join([
        "## Small surveys: what a night costs",
        "",
        "Processor seconds (user and system) of `peil nightly` and everything that it starts, "
        f"beside those of the same night at commit {BASELINE}, in one run. The small survey is the "
        "one of the tests against R, its 90 rows drawn again. *First*: an empty folder; what dbt "
        "compiles is there already, because it is made once per version of the code, for every "
        "folder (a wheel brings it). *First of this version of the code* is the one night that "
        "waits for it. That one and *nothing new* are held against the first night of the "
        "baseline. *Corrected codebook*: another label of an option. *New file*: 1 % more "
        "respondents; of the large survey it is held against its own first night. Memory is the "
        "peak of the process that lands, builds and publishes.",
        "",
        table(header, lines),
        "",
        *dict.fromkeys(_where(fact) for fact in facts),
        *(["", "Not done:", "", *failed] if failed else []),
    ])  # fmt: skip


def _where(fact: dict) -> str:
    words = ", ".join(f"{name} {value}" for name, value in fact.items() if name != "load")
    return f"- {words}; load average {fact['load']:.1f} when it began"


def _middle(
    rows: Sequence[dict], version: str, survey: str, night: str, what: str = "cpu_seconds"
) -> float | None:
    found = [
        row[what]
        for row in rows
        if (row["version"], row["survey"], row["night"]) == (version, survey, night) and what in row
    ]
    return statistics.median(found) if found else None


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f}"
