"""Write documents in every format, all or nothing."""

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from peil.built import require_built_warehouse
from peil.drafts import draft_of, remove, sweep
from peil.errors import InputError
from peil.private import public_folder, publish_mode
from peil.report.book import book
from peil.report.book_excel import excel
from peil.report.book_files import as_csv, as_page
from peil.report.compose import compose, compose_region, read_published
from peil.report.document import Document
from peil.report.markdown import markdown
from peil.report.page import page
from peil.report.slides import slides
from peil.report.word import word
from peil.settings import DOCUMENTS, Places, child_environment
from peil.site.context import Reading
from peil.site.numbers import file_name

log = logging.getLogger(__name__)
LONGEST = 120  # seconds for LibreOffice


def pdf(document: Document) -> bytes:
    """The Word file as PDF, by LibreOffice.

    Raises:
        InputError: LibreOffice is not installed, or made nothing.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise InputError(
            "--format pdf: LibreOffice (soffice) is not installed here; install it, or save the "
            "Word file as PDF."
        )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(word(document))
        command = [
            program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", folder, str(source),
        ]  # fmt: skip
        done = subprocess.run(
            command, env=child_environment(), capture_output=True, check=False, timeout=LONGEST
        )
        target = source.with_suffix(".pdf")
        if not target.exists():
            reason = done.stderr.decode(errors="replace").strip()
            raise InputError(f"--format pdf: LibreOffice made no PDF ({reason}).")
        return target.read_bytes()


FORMATS: dict[str, Callable[[Document], bytes]] = {
    "docx": word, "html": page, "md": markdown, "pdf": pdf,
}  # fmt: skip
USUAL = ("docx", "html", "md")


def write_documents(file: Path, folder: Path) -> list[Path]:
    """Write summary, slides and tabellenboek of a published file into a folder of its release."""
    reading = read_published(file)
    document = compose(reading)
    stem = reading.t("file_summary")
    contents = {f"{stem}.{name}": FORMATS[name](document) for name in USUAL}
    contents[f"{reading.t('file_slides')}.pptx"] = slides(reading)
    return _write(contents | _tables(reading), folder)


def write_summary(
    places: Places,
    formats: tuple[str, ...] = USUAL,
    output: Path | None = None,
    region: str | None = None,
) -> list[Path]:
    """Write the summary, or that of one region, in each format.

    Args:
        places: where the release is.
        formats: of FORMATS.
        output: folder; that of the documents of the release unless told.
        region: code of a region, for two pages about it.

    Raises:
        PeilError: the warehouse is not built and tested.
        InputError: nothing is published, there is no such region, a format cannot be made here,
            or the folder cannot be written; nothing was changed.
    """
    require_built_warehouse(places, "peil summary")
    reading = read_published(places.published_file)
    document = compose(reading) if region is None else compose_region(reading, region)
    stem = reading.t("file_summary")
    if region is not None:
        stem = file_name(f"{stem}-{region}")
    contents = {f"{stem}.{name}": FORMATS[name](document) for name in formats}
    return _write(contents, output or places.published / DOCUMENTS)


def write_slides(
    places: Places, output: Path | None = None, template: Path | None = None
) -> list[Path]:
    """Write the slides, in the look of a template where one is given.

    Raises:
        PeilError: the warehouse is not built and tested.
        InputError: nothing is published, the template is no .pptx, or the folder cannot be
            written; nothing was changed.
    """
    require_built_warehouse(places, "peil slides")
    reading = read_published(places.published_file)
    contents = {f"{reading.t('file_slides')}.pptx": slides(reading, template)}
    return _write(contents, output or places.published / DOCUMENTS)


def write_tables(places: Places, output: Path | None = None) -> list[Path]:
    """Write the tabellenboek as a workbook, a page and CSV.

    Raises:
        PeilError: the warehouse is not built and tested.
        InputError: nothing is published, or the folder cannot be written; nothing was changed.
    """
    require_built_warehouse(places, "peil tabellenboek")
    reading = read_published(places.published_file)
    return _write(_tables(reading), output or places.published / DOCUMENTS)


def _tables(reading: Reading) -> dict[str, bytes]:
    made, stem = book(reading), reading.t("file_tables")
    return {
        f"{stem}.xlsx": excel(made), f"{stem}.html": as_page(made), f"{stem}.csv": as_csv(made),
    }  # fmt: skip


def _write(contents: dict[str, bytes], folder: Path) -> list[Path]:
    drafts = {folder / name: draft_of(folder / name) for name in contents}
    try:
        public_folder(folder)
        sweep(folder)
        for draft, content in zip(drafts.values(), contents.values(), strict=True):
            draft.write_bytes(content)
        for target, draft in drafts.items():
            draft.replace(target)
            publish_mode(target)
    except OSError as error:
        raise InputError(
            f"{folder}: the documents cannot be written here ({error.strerror}). "
            "Choose a folder with --output, make room, or close the file."
        ) from error
    finally:
        for draft in drafts.values():
            remove(draft)
    log.info("Documents written to %s.", folder)
    return list(drafts)
