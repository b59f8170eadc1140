"""The simulated residents as three deliveries and a population file, dirty rows included.

Files have the same bytes on every run: fixed random seed, fixed dates inside the files.
"""

import csv
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from peil.demo.answers import SAME, Better, make_answers
from peil.demo.codebook import of_residents, read_codebook
from peil.demo.kpis import write_kpis
from peil.demo.population import SOURCES, demo_weights, draw_respondents, make_population
from peil.demo.staff import write_staff
from peil.private import PRIVATE_FOLDER, make_folder

log = logging.getLogger(__name__)

FILES = {
    "burgerpanel": "burgerpanel_2024.sav",
    "gemeentekanalen": "gemeentekanalen_2024.csv",
    "participatieplatform": "participatieplatform_2024.xlsx",
    "bevolking": "bevolking_2024.csv",
}
SECOND_FILES = {"burgerpanel_2025": "burgerpanel_2025.sav", "bevolking_2025": "bevolking_2025.csv"}
# What residents think of a year later; nobody measured it, it is here to show a change.
A_YEAR_LATER = Better(grade=0.15, insufficient=0.05)
RANDOM_SEED = 2024
REMARK = "Gesimuleerde opmerking."


def write_demo(
    inbox: Path, seeds: Path, random_seed: int = RANDOM_SEED, better: Better = SAME
) -> list[Path]:
    """Simulate the demo, or a `better` one, and write its six files; returns their paths."""
    rng = np.random.default_rng(random_seed)
    codebook = read_codebook(seeds)
    municipalities = of_residents(codebook)
    population = make_population(municipalities, rng)
    people = draw_respondents(population, municipalities, rng)
    answers = make_answers(people, demo_weights(people, population), rng, better)
    table = _answer_table(people, answers, rng, 2024)
    make_folder(inbox, PRIVATE_FOLDER)
    paths = []
    for source in SOURCES:
        rows = _soil(table[people["source"] == source].reset_index(drop=True), rng)
        path = inbox / FILES[source]
        _WRITERS[source](path, rows, codebook)
        log.info("%s: %s simulated rows.", path, f"{len(rows):,}")
        paths.append(path)
    return [
        *paths,
        _write_population(inbox / FILES["bevolking"], population),
        write_staff(inbox, codebook, random_seed),
        write_kpis(inbox, municipalities, random_seed),
    ]


def write_second_wave(inbox: Path, seeds: Path, random_seed: int = RANDOM_SEED) -> list[Path]:
    """Simulate a second wave, a year later: other respondents of the panel, somewhat happier.

    The population is that of the first wave, so that a change is one of opinion.
    """
    codebook = read_codebook(seeds)
    municipalities = of_residents(codebook)
    population = make_population(municipalities, np.random.default_rng(random_seed))
    rng = np.random.default_rng([random_seed, 2])
    people = draw_respondents(population, municipalities, rng)
    answers = make_answers(people, demo_weights(people, population), rng, A_YEAR_LATER)
    rows = _soil(_answer_table(people, answers, rng, 2025), rng)
    (source, name), (_, of_population) = SECOND_FILES.items()
    path = inbox / name
    _write_panel(path, rows, codebook, source)
    log.info("%s: %s simulated rows.", path, f"{len(rows):,}")
    return [path, _write_population(inbox / of_population, population)]


def _write_population(path: Path, population: pd.DataFrame) -> Path:
    population.set_axis(["gemeente", "geslacht", "leeftijd", "inwoners"], axis=1).to_csv(
        path, sep=";", index=False, lineterminator="\r\n"
    )
    return path


def _answer_table(
    people: pd.DataFrame, answers: dict, rng: np.random.Generator, year: int
) -> pd.DataFrame:
    days = rng.integers(0, 62 * 24 * 60, len(people))
    start = datetime(year, 7, 1)
    return pd.DataFrame(
        {
            "respondent_id": np.arange(1001, 1001 + len(people)),
            "submitted_at": pd.Timestamp(start) + pd.to_timedelta(days, unit="m"),
            "state": "complete",
            "municipality": people["municipality_code"],
            "gender": people["gender"],
            "age": people["age"].where(people["age_known"], 999),
            "education": people["education"],
            **answers,
            "remark": np.where(rng.random(len(people)) < 0.08, REMARK, ""),
        }
    )


