"""The house stays readable: files have a length, names say what a thing is, a fact has one home."""

import ast
import re
from pathlib import Path

from peil.settings import PROJECT

LONGEST_MODULE, LONGEST_MODEL = 300, 120
PACKAGE, MODELS = PROJECT / "scripts" / "peil", PROJECT / "models"
# Words of a story where a noun of the field belongs.
VAGUE = {"told", "spoken", "otherwise", "mine", "held", "nobody"}


def too_long(folder: Path, suffix: str, most: int) -> list[str]:
    lengths = {path: len(path.read_text().splitlines()) for path in folder.rglob(f"*{suffix}")}
    return [f"{path.name}: {n} lines" for path, n in sorted(lengths.items()) if n > most]


def test_no_module_or_model_is_long():
    assert too_long(PACKAGE, ".py", LONGEST_MODULE) == []
    assert too_long(MODELS, ".sql", LONGEST_MODEL) == []
    assert too_long(MODELS, ".py", LONGEST_MODEL) == []


def test_a_long_file_is_seen(tmp_path: Path):
    (tmp_path / "a.sql").write_text("x\n" * 121)
    (tmp_path / "b.sql").write_text("x\n" * 120)
    assert too_long(tmp_path, ".sql", LONGEST_MODEL) == ["a.sql: 121 lines"]


def names_in(source: str) -> set[str]:
    """The names that a module gives: functions, classes, arguments, variables and fields."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return found


def vague(names: set[str]) -> set[str]:
    return {name for name in names if set(name.lower().split("_")) & VAGUE}


def test_names_are_nouns_of_the_field():
    found = {path.name: vague(names_in(path.read_text())) for path in PACKAGE.rglob("*.py")}
    assert {file: names for file, names in found.items() if names} == {}
    assert vague(names_in("def _told(mine): otherwise = 1")) == {"_told", "mine", "otherwise"}


def test_who_was_asked_a_question_stands_in_one_model():
    joins = re.compile(r"routing_option_code\s*=|=\s*\w+\.routing_option_code")
    found = {path.stem for path in MODELS.rglob("*.sql") if joins.search(path.read_text())}
    # The second asks it of no person: it finds the share that the base of a question tells.
    assert found == {"wgt_routes", "est_answer_bases"}
