"""The list of planted faults, and how one is planted: a line of a file is replaced by another."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).resolve().parent / "mutants.toml"
FEWEST = 60


class MutantError(Exception):
    """A mutant that cannot be planted, or a list that is none."""


@dataclass(frozen=True)
class Mutant:
    """One line that is made wrong, and the tests that must see it.

    Attributes:
        id: name, unique in the list.
        file: path from the root of the repository.
        line: the line as it is, without its indentation; it stands in the file once.
        fault: the line that takes its place.
        effect: what would be wrong with what is published.
        tests: node ids of pytest, or names of dbt tests.
    """

    id: str
    file: str
    line: str
    fault: str
    effect: str
    tests: tuple[str, ...]

    @property
    def python_tests(self) -> list[str]:
        return [f"tests/python/{test}" for test in self.tests if ".py" in test]

    @property
    def dbt_tests(self) -> list[str]:
        return [test for test in self.tests if ".py" not in test]

    @property
    def is_model(self) -> bool:
        """Whether only tests of this very file can see it: unit tests mock all other models."""
        return self.file.startswith("models/") and not self.python_tests

    def planted_in(self, root: Path) -> str:
        """The text of the file with the fault in it.

        Raises:
            MutantError: the line does not stand in the file exactly once.
        """
        path = root / self.file
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        found = [i for i, line in enumerate(lines) if line.strip() == self.line]
        if len(found) != 1:
            where = f" (lines {', '.join(str(i + 1) for i in found)})" if found else ""
            raise MutantError(
                f"mutant '{self.id}': its line stands {len(found)} times in {self.file}{where}, "
                f"and must stand there once: {self.line!r}. Give the line as the file has it now "
                "in tests/mutants/mutants.toml, or another line with the same fault."
            )
        indent = lines[found[0]][: -len(lines[found[0]].lstrip())]
        lines[found[0]] = indent + self.fault
        return "\n".join(lines) + "\n"


def listed(path: Path = LIST) -> list[Mutant]:
    """The mutants of the list.

    Raises:
        MutantError: a name that stands there twice, a mutant without tests, or no fault.
    """
    with path.open("rb") as handle:
        rows = tomllib.load(handle)["mutant"]
    mutants = [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in rows]
    seen: set[str] = set()
    for mutant in mutants:
        if mutant.id in seen:
            raise MutantError(f"mutant '{mutant.id}' stands twice in {path.name}.")
        seen.add(mutant.id)
        if not mutant.tests or mutant.fault == mutant.line:
            raise MutantError(f"mutant '{mutant.id}' of {path.name} has no tests or no fault.")
    return mutants
