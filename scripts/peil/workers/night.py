"""`peil nightly --cluster`: deliveries are counted by workers, and added up in the night of here.

What came before is not counted again. Where people may be in several deliveries, keys come first
and then what each delivery may count; a package that new keys outdate is counted again.
"""

import json
import logging
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from peil.codebook import Source, read_rows, read_sources, source_of
from peil.codebook.limits import read_limits
from peil.counting import is_package
from peil.counting.panels import refuse_panel
from peil.errors import DeliveryRejectedError
from peil.landing import Landed, inbox, ledger
from peil.landing.packages import Elsewhere
from peil.lock import one_night
from peil.nights.nightly import nightly
from peil.nights.plans import plan_of
from peil.nights.record import Notes
from peil.settings import Places
from peil.warehouse import read_warehouse
from peil.workers.cluster import cluster, run_jobs
from peil.workers.keep import KeepList, keep_lists
from peil.workers.shared import drop, get, put
from peil.workers.task import Common, Done, Job, common_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A delivery in the inbox that a worker can count; `landed_with` the keep-list it landed with.

    `landed_with` is None where it has not landed yet.
    """

    entry: inbox.Entry
    source: Source
    key: str
    landed_with: str | None


def cluster_night(
    places: Places, address: str, *, shared: str = "", force: bool = False,
    notes: Notes | None = None,
) -> Landed:  # fmt: skip
    """A night of which the deliveries are counted on a cluster.

    Args:
        places: where everything is.
        address: of the cluster, or local:N.
        shared: a folder or object store that every node reaches; without it nodes read the inbox.
        force: build and publish although nothing changed.
        notes: where what happens is noted.

    Raises:
        PeilError: as `nightly`.
    """
    places.require_seeds()
    with one_night(places), tempfile.TemporaryDirectory(prefix="peil-packages-") as folder:
        elsewhere = _count_elsewhere(places, address, shared, Path(folder))
        return nightly(places, force=force, notes=notes, elsewhere=elsewhere)


def _count_elsewhere(places: Places, address: str, shared: str, folder: Path) -> Elsewhere:
    found = _deliveries(places)
    new = [w for w in found if w.landed_with is None]
    if not new:
        return Elsewhere()
    with cluster(address) as ray:
        common = common_of(places.seeds, plan_of(places.seeds, places.dbt_target))
        home = f"{shared.rstrip('/')}/peil-{secrets.token_hex(6)}" if shared else str(folder)
        run = _Run(ray, common, home, folder, is_shared=bool(shared))
        try:
            return run.count(places, found, new)
        finally:
            if shared:
                drop(home)


class _Run:
    """One run on a cluster: where its files are, and what has come of it."""

    def __init__(
        self, ray: object, common: Common, home: str, folder: Path, *, is_shared: bool
    ) -> None:
        self.ray = ray
        self.common = common
        self.home = home
        self.folder = folder
        self.is_shared = is_shared
        self.elsewhere = Elsewhere()
        self.uploaded: set[str] = set()

    def count(self, places: Places, found: list[Waiting], new: list[Waiting]) -> Elsewhere:
        """Both rounds."""
        matched = _matched(places.seeds, new)
        keeps: dict[str, KeepList] = {}
        if keyed := [w for w in new if w in matched]:
            done = self._round(keyed, {}, keys_only=True)
            keys = [self._fetch(one) for one in done if one.package]
            keeps = keep_lists(places.seeds, keys, places.warehouse)
        lost = {*self.elsewhere.refused, *self.elsewhere.failed}
        wanted = [
            w
            for w in found
            if w.entry.name not in lost
            and (w.landed_with is None or w.landed_with != _digest(keeps.get(w.entry.name), w))
        ]
        for counted in self._round(wanted, keeps, keys_only=False):
            if counted.package:
                self.elsewhere.packages[counted.name] = self._fetch(counted)
        return self.elsewhere

    def _round(
        self, deliveries: list[Waiting], keeps: dict[str, KeepList], *, keys_only: bool
    ) -> list[Done]:
        jobs = []
        for one in deliveries:
            location = str(one.entry.path.resolve())
            if self.is_shared:
                location = f"{self.home}/deliveries/{one.key}"
                if location not in self.uploaded:
                    put(one.entry.path, location)
                    self.uploaded.add(location)
            keep = keeps.get(one.entry.name)
            jobs.append(Job(
                one.entry.name, location, f"{self.home}/packages",
                keep if keep and keep.digest else None, keys_only,
            ))  # fmt: skip
        done = run_jobs(self.ray, self.common, jobs)  # type: ignore[arg-type]
        for result in done:
            if result.refusal:
                message, rule, nl = result.refusal
                self.elsewhere.refused[result.name] = DeliveryRejectedError(message, rule, nl)
            elif result.failure:
                self.elsewhere.failed[result.name] = result.failure
        return done

    def _fetch(self, done: Done) -> Path:
        local = self.folder / "packages" / done.package
        if self.is_shared:
            local.parent.mkdir(exist_ok=True)
            get(f"{self.home}/packages/{done.package}", local)
        return local


def _digest(keep: KeepList | None, waiting: Waiting) -> str | None:
    return keep.digest if keep else waiting.landed_with


def _deliveries(places: Places) -> list[Waiting]:
    """The files that a worker can count, and those that landed as packages."""
    sources, limits = read_sources(places.seeds), read_limits(places.seeds)
    entries = inbox.entries(list(places.inbox.iterdir())) if places.inbox.is_dir() else []
    landed = _landed(places)
    found = []
    for entry in entries:
        source = None if is_package(entry.name) else source_of(entry.path, sources)
        if source is None or source.kind != "survey":
            continue
        try:
            refuse_panel(places.seeds, source, entry.name)
            sha256 = inbox.digest_of(entry, limits)
        except (DeliveryRejectedError, inbox.StillChangingError) as reason:
            # Landing says what is wrong with it, or lands it as a file.
            log.info("%s: not counted elsewhere (%s).", entry.name, reason)
            continue
        key = ledger.delivery_key(source, entry.name, sha256)
        status, keep = landed.get(key, ("", None))
        if (status == "landed" and keep is None) or status == "purged":
            continue
        found.append(Waiting(entry, source, key, keep))
    return found


def _landed(places: Places) -> dict[str, tuple[str, str | None]]:
    """Of every delivery that landed its status, and of a package the keep-list it was made with."""
    if not places.warehouse.exists():
        return {}
    with read_warehouse(places.warehouse) as connection:
        try:
            rows = connection.execute(
                "select delivery_key, status, package_facts from raw.deliveries "
                "where status in ('landed', 'purged')"
            ).fetchall()
        except duckdb.Error:  # a warehouse from before there were packages
            return {}
    return {key: (status, json.loads(f)["keep"] if f else None) for key, status, f in rows}


def _matched(seeds: Path, new: list[Waiting]) -> list[Waiting]:
    """Deliveries that may share people, or the median of their source, with another one.

    That is: of a source that shares its scope, or whose pattern has a wildcard.
    """
    scopes = {
        row["source_code"]: row["respondent_scope"] or row["source_code"]
        for row in read_rows(seeds / "sources.csv")
    }
    groups: dict[tuple[str, str], list[str]] = {}
    for source in read_sources(seeds):
        if source.kind == "survey":
            n_files = 2 if any(sign in source.file_pattern for sign in "*?[") else 1
            group = groups.setdefault((source.wave_code, scopes[source.source_code]), [])
            group += [source.source_code] * n_files
    return [w for w in new if len(groups[w.source.wave_code, scopes[w.source.source_code]]) > 1]
