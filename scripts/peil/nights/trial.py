"""`peil try`: from one file to a release, in a folder that may be thrown away or kept."""

import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peil.drafting.draft import Drafted, Names, draft
from peil.drafting.residents import Residents
from peil.drafting.rows import slug
from peil.landing import Landed
from peil.nights.nightly import nightly
from peil.private import PRIVATE_FOLDER, make_folder
from peil.settings import Places, lend_hash_key


@dataclass(frozen=True)
class Trial:
    """What came of a file: its folder, its draft, what landed."""

    places: Places
    drafted: Drafted
    landed: Landed


def try_file(
    path: Path, *, wave: str = "", residents: Residents | str | None = None
) -> Trial:  # fmt: skip
    """Draft a codebook from a file, and land, build and publish the file with it.

    Args:
        path: the delivery.
        wave: what the wave is called; the year in the name of the file without it.
        residents: whom to weight to.

    Raises:
        PeilError: the file cannot be read, or the night failed; the folder is removed.
    """
    # A secret of this run: what is kept of it is built again with the user's own.
    lend_hash_key(secrets.token_hex(16))
    folder = Path(tempfile.mkdtemp(prefix="peil-try-")).resolve()
    places = Places(
        folder / "seeds", folder / "inbox", folder / "warehouse" / "peil.duckdb",
        folder / "published",
    )  # fmt: skip
    try:
        years = re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", path.name)
        names = Names(slug(path.stem) or "survey", wave or (years or ["1"])[-1], "source")
        drafted = draft(path, places.seeds, names, residents=residents)
        make_folder(places.inbox, PRIVATE_FOLDER)
        shutil.copyfile(path, places.inbox / path.name)
        return Trial(places, drafted, nightly(places))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
