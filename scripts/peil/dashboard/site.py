"""From Evidence's build to a closed site: pages, their style and one script, and nothing else.

Links become relative, so that the site works from any address, a share or a memory stick.
"""

import gzip
import re
import shutil
from pathlib import Path

from peil.errors import DashboardError

STATIC = ("filters.js", "peil.svg")
# Evidence adds cards for another site.
CARDS = re.compile(r'\s*<meta (?:name="twitter:|property="og:)[^>]*>')
LINK = re.compile(r'\b(href|src)="/([^"]*)"')
STYLE = re.compile(r'<link href="(/_app/[^"]+\.css)"')
COMPRESSED = {".html", ".css", ".js", ".svg"}


def close_site(build: Path, target: Path) -> None:
    """Copy what a reader needs from Evidence's build, with relative links and compressed twins.

    Raises:
        DashboardError: a page refers to a file that is not in the site, or there are no pages.
    """
    pages = sorted(build.rglob("*.html"))
    if not (build / "index.html").exists():
        raise DashboardError(f"{build}: Evidence made no index.html. The previous site stays.")
    for name in STATIC:
        _copy(build, target, name)
    for page in pages:
        html = page.read_text(encoding="utf-8")
        for style in STYLE.findall(html):
            _copy(build, target, style.lstrip("/"))
        place = page.relative_to(build)
        written = target / place
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(_relative(CARDS.sub("", html), place), encoding="utf-8")
    _require_targets(target)
    for path in [p for p in target.rglob("*") if p.suffix in COMPRESSED]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _copy(build: Path, target: Path, name: str) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(build / name, target / name)


def _relative(html: str, place: Path) -> str:
    up = "../" * (len(place.parts) - 1) or "./"

    def link(found: re.Match) -> str:
        attribute, path = found.groups()
        path, hash_mark, anchor = path.partition("#")
        if not Path(path).suffix:
            path = f"{path.rstrip('/')}/index.html".lstrip("/")
        return f'{attribute}="{up}{path}{hash_mark}{anchor}"'

    return LINK.sub(link, html)


def _require_targets(target: Path) -> None:
    missing = set()
    for page in target.rglob("*.html"):
        for _, path in re.findall(r'\b(href|src)="(\.{1,2}/[^"#?]*)', page.read_text("utf-8")):
            if not (page.parent / path).exists():
                missing.add(f"{page.relative_to(target)} → {path}")
    if missing:
        raise DashboardError(
            "The site has links to nothing: " + "; ".join(sorted(missing)[:5]) + ". "
            "Mend them in dashboard/pages; the previous site stays."
        )
