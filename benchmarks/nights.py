"""The whole night, land to published, on deliveries sampled from the demo; then a second file."""

import csv
import json
import logging
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
from peil.settings import PROJECT
from peil.warehouse import literal

from benchmarks.processes import Measured, run_measured
from benchmarks.tables import GOAL_SIZE

log = logging.getLogger(__name__)
SLOWEST = 5
NEW_SHARE = 0.01
# The engine: from the count table to the estimates, as model folders.
ENGINE_FOLDERS = ("models/estimates/counts/", "models/estimates/figures/")
# From raw answers to the estimates: all that a codebook with few figures needs.
RAW_TO_ESTIMATES = ("staging", "weighted", "estimates/counts", "estimates/figures")
FEW_SEGMENTS = ("total", "participation")
# The submission dates of the demo: every row stays inside the fieldwork of the codebook.
FIELDWORK = ("2024-07-01", 60)
DRAWN_FROM, POPULATION = "gemeentekanalen_2024.csv", "bevolking_2024.csv"
ANONYMOUS_COLUMNS = ("id", "seed")
DRAWN_APART = ("G01Q02", "G01Q03")
DATES = ("submitdate", "startdate", "datestamp")


def run_nights(
    sizes: Sequence[int], repeats: int, timeout: float, home: Path, repeat_up_to: int = 100_000
) -> list[dict]:
    """Run the night, a night with 1 % more respondents and one with few figures, per size."""
    demo = home / "demo-inbox"
    shutil.rmtree(demo, ignore_errors=True)
    done = run_measured([*_peil("demo"), "--inbox", demo], timeout=timeout, cwd=PROJECT)
    if done.return_code:
        raise RuntimeError(f"peil demo failed: {done.errors.strip()[-500:]}")
    results = []
    for size in sizes:
        for turn in range(repeats if size <= repeat_up_to else 1):
            results.append({"size": size, "turn": turn, **_pair(size, timeout, home, demo)})
            log.info("  %s", results[-1].get("first", {}).get("seconds") or results[-1])
    return results


