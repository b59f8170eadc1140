"""The site of a release: static pages from the published file, in seconds.

There is a template per kind of page and no page per topic: what a page shows follows from the
codebook. The same file gives the same bytes.
"""

import logging
import os
import shutil
import time
from pathlib import Path

from peil.drafts import draft_of, remove
from peil.errors import InputError
from peil.private import publish_mode
from peil.settings import DOCUMENTS
from peil.site import (
    page_advice,
    page_contrast,
    page_crosstabs,
    page_experience,
    page_kpis,
    page_method,
    page_priorities,
    page_regions,
    page_summary,
    page_tables,
    page_topic,
    page_trends,
)
from peil.site.addresses import Addresses
from peil.site.context import Reading, Site, read
from peil.site.writer import HERE, Writer

log = logging.getLogger(__name__)
DATA_FILE = "peil.duckdb"
PAGES = (
    page_summary, page_topic, page_contrast, page_regions, page_advice, page_priorities,
    page_trends, page_kpis, page_experience, page_tables, page_crosstabs,
    page_method,
)  # fmt: skip


def build_site(file: Path, folder: Path) -> Path:
    """Build the site of a published file into a folder that does not exist yet or holds a site.

    Returns:
        The first page.

    Raises:
        InputError: the file cannot be read, or the folder holds something else than a site.
        PeilError: a withheld row of the file carries a figure.
    """
    started, busy = time.monotonic(), time.process_time()
    _refuse_other_folder(folder)
    draft = draft_of(folder)
    shutil.rmtree(draft, ignore_errors=True)
    try:
        n_pages = _fill(read(file), file, draft)
        publish_mode(draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        remove(draft)
    log.info(
        "Site: %s pages in %.1f s (%.1f s of processor time).",
        n_pages,
        time.monotonic() - started,
        time.process_time() - busy,
    )
    return folder / "index.html"


def _refuse_other_folder(folder: Path) -> None:
    """Only a site is ever replaced."""
    made_here = (folder / "static" / "site.css").exists() and (folder / DATA_FILE).exists()
    if folder.exists() and any(folder.iterdir()) and not made_here:
        raise InputError(f"{folder}: holds something else than a site. Name another folder.")


def _fill(reading: Reading, file: Path, folder: Path) -> int:
    shutil.copytree(HERE / "static", folder / "static")
    data, measures, findings = reading.data, reading.measures, reading.findings
    addresses = Addresses(data, reading.t)
    write = Writer(data, measures, findings, addresses, folder)
    site = Site(data, measures, reading.charts, findings, addresses, write)
    write.documents = _take_documents(file.resolve().parent / DOCUMENTS, folder / DOCUMENTS)
    for page in PAGES:
        page.write(site)
    _take_along(file.resolve(), folder / DATA_FILE)
    return len(write.pages)


def _take_documents(source: Path, target: Path) -> list[Path]:
    """The documents of the release, as they stand in the site."""
    found = sorted(path for path in source.glob("[!.]*") if path.is_file())
    if found:
        target.mkdir()
    for path in found:
        _take_along(path, target / path.name)
    return [target / path.name for path in found]


def _take_along(file: Path, target: Path) -> None:
    """The data file itself stands in the site: one more name of it where the disk allows."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copy2(file, target)
