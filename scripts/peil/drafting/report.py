"""What a draft made of a file, for who must look at it: HTML, whole in one file."""

from pathlib import Path

import jinja2

from peil.drafting.columns import Described
from peil.drafting.guess import FILE, LIKELY, UNSURE, Guess
from peil.private import write_private

REPORT = "draft.html"
_TEMPLATE = Path(__file__).with_name("draft.html.j2")


def write_report(
    path: Path, file_name: str, described: Described, guesses: list[Guess], weighting: str
) -> None:
    """Write the report: what needs a person first, then guesses, then what the file says."""
    lines = _lines(guesses)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        file_name=file_name,
        file_format=described.file_format,
        n_rows=described.n_rows,
        n_columns=len(guesses),
        notes=described.notes,
        weighting=weighting,
        groups=[
            ("Needs a person", "What the file does not say. Figures may be wrong until you look.",
             [line for line in lines if line["certainty"] == UNSURE]),
            ("Likely", "Guessed from names, labels and values. Correct what is wrong.",
             [line for line in lines if line["certainty"] == LIKELY]),
            ("The file says so", "Taken over from its value labels.",
             [line for line in lines if line["certainty"] == FILE]),
        ],
    )  # fmt: skip
    write_private(path, html)


# What weighs on every figure stands before what concerns one question.
_WEIGHT = ("weight", "base_weight", "municipality", "stratum", "cluster", "gender", "age",
           "birth_year", "age_band")  # fmt: skip


def _lines(guesses: list[Guess]) -> list[dict[str, object]]:
    """At most one line per question: columns of one question stand together."""
    lines: dict[str, dict[str, object]] = {}
    for guess in guesses:
        key = guess.group if guess.group and guess.group != "municipalities" else guess.column.name
        if key in lines:
            line = lines[key]
            line["n_columns"] = int(str(line["n_columns"])) + 1
            if guess.certainty == UNSURE:
                line["certainty"], line["review"] = UNSURE, guess.review
            continue
        text = guess.group_text if guess.group else guess.column.text
        lines[key] = {
            "column": key, "n_columns": 1, "text": text if text != key else "",
            "understood": guess.understood or "one answer", "review": guess.review,
            "certainty": guess.certainty if guess.review else FILE, "order": _order(guess),
        }  # fmt: skip
    return sorted(lines.values(), key=lambda line: int(str(line["order"])))


def _order(guess: Guess) -> int:
    if guess.role in _WEIGHT:
        return _WEIGHT.index(guess.role)
    if "weight" in guess.review:
        return 0
    return len(_WEIGHT) + (guess.binding != "metadata") + (guess.binding == "ignored")
