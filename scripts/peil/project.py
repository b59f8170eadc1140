"""The dbt project of a run: Peil's own files and one codebook, side by side in one folder.

dbt finds seeds only inside its project, and writes the SQL it ran under the same paths. So every
run gets a folder of links: to the files of Peil, which are only read, and to the codebook. In a
survey folder that folder is the dbt package `peil`, and the project is the researcher's own.
"""

import os
import re
import shutil
from pathlib import Path
from string import Template

from peil.built import own_files
from peil.private import private_folder
from peil.settings import PROJECT, Places

PACKAGE = ".peil"
OWN_PROJECT = "dbt_project.yml"
# What `peil init` writes in a survey folder.
NEW_SURVEY = Path(__file__).resolve().parent / "drafting" / "new_survey"
# What the project is made of; the wheel holds the same (pyproject.toml).
PARTS = ("models", "macros", "tests", "analyses", "dbt_project.yml", "profiles.yml")


def dbt_project(places: Places) -> Path:
    """The folder that dbt runs in: the survey's own project, or one of Peil and the codebook."""
    if is_own_project(places):
        assert places.folder is not None
        install_package(places.folder, places.seeds)
        return places.folder
    private_folder(places.dbt_target, "")
    return assemble(places.dbt_target / "project", places.seeds)


def is_own_project(places: Places) -> bool:
    """Whether the survey folder has a dbt project of its own, and the codebook is in that folder.

    With a codebook from elsewhere (`--seeds`) the folder's own models are left out: they were
    written for another survey.
    """
    folder = places.folder
    return (
        folder is not None
        and (folder / OWN_PROJECT).is_file()
        and places.seeds == (folder / "seeds").resolve()
    )


def peil_folder(places: Places) -> Path:
    """The folder with Peil's own dbt files and the codebook: the project, or the package in it."""
    project = dbt_project(places)
    return project / PACKAGE if is_own_project(places) else project


def is_customised(places: Places) -> bool:
    """Whether the survey's own dbt project holds more than `peil init` wrote in it."""
    if not is_own_project(places):
        return False
    assert places.folder is not None
    settings = (places.folder / OWN_PROJECT).read_text(encoding="utf-8")
    name = re.search(r"^name: (\S+)$", settings, re.MULTILINE)
    for file in own_files(places.folder):
        template = NEW_SURVEY / file.relative_to(places.folder)
        if file.name == ".gitkeep":
            continue
        if name is None or not template.is_file():
            return True
        written = Template(template.read_text(encoding="utf-8")).safe_substitute(name=name[1])
        if written != file.read_text(encoding="utf-8"):
            return True
    return False


def install_package(folder: Path, seeds: Path) -> Path:
    """Peil as a dbt package in a survey folder, as `dbt deps` installs it; returns the package."""
    package = assemble(folder / PACKAGE, seeds)
    installed = folder / "dbt_packages" / "peil"
    installed.parent.mkdir(exist_ok=True)
    _point(installed, package)
    return package


def assemble(folder: Path, seeds: Path) -> Path:
    """Make or mend the folder of links; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if (PROJECT / part).exists():
            _point(folder / part, PROJECT / part)
    _point(folder / "seeds", seeds)
    return folder


def dbt_arguments(places: Places) -> list[str]:
    """What every run of dbt is told: where its project, its profile and its results are."""
    project = dbt_project(places)
    return ["--project-dir", str(project), "--profiles-dir", str(PROJECT),
            "--target-path", str(places.dbt_target)]  # fmt: skip


def _point(link: Path, target: Path) -> None:
    """Have one path lead to another: by a link, or by a copy where links cannot be made."""
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    elif link.is_dir():
        shutil.rmtree(link)
    else:
        link.unlink(missing_ok=True)
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except (OSError, NotImplementedError):
        if os.name == "posix":
            raise
        shutil.copytree(target, link) if target.is_dir() else shutil.copy2(target, link)
