"""How `peil status` and its siblings look on a terminal, and as JSON for a monitor."""

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from peil.nights import history
from peil.nights.changes import Change, Changes
from peil.nights.releases import Release
from peil.nights.standing import SHOWN, Standing


def _console() -> Console:
    width = None if Console().is_terminal else 140
    # Names as they are: one may look like a style.
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def show_standing(now: Standing) -> None:
    """Print it, what wants a look first."""
    console = _console()
    for worry in now.worries:
        console.print(f"LOOK: {worry}", style="bold red")
    if not now.worries:
        console.print("All is well.", style="bold green")
    if now.at_work:
        console.print(f"At work now: {now.at_work}.")
    console.print(_release_line(now))
    for release in now.taken_back:
        console.print(
            f"Taken back on {release.taken_back_at}: release {release.name}.", markup=False
        )
    if now.runs:
        console.print("\nLast runs (UTC)", style="bold")
        console.print(_runs(now))
    if now.fresh:
        console.print("\nDeliveries per wave", style="bold")
        table = _table("survey", "wave", "last landed", "files", "rows", "answers kept until")
        for row in now.fresh:
            table.add_row(
                row.survey_code, row.wave_code, f"{row.last_landed_at:%Y-%m-%d %H:%M}",
                str(row.n_files), f"{row.n_rows:,}", _until(row.microdata_until, row.has_microdata),
            )  # fmt: skip
        console.print(table)
    for row in now.fresh:
        if row.is_due:
            console.print(
                f"DUE: answers of wave {row.wave_code} were to be kept until "
                f"{row.microdata_until}. Run `peil purge --wave {row.wave_code}`; its published "
                "figures stay.", style="bold yellow", markup=False,
            )  # fmt: skip
    console.print("\nInbox", style="bold")
    table = _table("file", "source", "state")
    for name, source, state in now.inbox:
        table.add_row(name, source, state)
    console.print(table if now.inbox else "empty")
    if now.n_set_aside:
        console.print(f"{now.n_set_aside} set aside in rejected/, each with its reasons beside it.")
    _show_drift(console, now)
    for note in now.notes:
        console.print(note)


def standing_as_json(now: Standing) -> str:
    """The same for a monitor, without names of files and how many people answered."""
    states = [state for _, _, state in now.inbox]
    facts = {
        "exit_code": now.exit_code,
        "worries": now.worries,
        "at_work": bool(now.at_work),
        "release": now.release.name if now.release else None,
        "published_at": now.release.published_at if now.release else None,
        "taken_back": [release.name for release in now.taken_back],
        "runs": [asdict(run) for run in now.runs],
        "waves": [{k: v for k, v in asdict(row).items() if k != "n_rows"} for row in now.fresh],
        "inbox": {state: states.count(state) for state in sorted(set(states))},
        "n_set_aside": now.n_set_aside,
        "figures_changed_at": now.figures_changed_at.ended_at if now.figures_changed_at else None,
        "drift": [asdict(row) for row in now.drift],
    }
    return json.dumps(facts, indent=2, ensure_ascii=False, default=_iso)


def show_releases(known: list[Release], folder: Path) -> None:
    """Print the releases that are kept."""
    console = _console()
    if not known:
        console.print(f"{folder}: nothing is published here yet.")
        return
    table = _table("release", "published", "figures", "deliveries", "peil", "")
    for release in known:
        manifest = release.manifest
        n_rows = manifest.get("tables", {}).get("estimates", 0)
        table.add_row(
            release.name, release.published_at, f"{n_rows:,}",
            str(len(manifest.get("inputs", []))), str(manifest.get("peil", "")), release.state,
        )  # fmt: skip
    console.print(table)


def show_changes(changes: Changes, most: int) -> None:
    """Print what changed between two releases: counts, the largest moves, other tables."""
    console = _console()
    kinds = ("changed", "new", "gone", "withheld", "shown")
    counts = ", ".join(f"{changes.count(kind)} {kind}" for kind in kinds)
    console.print(f"{changes.n_figures:,} figures: {counts}.")
    if changes.rows:
        console.print(_changes(changes.rows[:most]))
    if len(changes.rows) > most:
        console.print(f"{len(changes.rows) - most} more: --output FILE.csv writes them all.")
    if changes.tables:
        table = _table("table", "rows before", "rows after", "other rows")
        for name, counted in changes.tables.items():
            table.add_row(name, *(f"{number:,}" for number in counted))
        console.print(table)


def _release_line(now: Standing) -> str:
    if now.release is None:
        return "Nothing is published yet."
    return f"Release in force: {now.release.name}, published {now.release.published_at}."


def _runs(now: Standing) -> Table:
    table = _table(
        "began", "verb", "seconds", "exit", "outcome", "in", "aside", "steps", "failed",
        "changed", "drift", "alerts",
    )  # fmt: skip
    for run in now.runs:
        state = f"at work: {run.step}" if now.at_work else history.KILLED
        exit_code = "" if run.exit_code is None else str(run.exit_code)
        table.add_row(
            f"{run.started_at:%Y-%m-%d %H:%M}", f"{run.verb} {run.detail}".strip(),
            _number(run.seconds), exit_code, run.outcome or state,
            _number(run.n_landed), _number(run.n_set_aside), _number(run.n_steps),
            run.failed_steps or _number(run.n_failed_steps or None), _number(run.n_changed),
            _number(run.n_drifted), run.alerts,
        )  # fmt: skip
    return table


def _show_drift(console: Console, now: Standing) -> None:
    run = now.figures_changed_at
    if run is None:
        return
    console.print(f"\nFigures last changed on {run.ended_at} UTC", style="bold")
    console.print(
        f"{run.n_changed} of {run.n_figures} changed, {run.n_new} new, {run.n_gone} gone, "
        f"{run.n_withheld} withheld now, {run.n_shown} shown now; {run.n_drifted} drifted "
        f"(drift_margins). What moved most, of at most {SHOWN}:"
    )
    console.print(_changes(now.drift))


def _changes(rows: list[Change]) -> Table:
    table = _table("figure", "", "before", "after", "margins")
    for row in rows:
        table.add_row(
            row.what, row.kind, _figure(row.before), _figure(row.after),
            "" if row.margins is None else f"{row.margins:.1f}",
        )  # fmt: skip
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _number(value: float | None) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else f"{value:.1f}"


def _until(day: date | None, has_microdata: bool) -> str:
    if not has_microdata:
        return "none kept"
    return str(day) if day else "no date agreed"


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
