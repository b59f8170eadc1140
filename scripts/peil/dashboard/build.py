"""Build the site with Evidence and swap it in; a failed build leaves the previous site in place."""

import fcntl
import hashlib
import json
import logging
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from peil.built import require_built_warehouse
from peil.dashboard.site import close_site
from peil.errors import DashboardError, InputError
from peil.private import public_folder, publish_mode
from peil.settings import PROJECT, Places, child_environment

log = logging.getLogger(__name__)
DASHBOARD = PROJECT / "dashboard"
NODE_VERSION = 20
# Evidence's strict build ends well with a failed query on a page; its log does not.
FAILED = re.compile(r"Error in Query|Build failed|\[ERROR\]")
SITES_KEPT = 2
# What Evidence calls the types of columns.
ARROW_TYPES = {
    "string": pa.string(), "number": pa.float64(), "boolean": pa.bool_(),
    "date": pa.timestamp("ms"),
}  # fmt: skip
EVIDENCE_PAGES = "node_modules/@evidence-dev/evidence/template/src/pages"


def build_dashboard(places: Places) -> Path:
    """Build the site from the published file and put it in `published/site`.

    Returns:
        The first page of the site.

    Raises:
        PeilError: the warehouse is not built and tested.
        InputError: nothing is published yet.
        DashboardError: Node is missing or a step failed; the previous site is as it was.
    """
    if not places.published_file.exists():
        raise InputError(
            f"{places.published_file}: not there, so there is nothing to show. "
            "Run `peil nightly` first."
        )
    require_built_warehouse(places, "peil dashboard")
    site = places.published / "site"
    _require_node(site)
    with _only_builder():
        _install(site)
        started, busy = time.monotonic(), _processor_seconds()
        shutil.rmtree(DASHBOARD / "build", ignore_errors=True)
        data = DASHBOARD / ".evidence" / "template" / "static" / "data"
        shutil.rmtree(data, ignore_errors=True)
        _run("sources", ["npx", "--no-install", "evidence", "sources", "--strict"], places)
        _write_empty_sources(data)
        _run("pages", ["npx", "--no-install", "evidence", "build:strict"], places)
        _swap(DASHBOARD / "build", site)
    log.info(
        "Dashboard built in %.0f s (%.0f s of processor time).",
        time.monotonic() - started,
        _processor_seconds() - busy,
    )
    return site / "index.html"


def _processor_seconds() -> float:
    """Of the programs this one started: what the build costs, however busy the machine is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _require_node(site: Path) -> None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise DashboardError(
            f"Node.js (with npm) was not found, so the dashboard was not built; {_stays(site)} "
            f"Install Node {NODE_VERSION} or newer and run `peil dashboard`."
        )
    version = subprocess.run(
        [node, "--version"],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if not major or int(major[1]) < NODE_VERSION:
        raise DashboardError(
            f"{node} is Node {version or 'of an unknown version'}; the dashboard needs "
            f"{NODE_VERSION} or newer. It was not built; {_stays(site)}"
        )


def _stays(site: Path) -> str:
    return f"{site} stays as it was." if site.exists() else f"{site} is not made."


@contextmanager
def _only_builder() -> Iterator[None]:
    """Evidence builds inside dashboard/: two builds at once would mix their pages."""
    with (DASHBOARD / ".build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("Another build of the dashboard is under way; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(site: Path) -> None:
    """Install the locked packages and patch them, once per lock file and set of patches."""
    parts = [DASHBOARD / "package-lock.json", *sorted((DASHBOARD / "patches").glob("*.patch"))]
    wanted = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    stamp = DASHBOARD / "node_modules" / ".peil-installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    log.info("Installing the dashboard's packages (once, about a minute).")
    for step in (
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        ["npx", "--no-install", "patch-package", "--error-on-fail"],
    ):
        done = subprocess.run(
            step,
            cwd=DASHBOARD,
            env=child_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DashboardError(
                f"dashboard/: `{' '.join(step)}` failed; {_stays(site)}\n"
                f"{_tail(done.stdout + done.stderr)}"
            )
    # Evidence's own pages need a query engine in the browser and take half of the building time.
    for page in ("explore", "settings"):
        shutil.rmtree(DASHBOARD / EVIDENCE_PAGES / page, ignore_errors=True)
    stamp.write_text(wanted)


def _run(what: str, command: list[str], places: Places) -> None:
    site = places.published / "site"
    log.info("Building the dashboard's %s.", what)
    source = DASHBOARD / "sources" / "peil"
    done = subprocess.run(
        command,
        cwd=DASHBOARD,
        env=child_environment(
            EVIDENCE_SOURCE__peil__filename=os.path.relpath(
                places.published_file.resolve(), source
            ),
            FORCE_COLOR="0",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    if done.returncode or FAILED.search(output):
        raise DashboardError(
            f"dashboard/: building the {what} failed (`{' '.join(command)}`); {_stays(site)}\n"
            f"{_tail(output)}"
        )


def _write_empty_sources(data: Path) -> None:
    """Write the sources without rows, for which Evidence writes only their columns.

    Without a staff survey, for instance, its page still has to find its tables.
    """
    for described in data.rglob("*.schema.json"):
        file = described.with_name(described.name.replace(".schema.json", ".arrow"))
        if file.exists():
            continue
        columns = json.loads(described.read_text(encoding="utf-8"))
        fields = [(column["name"], ARROW_TYPES[column["evidenceType"]]) for column in columns]
        table = pa.schema(fields).empty_table()
        with pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_batch(pa.RecordBatch.from_pylist([], schema=table.schema))


def _tail(output: str, n_lines: int = 25) -> str:
    lines = [
        line for line in output.splitlines() if line.strip() and not line.startswith("    at ")
    ]
    return "\n".join(lines[-n_lines:])


def _swap(build: Path, site: Path) -> None:
    """Make the closed site beside the previous one and switch with one rename of a link."""
    sites = site.parent / ".sites"
    public_folder(sites)
    new = sites / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    draft = new.with_name(f".{new.name}")
    for leftover in sites.glob(".2*"):
        shutil.rmtree(leftover)
    close_site(build, draft)
    publish_mode(draft)
    draft.rename(new)
    link = site.with_name(".site-next")
    link.unlink(missing_ok=True)
    link.symlink_to(new.relative_to(site.parent), target_is_directory=True)
    link.replace(site)
    for old in sorted(sites.glob("2*"))[:-SITES_KEPT]:
        shutil.rmtree(old)