def _soil(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add the rows and codes that real deliveries have and that must not count."""
    rows = rows.copy()
    skipped = np.flatnonzero(rows["overall_grade"].isna())
    rows.loc[skipped[:4], "overall_grade"] = [12, 0, 55, 12][: len(skipped[:4])]
    offroute = np.flatnonzero(~rows["channels_used[letter]"].to_numpy(dtype=bool))[:5]
    rows.loc[offroute, "contact_grade_letter"] = 1

    def extra(n: int) -> pd.DataFrame:
        return rows.iloc[rng.choice(len(rows), n, replace=False)].copy()

    def numbered(part: pd.DataFrame, start: int) -> pd.DataFrame:
        return part.assign(respondent_id=np.arange(start, start + len(part)))

    earlier = extra(11)
    earlier["submitted_at"] -= pd.Timedelta(minutes=20)
    earlier["overall_grade"] = 1
    late = numbered(extra(4), 92001)
    late["submitted_at"] = pd.Timestamp(rows["submitted_at"].dt.year.iloc[0], 9, 9, 12)
    dirty = [
        earlier,
        numbered(extra(5), 90001).assign(state="test", overall_grade=10),
        numbered(extra(24), 91001).assign(state="incomplete", overall_grade=2),
        late,
        numbered(extra(6), 93001).assign(municipality="GM9999"),
    ]
    return pd.concat([*dirty, rows], ignore_index=True)


def _columns(rows: pd.DataFrame, codebook: dict, source: str) -> pd.DataFrame:
    """The answers under the source's own column names, still in codebook codes."""
    bindings = codebook["bindings"]
    parts = {}
    for b in bindings[bindings["source_code"] == source].itertuples():
        if b.binding == "one_hot":
            parts[b.source_column] = rows[f"{b.question_code}[{b.option_code}]"]
        elif b.binding == "delimited":
            parts[b.source_column] = _joined(rows, codebook, b.question_code, b.delimiter)
        elif b.question_code:
            parts[b.source_column] = rows[b.question_code]
    return pd.DataFrame(parts)


def _joined(rows: pd.DataFrame, codebook: dict, question: str, delimiter: str) -> pd.Series:
    labels = _option_labels(codebook, question)
    joined = pd.Series("", index=rows.index)
    for code, label in labels.items():
        chosen = rows[f"{question}[{code}]"].to_numpy(dtype=bool)
        joined = joined.where(~chosen, joined + delimiter + label)
    return joined.str.removeprefix(delimiter)


def _option_labels(codebook: dict, question: str) -> dict[str, str]:
    questions, options = codebook["questions"], codebook["options"]
    option_set = questions.set_index("question_code").loc[question, "option_set_code"]
    chosen = options[options["option_set_code"] == option_set]
    return dict(zip(chosen["option_code"], chosen["label_nl"], strict=True))


def _write_panel(
    path: Path, rows: pd.DataFrame, codebook: dict, source: str = "burgerpanel"
) -> None:
    import pyreadstat

    frame = _columns(rows, codebook, source)
    frame.insert(0, "respondent", rows["respondent_id"])
    frame.insert(1, "datum", rows["submitted_at"].dt.strftime("%Y-%m-%d %H:%M:%S"))
    frame.insert(2, "test", (rows["state"] == "test").astype(int))
    frame.insert(3, "klaar", (rows["state"] != "incomplete").astype(int))
    frame["gemnr"] = rows["municipality"].str.removeprefix("GM").astype(int)
    bindings = codebook["bindings"].query("source_code == @source and question_code != ''")
    labels: dict[str, dict] = {}
    for b in bindings.itertuples():
        names = _option_labels(codebook, b.question_code)
        if b.binding == "one_hot":
            frame[b.source_column] = frame[b.source_column].astype(int)
            labels[b.source_column] = {0: "Nee", 1: "Ja"}
        elif names and not pd.api.types.is_numeric_dtype(frame[b.source_column]):
            numbers = {code: number for number, code in enumerate(names, start=1)}
            frame[b.source_column] = frame[b.source_column].map(numbers)
            labels[b.source_column] = {numbers[code]: name for code, name in names.items()}
        elif "cijfer" in b.source_column or b.source_column[:4] in {"afh_", "stat", "aanb"}:
            labels[b.source_column] = {11.0: "Weet niet / geen mening"}
    texts = codebook["questions"].set_index("question_code")["text_nl"]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=f"GESIMULEERD: {source}",
        column_labels={b.source_column: texts[b.question_code] for b in bindings.itertuples()},
        variable_value_labels=labels,
    )
    _fix_creation_date(path)


