"""Pages and files of a site as tests read them, and a published file with something planted."""

import csv
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb


class Page(HTMLParser):
    """Links, ids, text, title and description of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text: list[str] = []
        self.title = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "title" and not self.title:
            self.title = data
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def attribute(self, tag: str, name: str, key: str, value: str) -> str:
        return next(a[name] for t, a in self.tags if t == tag and a.get(key) == value)


def pages_of(site: Path) -> dict[str, Page]:
    """Every page of the site; the documents that lie in it are no pages of it."""
    paths = [p for p in sorted(site.rglob("*.html")) if p.parent.name != "documents"]
    return {str(path.relative_to(site)): Page(path) for path in paths}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def changed(file: Path, target: Path, *statements: str) -> Path:
    shutil.copy2(file.resolve(), target)
    target.chmod(0o600)
    with duckdb.connect(str(target)) as connection:
        for statement in statements:
            connection.execute(statement)
    return target


def plant_waves(file: Path, target: Path, *, base: bool) -> Path:
    """Two earlier waves and a line, of every figure of everybody: +0.02, -0.05, -0.01 a year."""
    with duckdb.connect(str(file), read_only=True) as db:
        columns = {
            table: [row[0] for row in db.execute(f"describe marts.{table}").fetchall()]
            for table in ("estimates", "trends", "linear_trends", "about")
        }

    def insert(table: str, **values: str) -> str:
        known = set(columns["estimates"])
        chosen = [values.get(c, c if c in known else "null") for c in columns[table]]
        return (
            f"insert into marts.{table} select {', '.join(chosen)} from marts.estimates "
            "where estimate is not null and is_default_scheme"
        )

    def change(wave: str, by: float, *, previous: bool) -> str:
        certain = {"ci_low": f"{by} - 0.01", "ci_high": f"{by} + 0.01",
                   "verdict": "'certain_difference'"}  # fmt: skip
        return insert(
            "trends", compared_wave_code=f"'{wave}'", earlier_estimate=f"estimate - {by}",
            change=str(by), is_since_previous_wave=str(previous),
            is_since_base_wave=str(not previous), **certain,
        )  # fmt: skip

    statements = [change("w2", 0.02, previous=True)]
    if base:
        statements += [
            change("w1", -0.05, previous=False),
            insert("linear_trends", first_wave_code="'w1'", last_wave_code="wave_code",
                   n_waves="3", change_per_year="-0.01", ci_low="-0.03", ci_high="0.01",
                   verdict="'no_demonstrable_difference'"),
        ]  # fmt: skip
    for wave in ("w1", "w2"):
        statements.append(
            f"insert into marts.about select * replace ('{wave}' as wave_code, "
            f"'Meting {wave}' as wave_label_nl, false as is_latest_wave) from marts.about "
            "where is_latest_wave"
        )
    return changed(file, target, *statements)


def check_links(site: Path, pages: dict[str, Page]) -> None:
    """Every link leads somewhere, and nothing leaves the site."""
    dead, outside = [], []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/"):
                outside.append((name, link))
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            target = target.resolve()
            if not target.is_file():
                dead.append((name, link))
            elif parts.fragment and target.suffix == ".html":
                ids = pages[str(target.relative_to(site.resolve()))].ids
                if unquote(parts.fragment) not in ids:
                    dead.append((name, link))
    assert not outside
    assert not dead


class _Tables(HTMLParser):
    """The cells of the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list) -> None:  # noqa: ARG002
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.tables[-1][-1][-1] += data


def tables_of_page(page: str) -> list[list[list[str]]]:
    """Rows of cells of every table of an HTML page, as text."""
    reader = _Tables()
    reader.feed(page)
    return reader.tables