def write_survey(demo: Path, inbox: Path, n: int, random_seed: int = 1) -> Path:
    """Sample so many respondents of the demo, of a population as many times as large as they are.

    Of the same residents more would answer than live there, which no night publishes.

    Returns:
        The delivery that the rows were drawn from.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    source, population = demo / DRAWN_FROM, demo / POPULATION
    write_delivery(source, inbox / DRAWN_FROM, n, 1, random_seed)
    with duckdb.connect() as connection:
        read = f"read_csv({literal(str(population))}, delim=';', header=true)"
        connection.execute(
            f"copy (select * replace (inwoners * greatest(1, {n} // (select count(*) from "
            f"read_csv({literal(str(source))}, delim=';', all_varchar=true))) as inwoners) "
            f"from {read}) to {literal(str(inbox / POPULATION))} (format csv, delim ';', header)"
        )
    return source


def write_delivery(demo: Path, target: Path, n: int, first_id: int, random_seed: int) -> None:
    """Sample rows of the demo's delivery with replacement: new ids, new dates in the fieldwork.

    Gender and age each come from a row of their own. A few rows per municipality, repeated many
    times, would leave combinations that nobody has, and margins that cannot be met.
    """
    source = f"read_csv({literal(str(demo))}, delim=';', quote='\"', all_varchar=true)"
    day = f"date '{FIELDWORK[0]}' + (hash(i * 31 + 7) % {FIELDWORK[1]})::int"
    moment = f"strftime({day}, '%Y-%m-%d') || ' 12:00:00'"
    swaps = [f"cast({first_id} + i as varchar) as {column}" for column in ANONYMOUS_COLUMNS]
    swaps += [f"{moment} as {column}" for column in DATES]
    # Stream 0 picks the row, the later ones the rows that lend gender and age.
    picks = [
        f"hash(range * 1000003 + {random_seed} * 97 + {stream}) % (select count(*) from demo) "
        f"as k{stream}"
        for stream in range(len(DRAWN_APART) + 1)
    ]
    joins = []
    for stream, column in enumerate(DRAWN_APART, start=1):
        joins.append(f"inner join demo as lender{stream} on k{stream} = lender{stream}.k")
        swaps.append(f'lender{stream}."{column}" as "{column}"')
    with duckdb.connect() as connection:
        connection.execute(
            f"create table demo as select row_number() over () - 1 as k, * from {source}"
        )
        connection.execute(
            f"copy (select demo.* exclude (k) replace ({', '.join(swaps)}) "
            f"from (select range as i, {', '.join(picks)} from range({n})) as picked "
            f"inner join demo on k0 = demo.k {' '.join(joins)}) to {literal(str(target))} "
            "(format csv, delim ';', header, force_quote *)"
        )


def _pair(size: int, timeout: float, home: Path, demo: Path) -> dict:
    folder = home / "night"
    shutil.rmtree(folder, ignore_errors=True)
    inbox = folder / "inbox"
    log.info("Night of %s respondents.", f"{size:,}")
    source = write_survey(demo, inbox, size)
    outcome: dict = {"first": _night(folder, timeout)}
    if "not_done" not in outcome["first"]:
        added = inbox / "gemeentekanalen_2024_b.csv"
        write_delivery(source, added, max(1, round(size * NEW_SHARE)), size + 1, 2)
        outcome["second"] = _night(folder, timeout)
        added.unlink()
    if size == GOAL_SIZE:
        shutil.rmtree(folder / "warehouse")
        few_seeds(PROJECT / "seeds", folder / "seeds")
        outcome["few"] = _night(folder, timeout, folder / "seeds")
    shutil.rmtree(folder)
    return outcome


def few_seeds(seeds: Path, target: Path) -> None:
    """A codebook with the default schemes only, and figures of few segments."""
    shutil.copytree(seeds, target)
    kept = {row["scheme_code"] for row in _rows(seeds / "weighting_schemes.csv") if _is_few(row)}
    for file in target.glob("*.csv"):
        rows = _rows(file)
        few = [
            row
            for row in rows
            if _is_few(row) and ("scheme_code" not in row or row["scheme_code"] in kept)
        ]
        if len(few) < len(rows):
            with file.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(few)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _is_few(row: dict[str, str]) -> bool:
    return row.get("is_default", "true") == "true" and (
        row.get("segment_code", FEW_SEGMENTS[0]) in FEW_SEGMENTS
    )


def _night(folder: Path, timeout: float, seeds: Path = PROJECT / "seeds") -> dict:
    """One `peil nightly` in a process of its own, with the steps it took."""
    timings = folder / "steps.json"
    timings.unlink(missing_ok=True)
    done = run_timed(timings, timeout, [
        "--seeds", seeds, "--inbox", folder / "inbox",
        "--warehouse", folder / "warehouse" / "peil.duckdb", "--published", folder / "published",
    ])  # fmt: skip
    if done.is_timed_out or done.return_code:
        reason = f"did not finish in {timeout:.0f} s" if done.is_timed_out else _why(done)
        return {"not_done": reason, "peak_bytes": done.tree_bytes}
    timed = json.loads(timings.read_text())
    models = model_seconds(timed["models"])
    engine = [m for m in models if m["path"].startswith(ENGINE_FOLDERS)]
    published = folder / "published" / "peil.duckdb"
    with duckdb.connect(str(published), read_only=True) as connection:
        n_estimates = connection.execute("select count(*) from marts.estimates").fetchone()[0]
    rooms = _room_seconds(models)
    return {
        "seconds": done.seconds,
        "peak_bytes": done.tree_bytes,
        "steps": timed["steps"],
        "slowest": sorted(models, key=lambda m: -m["seconds"])[:SLOWEST],
        "rooms": rooms,
        "tests_seconds": sum(m["seconds"] for m in models if m["kind"] == "test"),
        "engine_seconds": sum(m["seconds"] for m in engine),
        "engine_models": len(engine),
        "raw_to_estimates_seconds": sum(rooms.get(room, 0.0) for room in RAW_TO_ESTIMATES),
        "n_estimates": n_estimates,
    }


def _why(done: Measured) -> str:
    """The error it logged, or that something outside ended it."""
    lines = done.errors.strip().splitlines() or ["no message"]
    if done.return_code < 0:
        return f"ended from outside by signal {-done.return_code}; no time measured"
    silent = f"stopped without an error message ({done.return_code}); no time measured"
    return next((line for line in lines if " ERROR " in line), silent)[:300]


def run_timed(timings: Path, timeout: float, places: Sequence[object], **more: str) -> Measured:
    """A night that writes the seconds of its phases and steps in the file `timings`."""
    return run_measured(
        [sys.executable, "-m", "benchmarks.nights", timings, "nightly", *places],
        timeout=timeout, cwd=PROJECT, environment={"PEIL_HASH_KEY": "bench", **more},
    )  # fmt: skip


def model_seconds(seconds: dict[str, float]) -> list[dict]:
    """Kind, name and file of every step, by the id that dbt gives it."""
    files = {path.stem: path for path in (PROJECT / "models").rglob("*") if path.is_file()}
    rows = []
    for step, spent in seconds.items():
        kind, _, name = step.split(".")[:3]
        path = str(files[name].relative_to(PROJECT)) if kind == "model" else ""
        rows.append({"name": name, "kind": kind, "path": path, "seconds": spent})
    return rows


def _room_seconds(models: list[dict]) -> dict[str, float]:
    """Seconds per room, slowest first; tests of data are a room of their own."""
    rooms: dict[str, float] = {}
    for model in models:
        folder = str(Path(model["path"]).parent).removeprefix("models/")
        room = {"model": folder, "seed": "seeds", "test": "tests of data"}.get(model["kind"])
        if room:
            rooms[room] = rooms.get(room, 0.0) + model["seconds"]
    return dict(sorted(rooms.items(), key=lambda item: -item[1]))


def _peil(*words: str) -> list[str]:
    return [sys.executable, "-m", "peil", *words]


def _timed_peil(timings: Path, arguments: list[str]) -> None:
    """`peil` with a clock around landing, building and publishing."""
    from peil import cli
    from peil.nights import build, nightly, publish

    spent: dict[str, float] = {}
    models: dict[str, float] = {}
    # The night takes what builds and publishes from their modules when it comes to it.
    for name, module, verb in (
        ("land", nightly, "land"), ("build", build, "build_warehouse"),
        ("publish", publish, "publish"),
    ):  # fmt: skip
        setattr(module, verb, _clocked(getattr(module, verb), name, spent, models))
    sys.argv = ["peil", *arguments]
    try:
        cli.main()
    finally:
        timings.write_text(json.dumps({"steps": spent, "models": models}))


def _clocked(
    verb: Callable, name: str, spent: dict[str, float], models: dict[str, float]
) -> Callable:
    def run(*arguments: object, **options: object) -> object:
        started = time.monotonic()
        try:
            done = verb(*arguments, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.monotonic() - started
        models.update(getattr(done, "seconds", {}))
        return done

    return run


if __name__ == "__main__":
    _timed_peil(Path(sys.argv[1]), sys.argv[2:])
