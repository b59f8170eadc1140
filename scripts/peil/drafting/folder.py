"""`peil init`: a survey folder with a codebook to start from and a dbt project of one's own."""

import getpass
import json
import os
import re
import shlex
import shutil
import sys
import unicodedata
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

from peil.errors import InputError
from peil.private import PRIVATE_FOLDER, make_folder, publish_mode
from peil.project import NEW_SURVEY, install_package
from peil.settings import PROJECT

DEMO = "demo"
_DEMO_TEXT = """
`peil demo` puts simulated deliveries in the inbox: none of its figures is about a real
municipality.
"""


def examples() -> dict[str, Path]:
    """The codebooks that come with Peil, by name."""
    found = {DEMO: PROJECT / "seeds"}
    for folder in sorted((PROJECT / "examples").glob("*/seeds")):
        found[folder.parent.name] = folder
    return found


def init(folder: Path, seeds: Path, *, title: str = "") -> Path:
    """Write a survey folder; returns it.

    Args:
        folder: a new or an empty folder.
        seeds: the codebook to copy, or a folder as `peil try` leaves it: its deliveries come along.
        title: what the folder is called in its README; its name without it.

    Raises:
        InputError: the folder holds files already, or `seeds` is no codebook.
    """
    folder = folder.expanduser().resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not empty. Give `peil init` the name of a new folder.")
    inbox = None
    if (seeds / "seeds" / "sources.csv").is_file():
        seeds, inbox = seeds / "seeds", seeds / "inbox"
    if not (seeds / "sources.csv").is_file():
        raise InputError(f"{seeds}: no sources.csv here, so this is no codebook to start from.")
    draft = folder.with_name(f".{folder.name}-draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        _write(draft, seeds, title or folder.name, folder)
        for delivery in sorted(inbox.iterdir()) if inbox and inbox.is_dir() else []:
            if delivery.is_file():
                shutil.copyfile(delivery, draft / "inbox" / delivery.name)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    install_package(folder, folder / "seeds")
    return folder


def project_name(text: str) -> str:
    """A folder's name as dbt wants the name of a project: small letters, digits, underscores."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not name or not name[0].isalpha() or name == "peil":
        name = f"survey_{name}".rstrip("_")
    return name


def schedule_values(folder: Path, program: Path, user: str) -> dict[str, str]:
    """The folder and the program as systemd, cron, XML and a shell in YAML want them written."""
    values = {"user": user}
    for name, path in (("folder", str(folder)), ("peil", str(program))):
        # In quotes systemd reads escapes, and variables where it starts a program.
        in_quotes = path.replace("\\", r"\\").replace('"', r"\"").replace("$", "$$")
        values |= {
            f"unit_{name}": path.replace("%", "%%"),
            f"unit_quoted_{name}": in_quotes.replace("%", "%%"),
            f"cron_{name}": shlex.quote(path).replace("%", "\\%"),
            # In ASCII: PowerShell reads a file in the code page of Windows, whatever it is.
            f"xml_{name}": escape(path).encode("ascii", "xmlcharrefreplace").decode(),
            # What JSON writes between its quotes YAML reads between its own.
            f"yml_{name}": json.dumps(path, ensure_ascii=False)[1:-1],
            f"yml_shell_{name}": json.dumps(shlex.quote(path), ensure_ascii=False)[1:-1],
        }
    return values


def _write(folder: Path, seeds: Path, title: str, target: Path) -> None:
    """Write the files of a survey folder that will stand at `target`."""
    folder.mkdir(parents=True)
    is_demo = seeds == examples()[DEMO]
    program = Path(sys.executable).with_name("peil.exe" if os.name == "nt" else "peil")
    values = {
        "name": project_name(target.name),
        "title": title,
        "demo": _DEMO_TEXT if is_demo else "",
        **schedule_values(target, program, getpass.getuser()),
    }
    for own in ("models", "tests", "analyses", "macros"):
        (folder / own).mkdir()
        (folder / own / ".gitkeep").touch()
    for template in sorted(f for f in NEW_SURVEY.rglob("*") if f.is_file()):
        path = template.relative_to(NEW_SURVEY)
        file = folder / (".gitignore" if path.name == "gitignore" else path)
        file.parent.mkdir(exist_ok=True)
        text = Template(template.read_text(encoding="utf-8")).substitute(values)
        file.write_text(text, encoding="utf-8")
    shutil.copy2(PROJECT / "profiles.yml", folder / "profiles.yml")
    shutil.copytree(seeds, folder / "seeds")
    # Nothing of this is secret; what respondents said is.
    publish_mode(folder)
    make_folder(folder / "inbox", PRIVATE_FOLDER)
