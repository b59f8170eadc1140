"""How well a draft understands a file: its guesses against what each column really is."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from peil.drafting.draft import Names, draft
from peil.drafting.guess import Guess
from survey_files import FILES, Make

FIELDS = {"respondent_id": "respondent", "submitted_at": "date", "is_complete": "complete",
          "is_test": "test", "base_weight": "weight", "duration_seconds": "duration"}  # fmt: skip
# Answers whose labels the file does not give: no more can be known than that they are answers.
SAME = {("likert_codes", "single"), ("number", "grade"), ("scale", "likert"), ("likert", "scale")}


@dataclass
class Measured:
    """What a draft made of one file."""

    name: str
    n_columns: int
    kinds: dict[str, int]
    wrong: list[str]
    unmarked: list[str]
    n_edits: int
    weighting: str
    seconds: float

    @property
    def n_right(self) -> int:
        return self.n_columns - len(self.wrong)


def kind_of(guess: Guess) -> str:
    """The kind of a guess, in the words of `survey_files`."""
    if guess.field:
        return FIELDS[guess.field]
    if guess.binding in {"identifier", "ignored"}:
        return {"ignored": "unused"}.get(guess.binding, guess.binding)
    if guess.binding == "one_hot":
        return "ticks"
    if guess.binding == "delimited":
        return "list"
    if guess.role:
        return guess.role
    if guess.new_scale:
        return "scale" if guess.new_scale.kind == "single" else "number"
    return {"grade_1_10": "grade", "likert_1_5": "likert", "open_text": "open", "years": "number",
            "multiple": "list"}.get(guess.scale, guess.scale)  # fmt: skip


def measure(name: str, make: Make, folder: Path) -> Measured:
    """Write a file, draft a codebook from it, and hold the guesses against the truth."""
    path = folder / name
    truth = make(path)
    started = time.perf_counter()
    drafted = draft(path, folder / f"{name}-seeds", Names("survey", "2024", "source"))
    seconds = time.perf_counter() - started
    wrong, unmarked, kinds = [], [], dict[str, int]()
    for guess in drafted.guesses:
        found, true = kind_of(guess), truth[guess.column.name]
        kinds[found] = kinds.get(found, 0) + 1
        if found != true and (true, found) not in SAME:
            wrong.append(f"{guess.column.name}: {found}, is {true}")
            # What goes unused and is said to go unused is no guess about an answer.
            if not guess.review:
                unmarked.append(wrong[-1])
    # What the report puts under "needs a person", a line per question, and what is wrong besides.
    asked = {g.group or g.column.name for g in drafted.guesses if g.certainty == "unsure"}
    asked |= {line.partition(":")[0] for line in wrong}
    return Measured(name, len(drafted.guesses), kinds, wrong, unmarked, len(asked),
                    drafted.weighting, seconds)  # fmt: skip


HEAD = """| file | columns | recognised | wrong | of which unmarked | edits | seconds |
|---|---|---|---|---|---|---|
"""
BEGIN = "<!-- written by `make deliveries` -->"


def table(measured: list[Measured]) -> str:
    """The table of docs/deliveries.md."""
    lines = [HEAD.rstrip()]
    for m in measured:
        kinds = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(m.kinds.items()))
        lines.append(
            f"| `{m.name}` | {m.n_columns} | {kinds} | {len(m.wrong)} | {len(m.unmarked)} | "
            f"{m.n_edits} | {m.seconds:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into docs/deliveries.md."""
    from peil.settings import PROJECT

    document = PROJECT / "docs" / "deliveries.md"
    head, mark, _ = document.read_text(encoding="utf-8").partition(BEGIN)
    with tempfile.TemporaryDirectory(prefix="peil-") as folder:
        measured = [measure(name, make, Path(folder)) for name, make in FILES.items()]
    document.write_text(f"{head}{mark}\n\n{table(measured)}", encoding="utf-8")


if __name__ == "__main__":
    main()