def _fix_creation_date(path: Path) -> None:
    """Put a fixed date and time in the header (bytes 92-108), so that the bytes repeat."""
    with path.open("r+b") as handle:
        handle.seek(92)
        handle.write(b"01 Sep 2409:00:00")


def _write_limesurvey(path: Path, rows: pd.DataFrame, codebook: dict) -> None:
    frame = _columns(rows, codebook, "gemeentekanalen")
    bindings = codebook["bindings"].query("source_code == 'gemeentekanalen'")
    for b in bindings.itertuples():
        if b.binding == "one_hot":
            frame[b.source_column] = frame[b.source_column].map({True: "Y", False: ""})
        elif b.match_by == "number":
            frame[b.source_column] = _whole(frame[b.source_column])
    stamp = rows["submitted_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    done = rows["state"] == "complete"
    technical = pd.DataFrame(
        {
            "id": rows["respondent_id"],
            "submitdate": stamp.where(done, ""),
            "lastpage": np.where(done, 6, 3),
            "startlanguage": "nl",
            "seed": "1",
            "startdate": stamp,
            "datestamp": stamp,
            "ipaddr": "192.0.2.1",
            "refurl": "https://voorbeeld.invalid",
        }
    )
    short = frame["G01Q02"].map({"man": "M", "vrouw": "V"})
    frame["G01Q02"] = frame["G01Q02"].where(np.arange(len(frame)) >= 40, short).fillna("man")
    whole = pd.concat([technical, frame], axis=1)
    text = whole.to_csv(sep=";", index=False, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    path.write_text("\ufeff" + text + "\r\n", encoding="utf-8", newline="")


def _write_platform(path: Path, rows: pd.DataFrame, codebook: dict) -> None:
    frame = _columns(rows, codebook, "participatieplatform")
    names = of_residents(codebook).set_index("municipality_code")["label"]
    bindings = codebook["bindings"].query(
        "source_code == 'participatieplatform' and binding == 'single_column'"
    )
    for b in bindings.itertuples():
        if b.question_code == "municipality":
            frame[b.source_column] = rows["municipality"].map(names).fillna("Onbekendstad")
        elif b.match_by == "label":
            frame[b.source_column] = frame[b.source_column].map(
                _option_labels(codebook, b.question_code)
            )
    grade = next(
        b.source_column for b in bindings.itertuples() if b.question_code == "overall_grade"
    )
    eights = np.flatnonzero(frame[grade] == 8)[:6]
    frame[grade] = frame[grade].astype(object)
    frame.loc[eights, grade] = "8 (goed)"
    stamp = rows["submitted_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    frame.insert(0, "Nummer", rows["respondent_id"])
    frame.insert(1, "Ingediend op", stamp.where(rows["state"] != "incomplete", ""))
    frame.insert(2, "Testinzending", np.where(rows["state"] == "test", "ja", "nee"))
    frame.insert(3, "E-mailadres", "inwoner@voorbeeld.invalid")
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        frame.to_excel(writer, index=False, sheet_name="Inzendingen")
        writer.book.set_properties({"title": "GESIMULEERD", "created": datetime(2024, 9, 1)})


def _whole(numbers: pd.Series) -> pd.Series:
    return numbers.map("{:.0f}".format).where(numbers.notna(), "")


_WRITERS: dict[str, Callable[[Path, pd.DataFrame, dict[str, pd.DataFrame]], None]] = {
    "burgerpanel": _write_panel,
    "gemeentekanalen": _write_limesurvey,
    "participatieplatform": _write_platform,
}
