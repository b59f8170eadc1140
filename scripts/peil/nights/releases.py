"""Earlier releases: which there are, one put back, and what a night does after that."""

from dataclasses import dataclass
from pathlib import Path

from peil.errors import InputError
from peil.nights.history import ROLLED_BACK
from peil.nights.record import Notes
from peil.nights.release import FILE, ever_taken_back, in_force, put_back, release_names, taken_back
from peil.nights.unchanged import facts_of_now, without_names
from peil.nights.whole import has_its_pages, is_whole, read_manifest
from peil.settings import Places
from peil.warehouse import read_warehouse

NOW, BEFORE = "current", "previous"
# Made on request and not part of a release: a roll-back leaves them as they are.
_BESIDE = ("research.duckdb", "export", "docs")


@dataclass(frozen=True)
class Release:
    """One release: its name is the moment at which it was made whole."""

    name: str
    folder: Path
    manifest: dict
    is_in_force: bool
    taken_back_at: str

    @property
    def published_at(self) -> str:
        return str(self.manifest.get("published_at", ""))

    @property
    def state(self) -> str:
        if self.is_in_force:
            return "in force"
        return f"taken back {self.taken_back_at}" if self.taken_back_at else ""


def list_releases(published: Path) -> list[Release]:
    """The releases that are kept, the newest first."""
    now, back = in_force(published), ever_taken_back(published)
    return [
        Release(
            name,
            published / "releases" / name,
            read_manifest(published / "releases" / name),
            now is not None and now.name == name,
            back.get(name, ""),
        )
        for name in reversed(release_names(published))
    ]


def find_release(published: Path, asked: str) -> Release:
    """The release of a name, of the beginning of one, or `current` or `previous`.

    The previous one is the newest before the one in force that was never taken back; where none is
    in force, the newest.

    Raises:
        InputError: there is none, or there are several.
    """
    known = list_releases(published)
    if asked == NOW:
        found = [r for r in known if r.is_in_force]
    elif asked == BEFORE:
        at = next((n for n, r in enumerate(known) if r.is_in_force), -1)
        found = [r for r in known[at + 1 :] if not r.taken_back_at][:1]
    else:
        found = [r for r in known if r.name.startswith(asked)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(r.name for r in known) or "none"
    what = "fits several releases; give more of its name" if found else "is no release here"
    raise InputError(f"{asked}: {what}. In {published / 'releases'}: {names}.")


def data_file(published: Path, asked: str) -> Path:
    """A published file: of a release, or one that is named by its path.

    Raises:
        InputError: as `find_release`.
    """
    path = Path(asked).expanduser()
    return path if path.is_file() else find_release(published, asked).folder / FILE


def roll_back(places: Places, asked: str, notes: Notes) -> str:
    """Put a release in place, whole; returns what that means, in sentences.

    The caller has the lock of the night (`recorded`).

    Raises:
        InputError: there is no such release, it is in force already, or it is damaged.
    """
    release = find_release(places.published, asked)
    if release.is_in_force:
        raise InputError(f"{release.name}: is the release in force already; nothing was changed.")
    if not is_whole(release.folder):
        raise InputError(
            f"{release.folder}: is not the release its manifest describes, so it is damaged. "
            "Nothing was changed; choose another one (`peil releases`)."
        )
    earlier = in_force(places.published)
    newer = put_back(places.published, release.folder)
    notes.released(earlier, ROLLED_BACK)
    said = [f"Release {release.name} (published {release.published_at}) is in force."]
    if newer:
        said.append(
            f"Taken back: {', '.join(newer)}. Nights leave it so while nothing changes in what one "
            "of them was made of: correct the delivery or the codebook, and the next night "
            "publishes. `peil nightly --force` publishes as it is; "
            f"`peil rollback {newer[-1]}` puts it back."
        )
    if not has_its_pages(release.folder):
        said.append(
            "Its site or documents are not there or not whole (a backup keeps those of the release "
            "in force only). `peil site --output FOLDER`, `peil summary` and `peil tables` make "
            "them of its data file."
        )
    stale = [name for name in _BESIDE if (places.published / name).exists()]
    if stale:
        said.append(
            f"Not part of a release and left as they are: {', '.join(stale)}. Make them again if "
            "they were made since."
        )
    return " ".join(said)


def withheld_by_rollback(places: Places) -> str | None:
    """Why a night publishes nothing after a roll-back; None when it may publish.

    Who takes a release back wants its figures gone. As long as every delivery that came with it is
    in force, and codebook, code and libraries are those it was made with, a night would bring them
    back, with or without other new deliveries. Any of those changed: somebody saw to it. Of several
    that were taken back this holds for each.
    """
    back = taken_back(places.published)
    now = in_force(places.published)
    if not back or now is None:
        return None
    facts, landed = facts_of_now(places), _landed(places)
    stands = _deliveries(read_manifest(now))
    for name in sorted(back, reverse=True):
        manifest = read_manifest(places.published / "releases" / name)
        made_of = without_names(manifest.get("built", {}))
        made_of.pop("tested_at", None)
        came = _deliveries(manifest) - stands
        if made_of == facts and came <= landed:
            return (
                f"Release {name} was taken back on {back[name]} and {now.name} stands. What "
                f"{name} was made of has not changed ({len(came)} deliveries came with it; "
                "codebook and code are the same), so nothing is built or published: its figures "
                "would return. Correct the delivery or the codebook and the next night publishes; "
                f"`peil nightly --force` publishes as it is; `peil rollback {name}` puts it back."
            )
    return None


def _deliveries(manifest: dict) -> set[str]:
    return {delivery["delivery_key"] for delivery in manifest.get("inputs", [])}


def _landed(places: Places) -> set[str]:
    with read_warehouse(places.warehouse) as connection:
        rows = connection.execute(
            "select delivery_key from raw.deliveries where status = 'landed'"
        ).fetchall()
    return {key for (key,) in rows}
