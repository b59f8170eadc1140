"""Earlier releases: which there are, one put back, and what a night does after that."""

import json
from dataclasses import dataclass
from pathlib import Path

from peil.built import sha256_of
from peil.errors import InputError
from peil.nights.history import ROLLED_BACK
from peil.nights.record import Notes
from peil.nights.release import FILE, MANIFEST, in_force, put_back, release_names, taken_back
from peil.nights.unchanged import facts_of_now, without_names
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
    now, back = in_force(published), taken_back(published)
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

    Raises:
        InputError: there is none, or there are several.
    """
    known = list_releases(published)
    if asked == NOW:
        found = [r for r in known if r.is_in_force]
    elif asked == BEFORE:
        at = next((n for n, r in enumerate(known) if r.is_in_force), len(known))
        found = known[at + 1 : at + 2]
    else:
        found = [r for r in known if r.name.startswith(asked)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(r.name for r in known) or "none"
    what = "fits several releases; give more of its name" if found else "is no release here"
    raise InputError(f"{asked}: {what}. In {published / 'releases'}: {names}.")


def read_manifest(release: Path) -> dict:
    """The manifest of a release; empty where it cannot be read."""
    try:
        return dict(json.loads((release / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def is_whole(release: Path) -> bool:
    """Whether the data file is the one that the manifest was written for."""
    try:
        return sha256_of(release / FILE) == read_manifest(release).get("sha256")
    except OSError:
        return False


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
            f"Taken back: {', '.join(newer)}. Nights leave it so while nothing changes in what "
            f"{newer[-1]} was made of: correct the delivery or the codebook, and the next night "
            "publishes. `peil nightly --force` publishes as it is; "
            f"`peil rollback {newer[-1]}` puts it back."
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
    back, with or without other new deliveries. Any of those changed: somebody saw to it.
    """
    back = taken_back(places.published)
    now = in_force(places.published)
    if not back or now is None:
        return None
    newest = max(back)
    manifest = read_manifest(places.published / "releases" / newest)
    facts = without_names(manifest.get("built", {}))
    facts.pop("tested_at", None)
    came = _deliveries(manifest) - _deliveries(read_manifest(now))
    if facts != facts_of_now(places) or not came <= _landed(places):
        return None
    return (
        f"Release {newest} was taken back on {back[newest]} and {now.name} stands. What {newest} "
        f"was made of has not changed ({len(came)} deliveries came with it; codebook and code are "
        "the same), so nothing is built or published: its figures would return. Correct the "
        "delivery or the codebook and the next night publishes; `peil nightly --force` publishes "
        f"as it is; `peil rollback {newest}` puts it back."
    )


def _deliveries(manifest: dict) -> set[str]:
    return {delivery["delivery_key"] for delivery in manifest.get("inputs", [])}


def _landed(places: Places) -> set[str]:
    with read_warehouse(places.warehouse) as connection:
        rows = connection.execute(
            "select delivery_key from raw.deliveries where status = 'landed'"
        ).fetchall()
    return {key for (key,) in rows}
