"""`peil nightly --cluster`: deliveries are counted by workers, and added up in the night of here.

What came before is not counted again. Where people may be in several deliveries, keys come first
and then what each delivery may count; a package that new keys outdate is counted again.
"""

import json
import logging
import math
import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from peil.codebook import Source, read_rows, read_sources, source_of
from peil.codebook.limits import read_limits
from peil.codebook.seed_text import require_codebook
from peil.counting import is_package
from peil.counting.panels import refuse_panel
from peil.errors import DeliveryRejectedError
from peil.landing import Landed, inbox, ledger
from peil.landing.packages import Elsewhere
from peil.lock import one_night
from peil.nights.nightly import nightly
from peil.nights.plans import plan_of
from peil.nights.record import Notes
from peil.readers.limits import MB
from peil.settings import Places
from peil.warehouse import read_warehouse
from peil.workers.cluster import Cluster, cluster
from peil.workers.keep import KeepList, keep_lists
from peil.workers.merge import merge_parts
from peil.workers.parts import Part
from peil.workers.shared import drop, get, put
from peil.workers.slices import slice_name
from peil.workers.task import Common, Job, common_of

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
    places: Places,
    address: str,
    *,
    shared: str = "",
    part_mb: float = 256,
    force: bool = False,
    notes: Notes | None = None,
) -> Landed:
    """A night of which the deliveries are counted on a cluster.

    Args:
        places: where everything is.
        address: of the cluster, or local:N.
        shared: a folder or object store that every node reaches; without it nodes read the inbox.
        part_mb: a file larger than this is counted in parts of no more than it, by several workers.
        force: build and publish although nothing changed.
        notes: where what happens is noted.

    Raises:
        PeilError: as `nightly`.
    """
    require_codebook(places.seeds)
    with one_night(places), tempfile.TemporaryDirectory(prefix="peil-packages-") as folder:
        elsewhere = _count_elsewhere(places, address, shared, part_mb, Path(folder))
        return nightly(places, force=force, notes=notes, elsewhere=elsewhere)


def _count_elsewhere(
    places: Places, address: str, shared: str, part_mb: float, folder: Path
) -> Elsewhere:
    found = _deliveries(places)
    new = [w for w in found if w.landed_with is None]
    if not new:
        return Elsewhere()
    with cluster(address) as workers:
        common = common_of(places.seeds, plan_of(places.seeds, places.dbt_target))
        home = f"{shared.rstrip('/')}/peil-{secrets.token_hex(6)}" if shared else str(folder)
        run = _Run(workers, common, home, folder, is_shared=bool(shared), part_mb=part_mb)
        try:
            return run.count(places, found, new)
        finally:
            if shared:
                drop(home)


