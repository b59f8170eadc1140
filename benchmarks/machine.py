"""Where figures were measured: machine, versions and date."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from peil.settings import child_environment


def describe_machine() -> dict[str, str]:
    """Facts a reader needs beside every figure."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _first_line(["git", "describe", "--always", "--dirty"], Path(__file__).parent),
        "CPU": _cpu_model(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("peil", "duckdb", "numpy", "dbt-core", "dbt-duckdb")},
    }


def r_survey() -> dict[str, str] | None:
    """Versions of R and its survey package, or None where one of them is not installed."""
    if not shutil.which("Rscript"):
        return None
    code = "cat(as.character(getRversion()), as.character(packageVersion('survey')))"
    words = _first_line(["Rscript", "-e", code], None).split()
    return {"R": words[0], "survey": words[1]} if len(words) == 2 else None


def _first_line(command: list[str], cwd: Path | None) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=child_environment(), capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor()
    for line in info.read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()
