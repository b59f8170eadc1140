"""Simulated staff of the customer contact centres, as a Qualtrics export with three header rows.

The shares dealt stand here and nowhere else. Every answer is handed out by quota within the two
groups of municipalities, so that the unweighted figures are these shares, rounded to whole people.
"""

import csv
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

log = logging.getLogger(__name__)

FILE = "medewerkers_2024.csv"
SOURCE = "medewerkers"
N_STAFF = 240
DONT_KNOW = {"grade": 11, "statement": 6, "number": -99}
# Per answer, most content first, the share among staff of participants and of non-participants.
GRADES = {
    "staff_employer_grade": {9: 0.14, 8: 0.40, 7: 0.28, 6: 0.10, 5: 0.05, 4: 0.03},
    "staff_work_grade": {9: 0.18, 8: 0.42, 7: 0.24, 6: 0.09, 5: 0.05, 4: 0.02},
}
STATEMENTS = {
    "staff_workload": ((0.10, 0.34, 0.24, 0.22, 0.10), (0.10, 0.34, 0.24, 0.22, 0.10)),
    "staff_tools": ((0.14, 0.44, 0.20, 0.16, 0.06), (0.08, 0.32, 0.24, 0.25, 0.11)),
    "staff_status_insight": ((0.18, 0.46, 0.18, 0.13, 0.05), (0.08, 0.30, 0.22, 0.28, 0.12)),
    "staff_digital_help": ((0.12, 0.38, 0.24, 0.18, 0.08), (0.12, 0.38, 0.24, 0.18, 0.08)),
    "staff_email": ((0.15, 0.45, 0.22, 0.13, 0.05), (0.10, 0.34, 0.24, 0.22, 0.10)),
    "staff_expectations": ((0.16, 0.46, 0.22, 0.12, 0.04), (0.16, 0.46, 0.22, 0.12, 0.04)),
}
# Shares of 0, 1, 2, ... contacts again about one request.
REPEAT_CONTACTS = ((0.34, 0.36, 0.18, 0.08, 0.04), (0.24, 0.34, 0.24, 0.12, 0.06))
DONT_KNOW_SHARE = 0.03


def write_staff(inbox: Path, codebook: dict[str, pd.DataFrame], random_seed: int) -> Path:
    """Write the staff delivery: everyone who answered, a preview and an unfinished row."""
    municipalities = codebook["municipalities"].query("survey_code == 'kcc_staff'")
    staff = make_staff(municipalities, np.random.default_rng([random_seed, 3]))
    bindings = codebook["bindings"].query("source_code == @SOURCE")
    path = inbox / FILE
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\r\n")
        writer.writerows(_header(bindings, codebook["questions"]))
        writer.writerows(_rows(staff, bindings))
    log.info("%s: %s simulated rows.", path, f"{len(staff) + 2:,}")
    return path


def make_staff(municipalities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Staff with their answers in codebook codes, one row each; who does not know has that code.

    Args:
        municipalities: the rows of seeds/municipalities.csv of the staff survey.
        rng: source of team sizes, moods and of who does not know.
    """
    size = np.exp(rng.normal(0, 0.6, len(municipalities)))
    counts = rng.multinomial(N_STAFF, size / size.sum())
    staff = pd.DataFrame(
        {
            "staff_municipality": np.repeat(municipalities["label"].to_numpy(), counts),
            "participation": np.repeat(municipalities["participation"].to_numpy(), counts),
        }
    )
    mood = rng.normal(size=N_STAFF)
    for question, shares in GRADES.items():
        staff[question] = _deal(staff, (shares, shares), DONT_KNOW["grade"], mood, rng)
    for question, pair in STATEMENTS.items():
        both = tuple(dict(enumerate(shares, start=1)) for shares in pair)
        staff[question] = _deal(staff, both, DONT_KNOW["statement"], mood, rng)
    both = tuple(dict(enumerate(shares)) for shares in REPEAT_CONTACTS)
    staff["staff_repeat_contacts"] = _deal(staff, both, DONT_KNOW["number"], mood, rng)
    return staff.iloc[rng.permutation(N_STAFF)].reset_index(drop=True)


def _deal(
    staff: pd.DataFrame,
    shares: tuple[dict[int, float], ...],
    dont_know: int,
    mood: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Answers by quota: in each group the most content get the most content answers."""
    answers = np.full(len(staff), dont_know)
    knows = rng.random(len(staff)) >= DONT_KNOW_SHARE
    opinion = mood + rng.normal(size=len(staff))
    for group, wanted in zip(("participant", "non_participant"), shares, strict=True):
        rows = np.flatnonzero(knows & (staff["participation"] == group))
        rows = rows[np.argsort(-opinion[rows])]
        edges = np.rint(np.cumsum(list(wanted.values())) * len(rows)).astype(int)
        for answer, part in zip(wanted, np.split(rows, edges[:-1]), strict=True):
            answers[part] = answer
    return answers


def _header(bindings: pd.DataFrame, questions: pd.DataFrame) -> list[list[str]]:
    texts = questions.set_index("question_code")["text_nl"]
    names = list(bindings["source_column"])
    shown = [
        texts[b.question_code] if b.question_code else b.source_column
        for b in bindings.itertuples()
    ]
    imported = [json.dumps({"ImportId": name}) for name in names]
    return [names, shown, imported]


def _rows(staff: pd.DataFrame, bindings: pd.DataFrame) -> Iterator[list[object]]:
    """Everyone who answered; then the questionnaire tried out, and one who gave up halfway."""
    answers = bindings.query("question_code != ''")["question_code"]
    worst = [staff["staff_municipality"][0], 1, 1, *[5] * len(STATEMENTS), 50]
    start = datetime(2024, 9, 2, 8)
    for number, row in enumerate(staff[list(answers)].itertuples(index=False)):
        yield [*_technical(number, start + timedelta(minutes=131 * number)), *row]
    yield [*_technical(N_STAFF, start, status="Survey Preview"), *worst]
    yield [*_technical(N_STAFF + 1, start, finished=False), *worst[:5], *[""] * (len(worst) - 5)]


def _technical(
    number: int, start: datetime, *, status: str = "IP Address", finished: bool = True
) -> list[object]:
    """What Qualtrics puts before the answers; the channel says that nobody filled this in."""
    end = start + timedelta(seconds=240 + 7 * (number % 40))
    return [
        start, end, status, "192.0.2.1", 100 if finished else 45, (end - start).seconds,
        finished, end, f"R_simulated{number:06d}", "medewerker@voorbeeld.invalid", "gesimuleerd",
        "NL",
    ]  # fmt: skip
