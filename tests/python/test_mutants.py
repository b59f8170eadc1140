"""The list of planted faults can be planted: `make mutants` does so, and says what is not seen."""

import re
import sys

import pytest
from peil.settings import PROJECT

sys.path.append(str(PROJECT / "tests" / "mutants"))

from mutant_list import FEWEST, MutantError, listed


def test_every_mutant_still_fits_its_file():
    """Each line stands in its file once, and what is made of it is another text."""
    mutants = listed()
    assert len(mutants) >= FEWEST
    for mutant in mutants:
        assert mutant.planted_in(PROJECT) != (PROJECT / mutant.file).read_text(encoding="utf-8")


def test_every_test_that_is_named_exists():
    python = {
        f"{path.name}::{name}"
        for path in (PROJECT / "tests" / "python").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    files = {name.split("::")[0] for name in python}
    dbt = {path.stem for path in (PROJECT / "tests" / "tests_of_tests").glob("*.sql")}
    for path in (PROJECT / "models").rglob("_*unit_tests.yml"):
        dbt |= set(re.findall(r"^  - name: (\w+)", path.read_text(encoding="utf-8"), re.M))
    named = {test for mutant in listed() for test in mutant.tests}
    assert named <= python | files | dbt, sorted(named - python - files - dbt)


def test_a_line_that_changed_or_stands_twice_is_named(tmp_path):
    mutant = listed()[0]
    path = tmp_path / mutant.file
    path.parent.mkdir(parents=True)
    for text, said in (("x = 1\n", "stands 0 times"), (f"{mutant.line}\n" * 2, "lines 1, 2")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(MutantError, match=said) as refused:
            mutant.planted_in(tmp_path)
        assert mutant.file in str(refused.value)
