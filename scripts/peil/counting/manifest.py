"""The manifest of a count package: of which delivery it is, by what it was counted, what is in it.

A package is one file: a zip archive, stored, of Parquet files and `manifest.json`.
"""

import json
import shutil
import zipfile
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from peil.built import sha256_of
from peil.codebook.limits import Limits
from peil.counting.tables import SELECTED
from peil.errors import DeliveryRejectedError

ENDING = ".counts.zip"
# Of a delivery whose people may be in others too: keys and durations only, see `keep.py`.
KEYS_ENDING, KEYS_TABLES = ".keys.zip", ("keys", "durations")
MANIFEST = "manifest.json"
FORMAT = 2
_MB = 1 << 20
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself.

    `delivery` is the row of the ledger without what differs between machines; `facts` see
    `made_of.py`; `keep` the digest of the keep-list it was counted with, or empty; `files` per
    Parquet file its digest, rows and sums; `part` which part it is, as 2/4, of a delivery in parts.
    """

    format: int
    peil: str
    delivery: dict
    facts: dict
    keep: str
    files: dict[str, dict]
    part: str = ""


def is_package(name: str) -> bool:
    """Whether a file is a count package, by its name."""
    return name.lower().endswith(ENDING)


def manifest_of(
    path: Path,
    name: str,
    limits: Limits,
    tables: Collection[str] = tuple(SELECTED),
    *,
    is_part: bool = False,
) -> Manifest:
    """The manifest of a package with these tables.

    Raises:
        DeliveryRejectedError: it is no package, or of another version of the format, or a part of
            one where a whole one is asked, or the other way.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(MANIFEST)
            if info.file_size > limits.reading_file_mb * _MB:
                raise _damaged(name, f"{MANIFEST} is larger than a package may be")
            found = json.loads(archive.read(MANIFEST))
        if found.get("format") != FORMAT:
            raise DeliveryRejectedError(
                f"{name}: this package has format {found.get('format')!r} and peil reads format "
                f"{FORMAT}. Count the delivery again with the version of peil that runs here.",
                nl="Dit telbestand is met een andere versie van Peil gemaakt.",
            )
        manifest = Manifest(**found)
        wanted = {f"{table}.parquet" for table in tables}
        if set(manifest.files) != wanted:
            raise _damaged(name, f"its files are not {', '.join(sorted(wanted))}")
        _require_fields(manifest)
        if manifest.part and not is_part:
            raise DeliveryRejectedError(
                f"{name}: is part {manifest.part} of {manifest.delivery['file_name']}. Make one "
                "package of all parts with `peil merge`, and deliver that.",
                rule="count_package",
                nl="Dit telbestand is maar een deel van een levering. Lever het geheel aan.",
            )
    except (OSError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise _damaged(name, f"{type(error).__name__}: {error}") from error
    return manifest


def _require_fields(manifest: Manifest) -> None:
    if not isinstance(manifest.part, str):
        raise TypeError("part is no text")
    texts = ("file_name", "sha256", "source_code", "survey_code", "wave_code", "file_format")
    for field in texts:
        if not isinstance(manifest.delivery[field], str) or not manifest.delivery[field]:
            raise ValueError(f"delivery.{field} is empty")
    if "/" in manifest.delivery["file_name"] or "\\" in manifest.delivery["file_name"]:
        raise ValueError("delivery.file_name is a path")
    for file in manifest.files.values():
        if not (isinstance(file["rows"], int) and isinstance(file["sums"], dict)):
            raise ValueError("files lack rows or sums")
        str(file["sha256"])
    for rows in manifest.facts["codebook"].values():
        list(map(str, rows))


def unpack(path: Path, name: str, manifest: Manifest, folder: Path, limits: Limits) -> None:
    """Write the Parquet files of a package in a folder, held against their digests.

    Raises:
        DeliveryRejectedError: one is missing, damaged or too large.
    """
    left = int(limits.reading_file_mb * _MB)
    try:
        with zipfile.ZipFile(path) as archive:
            for file, facts in manifest.files.items():
                info = archive.getinfo(file)
                left -= info.file_size
                if left < 0:
                    raise _damaged(name, f"larger than {limits.reading_file_mb:g} MB unpacked")
                with archive.open(info) as packed, (folder / file).open("wb") as handle:
                    shutil.copyfileobj(packed, handle, _BLOCK)
                if sha256_of(folder / file) != facts["sha256"]:
                    raise _damaged(name, f"{file} is not the file that its manifest names")
    except (KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        raise _damaged(name, f"{type(error).__name__}: {error}") from error


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write the package: the same content gives the same bytes."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in [MANIFEST, *sorted(manifest.files)]:
            info = zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o600 << 16
            info.file_size = (folder / file).stat().st_size
            with (folder / file).open("rb") as handle, archive.open(info, "w") as packed:
                shutil.copyfileobj(handle, packed, _BLOCK)


def _damaged(name: str, why: str) -> DeliveryRejectedError:
    return DeliveryRejectedError(
        f"{name}: is no whole count package ({why}). Send it again, or make it again with "
        "`peil count`.",
        rule="count_package",
        nl="Dit telbestand is niet heel aangekomen. Verstuur het opnieuw.",
    )
