"""Whether a release is still what was published: its manifest, data file, site and documents."""

import json
from pathlib import Path

from peil.built import digest_of, sha256_of
from peil.nights.release import FILE, MANIFEST, SITE
from peil.settings import DOCUMENTS


def read_manifest(release: Path) -> dict:
    """The manifest of a release; empty where it cannot be read."""
    try:
        return dict(json.loads((release / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def is_whole(release: Path) -> bool:
    """Whether the data file is the one that the manifest was written for."""
    try:
        return sha256_of(release / FILE) == read_manifest(release).get("sha256")
    except OSError:
        return False


def site_digest(release: Path) -> str:
    """A digest of the pages of a release; the data file among them has one of its own."""
    site = release / SITE
    return digest_of(sorted(f for f in site.rglob("*") if f.is_file() and f.name != FILE), site)


def has_its_pages(release: Path) -> bool:
    """Whether the site is the one that was published, and there are documents."""
    wanted = read_manifest(release).get("site")
    has_documents = any((release / DOCUMENTS).glob("*"))
    return wanted is None or (has_documents and wanted == site_digest(release))