class _Run:
    """One run on a cluster: where its files are, and what has come of it."""

    def __init__(
        self,
        workers: Cluster,
        common: Common,
        home: str,
        folder: Path,
        *,
        is_shared: bool,
        part_mb: float,
    ) -> None:
        self.workers = workers
        self.common = common
        self.home = home
        self.folder = folder
        self.is_shared = is_shared
        self.part_mb = part_mb
        self.elsewhere = Elsewhere()
        self.uploaded: set[str] = set()

    def count(self, places: Places, found: list[Waiting], new: list[Waiting]) -> Elsewhere:
        """Both rounds."""
        matched = _matched(places.seeds, new, _landed_files(places))
        keeps: dict[str, KeepList] = {}
        if keyed := [w for w in new if w in matched]:
            done = self._round([self._job(one, None, keys_only=True) for one in keyed])
            keys = [self._fetch(one) for (one,) in done.values()]
            keeps = keep_lists(places.seeds, keys, places.warehouse)
        lost = {*self.elsewhere.refused, *self.elsewhere.failed}
        wanted = [
            w
            for w in found
            if w.entry.name not in lost
            and (w.landed_with is None or w.landed_with != _digest(keeps.get(w.entry.name), w))
        ]
        for name, counted in self._counted(wanted, keeps).items():
            packages = [self._fetch(package) for package in counted]
            if len(packages) > 1:
                whole = merge_parts(places.seeds, packages, self.folder / "whole").package
                log.info("%s: %s parts added up.", name, len(packages))
                packages = [whole]
            (self.elsewhere.packages[name],) = packages
        return self.elsewhere

    def _counted(self, wanted: list[Waiting], keeps: dict[str, KeepList]) -> dict[str, list[str]]:
        """The packages of each delivery: of a large one those of its slices."""
        jobs = {one.entry.name: self._job(one, keeps.get(one.entry.name)) for one in wanted}
        n_parts = {
            one.entry.name: math.ceil(one.entry.path.stat().st_size / (self.part_mb * MB))
            for one in wanted
        }
        slices = f"{self.home}/slices"
        # A large file is read once, beside the others; its slices are counted after it.
        cut = {
            name: replace(job, split=n_parts[name], target=slices)
            for name, job in jobs.items()
            if n_parts[name] > 1
        }
        done = self._round([cut.get(name, job) for name, job in jobs.items()])
        counted = self._round([
            replace(jobs[name], location=f"{slices}/{slice_name(name, part)}", part=str(part))
            for name in cut
            if name in done
            for part in Part.all(n_parts[name])
        ])  # fmt: skip
        return {name: found for name, found in done.items() if name not in cut} | counted

    def _round(self, jobs: list[Job]) -> dict[str, list[str]]:
        """The packages of every delivery of which all jobs were done, by its name."""
        if not jobs:
            return {}
        done = {result.name: result for result in self.workers.run(self.common, jobs)}
        packages: dict[str, list[str]] = {}
        for job in jobs:
            result = done[job.label]
            if result.refusal:
                message, rule, nl = result.refusal
                self.elsewhere.refused[job.name] = DeliveryRejectedError(message, rule, nl)
            elif result.failure:
                self.elsewhere.failed[job.name] = result.failure
            else:
                packages.setdefault(job.name, []).append(result.package)
        lost = {*self.elsewhere.refused, *self.elsewhere.failed}
        return {name: found for name, found in packages.items() if name not in lost}

    def _job(self, one: Waiting, keep: KeepList | None, *, keys_only: bool = False) -> Job:
        location = str(one.entry.path.resolve())
        if self.is_shared:
            location = f"{self.home}/deliveries/{one.key}"
            if location not in self.uploaded:
                put(one.entry.path, location)
                self.uploaded.add(location)
        return Job(
            one.entry.name, location, f"{self.home}/packages",
            keep if keep and keep.digest else None, keys_only,
        )  # fmt: skip

    def _fetch(self, package: str) -> Path:
        local = self.folder / "packages" / package
        if self.is_shared:
            local.parent.mkdir(exist_ok=True)
            get(f"{self.home}/packages/{package}", local)
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
    rows = _deliveries_before(places, "delivery_key, status, package_facts")
    return {key: (status, json.loads(f)["keep"] if f else None) for key, status, f in rows}


def _landed_files(places: Places) -> set[tuple[str, str]]:
    """Source and file of every delivery of which people are in the warehouse."""
    rows = _deliveries_before(places, "source_code, file_name, status")
    return {(source, file) for source, file, status in rows if status == "landed"}


def _deliveries_before(places: Places, columns: str) -> list[tuple]:
    if not places.warehouse.exists():
        return []
    with read_warehouse(places.warehouse) as connection:
        try:
            return connection.execute(
                f"select {columns} from raw.deliveries where status in ('landed', 'purged')"
            ).fetchall()
        except duckdb.Error:  # a warehouse from before there were packages
            return []


def _matched(seeds: Path, new: list[Waiting], landed: set[tuple[str, str]]) -> list[Waiting]:
    """Deliveries that may share people, or the median of their source, with another one.

    Args:
        seeds: the codebook.
        new: the deliveries that are counted now.
        landed: source and file of every delivery that landed before.
    """
    scopes = {
        row["source_code"]: row["respondent_scope"] or row["source_code"]
        for row in read_rows(seeds / "sources.csv")
    }
    groups = {
        source.source_code: (source.wave_code, scopes[source.source_code])
        for source in read_sources(seeds)
    }
    files = {(one.source.source_code, one.entry.name) for one in new} | landed
    n_files = Counter(groups[code] for code, _ in files if code in groups)
    return [one for one in new if n_files[groups[one.source.source_code]] > 1]
