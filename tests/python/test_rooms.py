"""Imports and refs go one way: no room knows one that comes after it, nor one in its own row."""

import ast
import graphlib
import re
from pathlib import Path

import pytest
from peil.settings import PROJECT

PACKAGE = PROJECT / "scripts" / "peil"
GROUND = "(ground)"
# Each row may use the rows above it; rooms in one row do not know each other.
ROOMS = (
    (GROUND,),
    ("identifiers", "raking", "statistics", "codebook"),
    ("disclosure",),
    ("readers", "tables", "counting"),
    ("gate", "rake_files"),
    ("landing",),
    ("drafting", "population", "demo", "site"),
    ("report",),
    ("nights",),
    ("workers", "crosstabs", "export"),
    ("recompute",),
    ("cli",),
)
# Where models refer to: their own folder, or an earlier one.
LAYERS = ("codebook", "staging", "weighted", "estimates", "marts", "research")


def room_of(module: str) -> str:
    """The folder of `peil.<folder>.<module>`; what lies beside the folders is the ground."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (PACKAGE / parts[1]).is_dir() else GROUND


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if parts[-1] == "__main__":
            continue  # how `python -m` starts: nothing imports it
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path, known: set[str]) -> set[str]:
    """The modules of the package that a file imports, inside functions and for types as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in known else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "peil"}


def runs_back(importer: str, imported: str) -> bool:
    """Whether one room may not know the other."""
    level = {room: number for number, row in enumerate(ROOMS) for room in row}
    a, b = room_of(importer), room_of(imported)
    return a != b and level[b] >= level[a]


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    known = modules()
    # `import peil` passes on what other programs may use, and imports it only when asked.
    return {name: imports(path, set(known)) for name, path in known.items() if name != "peil"}


def test_every_room_has_a_place():
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms == {room for row in ROOMS for room in row} - {GROUND}


def test_no_import_runs_back(graph):
    back = [f"{a} imports {b}" for a in sorted(graph) for b in sorted(graph[a]) if runs_back(a, b)]
    assert not back, "\n".join(back)


def test_a_planted_import_back_is_seen():
    assert runs_back("peil.gate.facts", "peil.landing.receive")
    assert runs_back("peil.errors", "peil.readers.text")
    assert runs_back("peil.drafting.check", "peil.population.cbs")
    assert not runs_back("peil.landing.receive", "peil.gate.facts")


def test_no_modules_import_each_other(graph):
    # A package's __init__ passes names on: what it imports does not wait for it.
    passing = {name for name, path in modules().items() if path.name == "__init__.py"}
    edges = {a: {b for b in wanted if b not in passing} for a, wanted in graph.items()}
    graphlib.TopologicalSorter(edges).prepare()
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


def layer_of(path: Path) -> int:
    return LAYERS.index(path.relative_to(PROJECT / "models").parts[0])


def refs(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"""\bref\(\s*["'](\w+)["']\s*\)""", text))


def test_models_refer_to_earlier_folders():
    models = {p.stem: p for p in (PROJECT / "models").rglob("*") if p.suffix in {".sql", ".py"}}
    later = [
        f"{name} refers to {other}"
        for name, path in sorted(models.items())
        for other in sorted(refs(path) & set(models))
        if layer_of(models[other]) > layer_of(path)
    ]
    assert not later, "\n".join(later)


def test_only_staging_reads_sources():
    outside = [
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "models").rglob("*.sql")
        if re.search(r"\bsource\(", path.read_text(encoding="utf-8"))
        and path.relative_to(PROJECT / "models").parts[0] != "staging"
    ]
    assert not outside
