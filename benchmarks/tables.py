"""The results as Markdown: every figure in docs/benchmarks.md is written from here."""

import statistics
from collections.abc import Sequence

from benchmarks.sections import table

GOAL_SIZE = 1_000_000
TIMES_BARE, TIMES_PYTHON, TIMES_R = 2, 5, 70
SMALL_CASE, SMALL_SIZE, SMALL_SECONDS = "2 margins", 10_000, 0.001
NIGHT_SECONDS, SECOND_SHARE, ENGINE_SECONDS, ENGINE_ESTIMATES = 240, 0.15, 5, 276
LABELS = {
    "peil_frame": "`peil.rake` of a data frame",
    "ipfn_frame": "on a data frame of respondents",
    "ipfn_cells": "on a NumPy table, cells made and spread by our own code",
    "rake": "`rake`",
    "calibrate": '`calibrate(calfun = "raking")`',
}


def machine_section(facts: Sequence[dict]) -> str:
    """Where and when, one line per distinct machine, commit and date."""
    lines = ["## Where and when", ""]
    seen = []
    for fact in facts:
        words = ", ".join(f"{name} {value}" for name, value in fact.items() if name != "load")
        if words not in seen:
            seen.append(words)
    lines += [f"- {words}" for words in seen]
    loads = [fact["load"] for fact in facts]
    lines += [
        "",
        f"Load average when parts began: {min(loads):.1f} to {max(loads):.1f}. Above the number "
        "of cores, other work held the machine up and the spread below is wide.",
    ]
    return "\n".join(lines)


def raking_section(rows: Sequence[dict]) -> str:
    """A table per case and size, then the goals."""
    parts = [
        "## Raking",
        "",
        "Median seconds (smallest - largest over the repeats). *Peil, whole* reads the cells from "
        "a DuckDB table, rakes, and writes a table with the weights; *Peil, in memory* ends with "
        "the weights as an array, which is what the others do; *factors per cell* is what "
        "the figures need, as the engine works on cells. Levels are coded: an ENUM in DuckDB, "
        "categories for the others. Those have the respondents in memory already, as has "
        "*`peil.rake` of a data frame*: import and reading are not counted. Python peers "
        "and R are asked for margins within 1e-8 (where they have such a setting), Peil for 1e-10. "
        "Memory is the peak of the whole process, reading included.",
    ]
    for case in dict.fromkeys(row["case"] for row in rows):
        for size in sorted({row["size"] for row in rows if row["case"] == case}):
            chosen = [r for r in rows if r["case"] == case and r["size"] == size]
            parts += ["", f"### {case}, {size:,} respondents", "", _raking_table(chosen)]
    parts += ["", "### Goals", "", _raking_goals(rows)]
    if small := _small_goals(rows):
        parts += ["", small]
    return "\n".join(parts)


def _raking_table(rows: Sequence[dict]) -> str:
    lines = []
    for row in rows:
        if row["method"] == "peil" and "not_done" not in row:
            error, memory = f"{row['max_margin_error']:.1e}", _memory(row["peak_bytes"])
            lines += [
                ["**Peil, whole**", _spread(row["seconds"]), error, memory],
                ["**Peil, in memory**", _spread(row["memory_seconds"]), error, memory],
                ["Peil, factors per cell only", _spread(row["rake_seconds"]), error, memory],
                ["bare `create table` with a weight", _spread(row["bare_seconds"]), "", ""],
            ]
            continue
        label = LABELS.get(row["method"], "")
        name = f"{row['program']} {label}".replace("==", " ").strip()
        if "not_done" in row:
            lines.append([name, row["not_done"].replace("|", "/"), "", ""])
        else:
            error = row.get("max_margin_error")
            words = "stopped before this was known" if error is None else f"{error:.1e}"
            lines.append([name, _spread(row["seconds"]), words, _memory(row["peak_bytes"])])
    return table(("program", "seconds", "largest relative margin error", "peak memory"), lines)


def _raking_goals(rows: Sequence[dict]) -> str:
    lines = []
    for case in dict.fromkeys(row["case"] for row in rows):
        chosen = [r for r in rows if r["case"] == case and r["size"] == GOAL_SIZE]
        done = {r["method"]: r for r in chosen if "seconds" in r}
        if "peil" not in done:
            continue
        peil = done["peil"]
        memory, whole = (statistics.median(peil[k]) for k in ("memory_seconds", "seconds"))
        lines.append(_goal(case, "whole, against the bare write", peil["times_bare"], TIMES_BARE))
        python = {
            m: statistics.median(row["seconds"])
            for m, row in done.items()
            if m not in ("peil", "peil_frame", "rake", "calibrate", "ipfn_cells")
        }
        if python:
            best = min(python, key=python.__getitem__)
            for words, ours in (("in memory", memory), ("whole", whole)):
                times = python[best] / ours
                text = f"{words}, times faster than the best Python peer ({best})"
                lines.append(_goal(case, text, times, TIMES_PYTHON, at_least=True))
        if "ipfn_cells" in done:
            times = statistics.median(done["ipfn_cells"]["seconds"]) / memory
            text = "in memory, times faster than ipfn on cells that we made for it"
            lines.append(_goal(case, text, times, TIMES_PYTHON, at_least=True))
        for method in ("rake", "calibrate"):
            for words, ours in (("in memory", memory), ("whole", whole)):
                if method in done:
                    times = statistics.median(done[method]["seconds"]) / ours
                    text = f"{words}, times faster than R {LABELS[method]}"
                    lines.append(_goal(case, text, times, TIMES_R, at_least=True))
    return table(("case at 1,000,000", "what", "measured", "goal", "met"), lines)


def _small_goals(rows: Sequence[dict]) -> str:
    """Raking of a small survey that is in memory already; empty where it was not measured."""
    lines = [
        _goal(row["case"], "`peil.rake` of a data frame, milliseconds",
              1000 * statistics.median(row["seconds"]), 1000 * SMALL_SECONDS)
        for row in rows
        if (row["case"], row["method"], row["size"]) == (SMALL_CASE, "peil_frame", SMALL_SIZE)
        and "seconds" in row
    ]  # fmt: skip
    head = (f"case at {SMALL_SIZE:,}", "what", "measured", "goal", "met")
    return table(head, lines) if lines else ""


def nights_section(rows: Sequence[dict]) -> str:
    """The whole night per size, its slowest models, the second night, the engine, the goals."""
    parts = [
        "## The whole night: landed to published",
        "",
        "`peil nightly` in a process of its own, on rows sampled from the demo's LimeSurvey file "
        "(40 questions as about 60 columns), plus the population file. Memory is "
        "that of all its processes together, readers too. The second night adds a file with 1 % "
        "more respondents.",
        "",
    ]
    firsts = []
    for size in sorted({row["size"] for row in rows}):
        for key, words in (("first", ""), ("second", " + 1 %")):
            runs = [row[key] for row in rows if row["size"] == size and key in row]
            firsts += [_night_line(f"{size:,}{words}", runs)]
    header = ("respondents", "seconds", "land", "build", "publish", "peak memory")
    parts.append(table(header, [line for line in firsts if line]))
    for size in sorted({row["size"] for row in rows}):
        runs = [r["first"] for r in rows if r["size"] == size and "slowest" in r["first"]]
        if runs:
            slow = ", ".join(f"`{m['name']}` {m['seconds']:.1f} s" for m in runs[-1]["slowest"])
            parts += [
                "",
                f"Slowest steps at {size:,}: {slow}. All tests of data together: "
                f"{runs[-1]['tests_seconds']:.1f} s.",
            ]
    parts += _rooms(rows)
    parts += ["", "### Goals", "", _night_goals(rows)]
    return "\n".join(parts)


def _rooms(rows: Sequence[dict]) -> list[str]:
    """Seconds per room, size and night, of the last run that finished."""
    last = {
        (row["size"], words): row[night]["rooms"]
        for row in rows
        for night, words in (("first", ""), ("second", " + 1 %"))
        if "rooms" in row.get(night, {})
    }
    if not last:
        return []
    nights = sorted(last)
    lines = [
        [room, *(f"{last[night].get(room, 0.0):.1f}" for night in nights)]
        for room in max(last.values(), key=lambda rooms: sum(rooms.values()))
    ]
    header = ("seconds by room", *(f"{size:,}{words}" for size, words in nights))
    return ["", table(header, lines)]


def _night_line(name: str, runs: Sequence[dict]) -> list[str]:
    if not runs:
        return []
    done = [run for run in runs if "seconds" in run]
    if not done:
        return [name, runs[-1]["not_done"].replace("|", "/"), "", "", "", ""]
    total = statistics.median(run["seconds"] for run in done)
    cells = []
    for step in ("land", "build", "publish"):
        seconds = statistics.median(run["steps"].get(step, 0.0) for run in done)
        cells.append(f"{seconds:.1f} ({seconds / total:.0%})")
    peak = max(run["peak_bytes"] for run in done)
    return [name, _spread([run["seconds"] for run in done]), *cells, _memory(peak)]


def _night_goals(rows: Sequence[dict]) -> str:
    lines = []
    for row in rows:
        first, second = row["first"], row.get("second", {})
        name = f"{row['size']:,}"
        if row["size"] != GOAL_SIZE:
            continue
        if "seconds" in first:
            lines += _engine_goals(name, first, row.get("few", {}))
            lines.append(_goal(name, "whole night, seconds", first["seconds"], NIGHT_SECONDS))
        else:
            lines.append([name, "whole night", first["not_done"][:120], f"≤ {NIGHT_SECONDS}", "no"])
        if "seconds" in first and "seconds" in second:
            share = second["seconds"] / first["seconds"]
            lines.append(_goal(name, "second night as a share of the first", share, SECOND_SHARE))
    return table(("respondents", "what", "measured", "goal at 1,000,000", "met"), lines)


def _engine_goals(name: str, first: dict, few: dict) -> list[list[str]]:
    """Seconds to the estimates: with few of them as the goal says, and with all of them."""
    lines = []
    for night, words in ((few, "few"), (first, "all")):
        if "seconds" not in night:
            continue
        counted = f"{night['n_estimates']:,} raked estimates ({words})"
        steps = (
            ("raw answers", night["raw_to_estimates_seconds"]),
            ("staged and weighted respondents", night["engine_seconds"]),
        )
        for start, seconds in steps:
            text = f"{counted} from {start}, seconds; the goal is for {ENGINE_ESTIMATES}"
            lines.append(_goal(name, text, seconds, ENGINE_SECONDS))
    return lines


def _goal(case: str, what: str, measured: float, goal: float, at_least: bool = False) -> list[str]:
    is_met = measured >= goal if at_least else measured <= goal
    sign = "≥" if at_least else "≤"
    return [case, what, f"{measured:.3g}", f"{sign} {goal:g}", "yes" if is_met else "**no**"]


def _spread(seconds: Sequence[float]) -> str:
    middle = f"{statistics.median(seconds):.3g}"
    if len(seconds) == 1:
        return f"{middle} (once)"
    return f"{middle} ({min(seconds):.3g} - {max(seconds):.3g})"


def _memory(n_bytes: int) -> str:
    return f"{n_bytes / 2**20:,.0f} MiB"
