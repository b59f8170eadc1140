"""Surveys as bureaus and tools export them, made up, with what each of their columns really is.

A column is a `Spec`: its name and text as the tool writes them, its kind, its values, and in SPSS
its labels and missing codes. `FILES` holds one function per file; each writes it and returns the
kinds by column. Nobody in them exists.
"""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

AGREE = ("Helemaal mee eens", "Mee eens", "Niet eens, niet oneens", "Mee oneens",
         "Helemaal mee oneens")  # fmt: skip
CONTENT = ("Zeer ontevreden", "Ontevreden", "Niet tevreden, niet ontevreden", "Tevreden",
           "Zeer tevreden")  # fmt: skip
AGREE_EN = ("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree",
            "Strongly disagree")  # fmt: skip
PLACES = {"Amersfoort": 307, "Breda": 758, "Delft": 503, "Ede": 228, "Gouda": 513}
BANDS = ("18-29", "30-39", "40-54", "55-64", "65-74", "75+")
CHANNELS = ("Telefoon", "Balie", "Website", "E-mail")


@dataclass
class Spec:
    """One column: its kind is what a person who knows the survey would say it is."""

    name: str
    kind: str
    values: object
    text: str = ""
    labels: dict = field(default_factory=dict)
    missing: tuple = ()


class Maker:
    """Columns of a file with a number of rows, from one seed."""

    def __init__(self, n: int = 240, seed: int = 1) -> None:
        self.n, self.random = n, np.random.default_rng(seed)
        self.specs: list[Spec] = []

    def add(self, name: str, kind: str, values: object, text: str = "", labels: dict | None = None,
            missing: tuple = ()) -> None:  # fmt: skip
        self.specs.append(Spec(name, kind, values, text, labels or {}, missing))

    def pick(self, values: object, weights: object = None) -> np.ndarray:
        return self.random.choice(np.array(values, dtype=object), self.n, p=weights)

    def number(self, name: str = "respnr", kind: str = "respondent", text: str = "") -> None:
        self.add(name, kind, np.arange(100001, 100001 + self.n), text)

    def weight(self, name: str = "weging", text: str = "") -> None:
        weights = self.random.gamma(9, 1 / 9, self.n)
        self.add(name, "weight", np.round(weights / weights.mean(), 5), text)

    def gender(self, name: str = "geslacht", labels: tuple = ("Man", "Vrouw"),
               text: str = "Wat is uw geslacht?", *, coded: bool = True) -> None:  # fmt: skip
        if coded:
            codes = dict(enumerate(labels, start=1))
            self.add(name, "gender", self.pick([1, 2]), text, codes)
        else:
            self.add(name, "gender", self.pick(labels), text)

    def age(self, name: str = "leeftijd", text: str = "Wat is uw leeftijd?") -> None:
        self.add(name, "age", self.random.integers(18, 90, self.n), text)

    def bands(self, name: str = "lftklas", text: str = "Leeftijd in klassen", *,
              coded: bool = True) -> None:  # fmt: skip
        codes = dict(enumerate((f"{b} jaar" for b in BANDS), start=1))
        if coded:
            self.add(name, "age_band", self.pick(list(codes)), text, codes)
        else:
            self.add(name, "age_band", self.pick(list(codes.values())), text)

    def place(self, name: str = "gemeente", text: str = "Gemeente", how: str = "number") -> None:
        names = self.pick(list(PLACES))
        if how == "number":
            self.add(name, "municipality", np.array([PLACES[x] for x in names]), text)
        elif how == "code":
            self.add(name, "municipality", np.array([f"GM{PLACES[x]:04d}" for x in names]), text)
        elif how == "label":
            codes = dict(enumerate(PLACES, start=1))
            back = {label: code for code, label in codes.items()}
            self.add(name, "municipality", np.array([back[x] for x in names]), text, codes)
        else:
            self.add(name, "municipality", names, text)

    def grade(self, name: str, text: str, *, labels: dict | None = None, missing: tuple = (),
              extra: tuple = ()) -> None:  # fmt: skip
        values = self.pick([*range(1, 11), 7, 8, *extra])
        self.add(name, "grade", values, text, labels, missing)

    def labelled(self, name: str, kind: str, text: str, labels: object, *, coded: bool = True,
                 missing: dict | None = None, user_missing: bool = True) -> None:  # fmt: skip
        codes = labels if isinstance(labels, dict) else dict(enumerate(labels, start=1))
        every = {**codes, **(missing or {})}
        weights = [3 / (3 * len(codes) + len(every) - len(codes))] * len(codes)
        weights += [(1 - sum(weights)) / max(len(missing or {}), 1)] * len(missing or {})
        values = self.pick(list(every), np.array(weights) / sum(weights))
        if coded:
            self.add(name, kind, values, text, every,
                     tuple(missing or ()) if user_missing else ())  # fmt: skip
        else:
            self.add(name, kind, np.array([every[v] for v in values], dtype=object), text)

    def ticks(self, stem: str, text: str, options: tuple = CHANNELS, *, yes: object = 1,
              no: object = 0, labels: dict | None = None, names: str = "{stem}_{i}",
              texts: str = "{text} - {option}", never: int | None = None) -> None:  # fmt: skip
        for i, option in enumerate(options, start=1):
            ticked = self.random.random(self.n) < 0.4
            if never == i:
                ticked[:] = False
            values = np.where(ticked, yes, no).astype(object)
            name = names.format(stem=stem, i=i, option=option, text=text)
            self.add(name, "ticks", values, texts.format(text=text, option=option), labels)

    def open(self, name: str, text: str = "Wilt u nog iets kwijt?") -> None:
        words = ["fijn", "geholpen", "lang", "wachten", "aan", "de", "balie", "duidelijk", "uitleg"]
        texts = [" ".join(self.random.choice(words, 9)) + f" nummer {i}" for i in range(self.n)]
        self.add(name, "open", np.array(texts, dtype=object), text)

    def dates(self, name: str, form: str = "%Y-%m-%d %H:%M:%S", kind: str = "date") -> None:
        start = pd.Timestamp("2024-05-01")
        minutes = self.random.integers(0, 40_000, self.n)
        self.add(name, kind,
                 np.array([(start + pd.Timedelta(minutes=int(m))).strftime(form) for m in minutes],
                          dtype=object))  # fmt: skip

    def only_for(self, name: str, gate: str, value: object) -> None:
        """Empty a column where the gate has another answer."""
        specs = {spec.name: spec for spec in self.specs}
        asked = np.array(specs[gate].values, dtype=object) == value
        specs[name].values = np.where(asked, np.array(specs[name].values, dtype=object), None)

    @property
    def kinds(self) -> dict[str, str]:
        return {spec.name: spec.kind for spec in self.specs}

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({spec.name: spec.values for spec in self.specs})

    def sav(self, path: Path) -> dict[str, str]:
        import pyreadstat

        frame = self.frame()
        for spec in self.specs:
            numbers = pd.to_numeric(frame[spec.name], errors="coerce")
            if numbers.notna().sum() == frame[spec.name].notna().sum():
                frame[spec.name] = numbers.astype(float)
        pyreadstat.write_sav(
            frame, str(path), column_labels={s.name: s.text for s in self.specs if s.text},
            variable_value_labels={s.name: s.labels for s in self.specs if s.labels},
            missing_ranges={s.name: list(s.missing) for s in self.specs if s.missing},
        )  # fmt: skip
        return self.kinds

    def csv(self, path: Path, separator: str = ",", encoding: str = "utf-8", *,
            heads: int = 1, decimal: str = ".") -> dict[str, str]:  # fmt: skip
        frame = self.frame()
        if decimal == ",":
            for name in frame.select_dtypes("number"):
                frame[name] = [f"{v}".replace(".", ",") for v in frame[name]]
        with path.open("w", encoding=encoding, newline="") as handle:
            writer = csv.writer(handle, delimiter=separator, lineterminator="\r\n")
            writer.writerow(frame.columns)
            if heads > 1:
                writer.writerow([spec.text or spec.name for spec in self.specs])
            if heads > 2:
                writer.writerow([json.dumps({"ImportId": spec.name}) for spec in self.specs])
            writer.writerows(frame.astype(object).where(frame.notna(), "").values.tolist())
        return self.kinds

    def xlsx(self, path: Path) -> dict[str, str]:
        self.frame().to_excel(path, index=False, engine="xlsxwriter")
        return self.kinds

    def parquet(self, path: Path) -> dict[str, str]:
        frame = self.frame()
        for name in frame:
            if frame[name].dtype == object:
                numbers = pd.to_numeric(frame[name], errors="coerce")
                frame[name] = numbers if numbers.notna().all() else frame[name].astype("string")
        frame.to_parquet(path)
        return self.kinds


Make = Callable[[Path], dict[str, str]]
FILES: dict[str, Make] = {}


def made(name: str) -> Callable[[Make], Make]:
    def note(make: Make) -> Make:
        FILES[name] = make
        return make

    return note


DK = {98: "Weet niet", 99: "Wil niet zeggen"}


def bureau(n: int = 400, seed: int = 11) -> Maker:
    """What a bureau delivers: labels, a weight, background, batteries, a set of ticks."""
    m = Maker(n, seed)
    m.number("respnr", text="Respondentnummer")
    m.place("gemnr", "Gemeentenummer")
    m.gender("v1")
    m.age("v2")
    m.labelled("opl", "background", "Wat is uw hoogst voltooide opleiding?",
               ("Laag", "Middelbaar", "Hoog"), missing={9: "Wil niet zeggen"})  # fmt: skip
    m.grade("v10", "Welk rapportcijfer geeft u de dienstverlening?",
            labels={i: str(i) for i in range(1, 11)} | {11: "Weet niet / geen mening"},
            missing=(11,), extra=(11,))  # fmt: skip
    for i, item in enumerate(("Wachttijd", "Deskundigheid", "Vriendelijkheid"), start=1):
        m.labelled(f"v11_{i}", "scale", f"Hoe tevreden bent u over: {item}", CONTENT,
                   missing={9: "Weet niet"})  # fmt: skip
    for i, item in enumerate(("Ik werd op de hoogte gehouden", "Ik kreeg wat ik wilde"), start=1):
        m.labelled(f"v12_{i}", "likert", f"Bent u het eens met: {item}", AGREE,
                   missing={6: "Geen mening"})  # fmt: skip
    m.labelled("v13", "single", "Had u contact met de gemeente?", ("Ja", "Nee"))
    m.ticks("v14", "Via welke kanalen", labels={0: "Niet genoemd", 1: "Genoemd"})
    m.weight()
    return m


@made("bureau.sav")
def _bureau(path: Path) -> dict[str, str]:
    return bureau().sav(path)


@made("bureau_zonder_gewicht.sav")
def _unweighted(path: Path) -> dict[str, str]:
    """No weight, a place by labels of its own codes, an age band."""
    m = Maker(300, 12)
    m.number("volgnr")
    m.place("gem", "In welke gemeente woont u?", "label")
    m.gender("s1", ("Man", "Vrouw", "Anders"))
    m.bands("s2", "Leeftijdsklasse")
    m.labelled("tev", "scale", "Hoe tevreden bent u met uw buurt?", CONTENT)
    m.grade("cijfer", "Welk cijfer geeft u de gemeente?")
    return m.sav(path)


@made("design.sav")
def _design(path: Path) -> dict[str, str]:
    """Base weight, final weight, standardisation factor, stratum and cluster."""
    m = Maker(320, 13)
    m.number("id")
    m.add("stratum", "stratum", m.pick([1, 2, 3]), "Stratum van de steekproef",
          {1: "Noord", 2: "Midden", 3: "Zuid"})  # fmt: skip
    m.add("psu", "cluster", m.random.integers(1, 25, m.n), "Primary sampling unit")
    m.add("basisgewicht", "unused", np.round(m.random.gamma(4, 10, m.n) + 0.01, 3), "Basisgewicht")
    m.add("stfactor", "unused", np.round(m.random.uniform(0.8, 1.2, m.n), 4),
          "Standaardisatiefactor")  # fmt: skip
    m.weight("eindgewicht", "Eindgewicht na kalibratie")
    m.gender("geslacht")
    m.age("leeftijd")
    m.grade("r1", "Rapportcijfer wonen")
    return m.sav(path)


@made("alleen_missings_gelabeld.sav")
def _missings(path: Path) -> dict[str, str]:
    m = Maker(300, 14)
    m.number("caseid")
    m.add("a1", "single", m.pick([1, 2, 3, 4, 98, 99]), "Oordeel over A", DK, (98, 99))
    m.grade("cijfer", "Rapportcijfer", labels=DK, missing=(98, 99), extra=(98, 99))
    m.add("lft", "age", np.where(m.random.random(300) < 0.05, 999, m.random.integers(18, 90, 300)),
          "Leeftijd", {999: "Onbekend"}, (999,))  # fmt: skip
    m.add("kinderen", "number", m.random.integers(0, 5, 300), "Aantal kinderen", {0: "Geen"})
    return m.sav(path)


@made("einden_gelabeld.sav")
def _ends(path: Path) -> dict[str, str]:
    m = Maker(300, 15)
    m.number("rec_id")
    m.add("v1", "number", m.random.integers(0, 11, 300), "In hoeverre vertrouwt u de gemeente?",
          {0: "Helemaal niet", 10: "Volledig"})  # fmt: skip
    m.add("nps", "number", m.random.integers(0, 11, 300), "Zou u ons aanbevelen?",
          {0: "Zeker niet", 10: "Zeker wel"})  # fmt: skip
    m.grade("v2", "Rapportcijfer", labels={1: "Zeer slecht", 10: "Uitstekend"})
    m.add("v3", "number", m.random.integers(1, 8, 300), "Hoe veilig voelt u zich?",
          {1: "Zeer onveilig", 7: "Zeer veilig"})  # fmt: skip
    m.gender("gesl", ("Man", "Vrouw"))
    return m.sav(path)


@made("voltooid_omgekeerd.sav")
def _finished(path: Path) -> dict[str, str]:
    m = Maker(300, 16)
    m.number("respondent")
    m.labelled("Finished", "complete", "Finished", {1: "False", 2: "True"})
    m.labelled("test", "test", "Testinzending", {1: "Ja", 2: "Nee"})
    m.specs[-1].values = np.where(m.random.random(300) < 0.03, 1, 2)
    m.gender("sexe", text="Geslacht")
    m.labelled("q1", "likert", "De uitleg was duidelijk", AGREE)
    return m.sav(path)


@made("vinkjes.sav")
def _ticks(path: Path) -> dict[str, str]:
    m = Maker(300, 17)
    m.number("nr")
    m.ticks("k", "Kanaal", yes=1, no=2, labels={1: "Quoted", 2: "Not quoted"}, never=3)
    m.ticks("w", "Wens", yes=1, no=0, labels={0: "Niet gekozen", 1: "Gekozen"}, never=2)
    m.ticks("j", "Gebruikt", yes=1, no=2, labels={1: "Ja", 2: "Nee"})
    m.grade("cijfer", "Rapportcijfer")
    return m.sav(path)


@made("omgekeerde_stellingen.sav")
def _reversed(path: Path) -> dict[str, str]:
    m = Maker(300, 18)
    m.number("respnr")
    m.labelled("a", "scale", "De medewerker was vriendelijk", AGREE[::-1])
    m.labelled("b", "scale", "How satisfied are you?", ("Very satisfied", "Satisfied", "Neutral",
               "Dissatisfied", "Very dissatisfied"))  # fmt: skip
    m.labelled("c", "scale", "Hoe vaak bezoekt u de website?", ("Nooit", "Soms", "Vaak", "Altijd"))
    m.labelled("d", "likert", "Het was makkelijk", AGREE)
    m.labelled("e", "scale", "Hoe beoordeelt u de balie?", ("Slecht", "Matig", "Voldoende", "Goed",
               "Uitstekend"))  # fmt: skip
    return m.sav(path)


@made("tekst_met_missing.sav")
def _texts(path: Path) -> dict[str, str]:
    m = Maker(300, 19)
    m.number("respnr")
    m.add("kanaal", "single", m.pick(["T", "W", "B", "Z"]), "Kanaal",
          {"T": "Telefoon", "W": "Website", "B": "Balie", "Z": "Onbekend"}, ("Z",))  # fmt: skip
    m.open("open1")
    m.grade("c", "Rapportcijfer")
    return m.sav(path)


@made("geboortejaar.sav")
def _born(path: Path) -> dict[str, str]:
    m = Maker(300, 20)
    m.number("respnr")
    m.add("geb", "birth_year", m.random.integers(1935, 2006, 300), "Wat is uw geboortejaar?")
    m.gender()
    m.dates("datum", "%Y-%m-%d")
    m.grade("c", "Rapportcijfer")
    return m.sav(path)


@made("personeel.sav")
def _staff(path: Path) -> dict[str, str]:
    m = Maker(260, 21)
    m.number("deelnemer")
    m.labelled("afdeling", "background", "Op welke afdeling werkt u?",
               ("Burgerzaken", "Sociaal domein", "Ruimte", "Bedrijfsvoering"))  # fmt: skip
    for i, item in enumerate(("mijn werk", "mijn leidinggevende", "mijn collega's"), start=1):
        m.labelled(f"t{i}", "scale", f"Ik ben tevreden over: {item}", AGREE[::-1])
    m.grade("enps", "Rapportcijfer als werkgever")
    return m.sav(path)


@made("routering.sav")
def _routed(path: Path) -> dict[str, str]:
    m = Maker(400, 22)
    m.number("respnr")
    m.labelled("contact", "single", "Had u contact?", ("Ja", "Nee"))
    m.grade("oordeel", "Cijfer voor het contact")
    m.only_for("oordeel", "contact", 1)
    m.labelled("duidelijk", "likert", "Het was duidelijk", AGREE)
    m.only_for("duidelijk", "contact", 1)
    m.gender()
    return m.sav(path)


@made("veel_gewichten.sav")
def _weights(path: Path) -> dict[str, str]:
    m = Maker(300, 23)
    m.number("uuid")
    m.add("designweight", "unused", np.round(m.random.gamma(4, 0.25, 300) + 0.01, 4),
          "Design weight")  # fmt: skip
    m.weight("wgt_final", "Final weight")
    m.gender("gender", ("Male", "Female"), "Gender")
    m.age("age", "Age")
    m.labelled("sat", "scale", "How satisfied are you with the city?", ("Very dissatisfied",
               "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"))  # fmt: skip
    return m.sav(path)


@made("gewicht_zonder_naam.sav")
def _nameless_weight(path: Path) -> dict[str, str]:
    m = Maker(300, 24)
    m.number("respnr")
    m.gender()
    m.grade("c", "Rapportcijfer")
    m.weight("x1")
    return m.sav(path)


@made("gemeentenamen.sav")
def _names(path: Path) -> dict[str, str]:
    m = Maker(300, 25)
    m.number("respnr")
    m.place("woonplaats", "Woongemeente", "name")
    m.weight("wfactor", "Weegfactor")
    m.gender()
    m.age()
    m.grade("c", "Rapportcijfer")
    return m.sav(path)


def _limesurvey(m: Maker, ticks: str = "Y") -> Maker:
    m.add("id", "respondent", np.arange(1, m.n + 1))
    m.dates("submitdate")
    m.add("lastpage", "unused", np.full(m.n, 6))
    m.add("startlanguage", "unused", np.full(m.n, "nl", dtype=object))
    m.add("seed", "unused", m.random.integers(10**6, 10**9, m.n))
    m.add("ipaddr", "identifier", np.full(m.n, "192.0.2.1", dtype=object))
    m.grade("G01Q01", "Cijfer")
    m.ticks("G02Q01", "Kanalen", yes=ticks, no="", names="{stem}[SQ00{i}]")
    return m


@made("limesurvey_codes.csv")
def _limesurvey_codes(path: Path) -> dict[str, str]:
    m = _limesurvey(Maker(240, 31))
    m.add("G01Q03", "likert_codes", m.pick(["A1", "A2", "A3", "A4", "A5"]))
    m.open("G01Q09")
    return m.csv(path, ";", "utf-8-sig")


@made("limesurvey_labels.csv")
def _limesurvey_labels(path: Path) -> dict[str, str]:
    m = Maker(240, 32)
    m.add("Antwoord-ID", "respondent", np.arange(1, m.n + 1))
    m.dates("Datum ingediend")
    m.gender("Wat is uw geslacht?", coded=False)
    m.bands("Wat is uw leeftijd?", coded=False)
    m.labelled("De website was duidelijk", "scale", "", AGREE, coded=False)
    m.ticks("Kanalen", "Via welke kanalen?", yes="Ja", no="Nee", names="{text} [{option}]")
    m.open("Opmerking")
    return m.csv(path, ";", "utf-8-sig")


def _qualtrics(m: Maker) -> Maker:
    m.dates("StartDate", kind="unused")
    m.dates("EndDate")
    m.add("Status", "test", np.where(m.random.random(m.n) < 0.03, 1, 0), "Response Type")
    m.add("IPAddress", "identifier", np.full(m.n, "192.0.2.1", dtype=object), "IP Address")
    m.add("Progress", "unused", np.full(m.n, 100))
    m.add("Duration (in seconds)", "duration", m.random.integers(60, 900, m.n))
    m.add("Finished", "complete", np.where(m.random.random(m.n) < 0.9, 1, 0), "Finished")
    m.add("ResponseId", "respondent", np.array([f"R_{i:05d}Ab{i * 7:04d}" for i in range(m.n)],
                                               dtype=object), "Response ID")  # fmt: skip
    m.add("DistributionChannel", "unused", np.full(m.n, "anonymous", dtype=object))
    return m


@made("qualtrics_codes.csv")
def _qualtrics_codes(path: Path) -> dict[str, str]:
    m = _qualtrics(Maker(240, 33))
    m.grade("Q1", "Welk cijfer geeft u de dienstverlening?")
    lists = ["3", "6", "3,6", "2,7", "2", "7", "5,6,7", "5"]
    m.add("Q2", "list", m.pick(lists), "Via welke kanalen? (max 3)")
    m.ticks("Q3", "Wat wilt u digitaal?", yes="1", no="")
    return m.csv(path, heads=3)


@made("qualtrics_labels.csv")
def _qualtrics_labels(path: Path) -> dict[str, str]:
    m = _qualtrics(Maker(240, 34))
    for name, pair in (
        ("Status", ("IP Address", "Survey Preview")),
        ("Finished", ("False", "True")),
    ):
        spec = next(s for s in m.specs if s.name == name)
        spec.values = np.where(np.array(spec.values) == 1, pair[1], pair[0]).astype(object)
    m.gender("Q1", ("Male", "Female"), "What is your gender?", coded=False)
    m.labelled("Q2", "scale", "The website was clear", AGREE_EN, coded=False)
    return m.csv(path, heads=3)


@made("google_forms.csv")
def _google(path: Path) -> dict[str, str]:
    m = Maker(240, 35)
    m.dates("Tijdstempel", "%Y/%m/%d %H:%M:%S")
    m.add("Waarover had u contact?", "list", m.pick([
        "Afval", "Paspoort", "Zorg (Wmo, jeugd)", "Afval, Zorg (Wmo, jeugd)", "Afval, Paspoort",
        "Paspoort, Zorg (Wmo, jeugd)",
    ]))  # fmt: skip
    m.grade("Welk rapportcijfer geeft u ons?", "")
    m.labelled("Ik werd snel geholpen", "scale", "", AGREE, coded=False)
    m.gender("Wat is uw geslacht?", coded=False)
    return m.csv(path)


@made("google_forms.xlsx")
def _google_sheet(path: Path) -> dict[str, str]:
    m = Maker(240, 36)
    m.dates("Timestamp", "%m/%d/%Y %H:%M:%S")
    m.grade("How would you rate our service (1-10)?", "")
    m.labelled("Would you come back?", "single", "", ("Yes", "No", "Maybe"), coded=False)
    m.open("Anything else?")
    return m.xlsx(path)


@made("ms_forms.xlsx")
def _ms_forms(path: Path) -> dict[str, str]:
    m = Maker(240, 37)
    m.add("ID", "respondent", np.arange(1, m.n + 1))
    m.dates("Begintijd", kind="unused")
    m.dates("Tijd van voltooien")
    m.add("E-mail", "identifier", np.full(m.n, "anonymous", dtype=object))
    m.add("Naam", "identifier", np.full(m.n, "", dtype=object))
    m.add("Welke kanalen gebruikte u?", "list", m.pick([
        "Telefoon;", "Balie;", "Telefoon;Balie;", "Website;", "Balie;Website;",
    ]))  # fmt: skip
    m.grade("Welk cijfer geeft u ons?", "")
    return m.xlsx(path)


@made("surveymonkey.csv")
def _surveymonkey(path: Path) -> dict[str, str]:
    m = Maker(240, 38)
    m.add("Respondent ID", "respondent", np.arange(11_000_001, 11_000_001 + m.n))
    m.add("Collector ID", "unused", np.full(m.n, 40212345))
    m.dates("Date Created", "%m/%d/%Y %I:%M:%S %p", kind="unused")
    m.dates("Date Modified", "%m/%d/%Y %I:%M:%S %p", kind="date")
    m.add("Email Address", "identifier", np.full(m.n, "", dtype=object))
    scale = m.pick(AGREE_EN)
    kinds = {**m.kinds, "I was helped quickly": "scale"}
    for option in CHANNELS[:3]:
        kinds[f"Which channels? [{option}]"] = "ticks"
    frame = m.frame()
    rows = [[*row, scale[i], *(o if m.random.random() < 0.4 else "" for o in CHANNELS[:3])]
            for i, row in enumerate(frame.values.tolist())]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*frame.columns, "I was helped quickly", "Which channels?", "", ""])
        writer.writerow(["" for _ in frame.columns] + ["Response", *CHANNELS[:3]])
        writer.writerows(rows)
    return kinds


@made("plat_puntkomma.csv")
def _flat(path: Path) -> dict[str, str]:
    """windows-1252, semicolons, decimal commas, CRLF."""
    m = Maker(240, 39)
    m.number("respondentnummer")
    m.place("gemeentecode", "", "code")
    m.weight("weegfactor")
    m.gender("geslacht", coded=False)
    m.age("leeftijd", "")
    m.grade("rapportcijfer", "")
    m.add("opleiding", "background", m.pick(["lager", "middelbaar", "hoger, privé"]))
    return m.csv(path, ";", "windows-1252", decimal=",")


@made("plat_tab.csv")
def _tabs(path: Path) -> dict[str, str]:
    m = Maker(240, 40)
    m.number("record", text="")
    m.add("q1", "single", m.pick([1, 2, 3, 4, 5, 9], [0.2, 0.2, 0.2, 0.2, 0.15, 0.05]))
    m.add("q2", "single", m.pick([1, 2, 3, 4, 5, 9], [0.2, 0.2, 0.2, 0.2, 0.15, 0.05]))
    m.add("sex", "gender", m.pick(["M", "F"]))
    m.add("agegroup", "age_band", m.pick(["18-34", "35-54", "55+"]))
    return m.csv(path, "\t")


@made("amerikaans.csv")
def _american(path: Path) -> dict[str, str]:
    m = Maker(240, 41)
    m.number("id")
    m.add("method", "background", m.pick(["Web", "Mail", "Phone"]))
    for i in range(1, 6):
        m.add(f"q1_0{i}", "single", m.pick([1, 2, 3, 4, 5, 9], [0.2, 0.2, 0.2, 0.2, 0.15, 0.05]))
    m.ticks("q2", "", yes="Y", no="", names="q2_0{i}")
    m.add("zip", "unused", m.random.integers(64101, 64199, m.n))
    return m.csv(path)


@made("pew_achtig.csv")
def _pew(path: Path) -> dict[str, str]:
    m = Maker(240, 42)
    m.number("psraid")
    m.gender("sex", ("Male", "Female"), "", coded=False)
    m.add("recage", "age_band", m.pick(["18-24", "25-34", "35-54", "55+", "DK/Ref"]))
    m.add("receduc", "background", m.pick(["HS", "Some college", "College grad"]))
    m.add("q1", "single", m.pick(["Approve", "Disapprove", "Don't know/Refused (VOL.)"]))
    m.weight("weight")
    return m.csv(path)


@made("vinkjes_tekst.csv")
def _tick_texts(path: Path) -> dict[str, str]:
    m = Maker(240, 43)
    m.number("id")
    m.ticks("kan", "", yes=1, no=0, never=3)
    m.ticks("kanb", "", ("a", "b"), yes="Ja", no="Nee", never=2)
    m.ticks("vlag", "", yes="TRUE", no="FALSE", never=1)
    m.open("toelichting", "")
    return m.csv(path)


@made("anders_namelijk.csv")
def _other(path: Path) -> dict[str, str]:
    m = Maker(240, 44)
    m.number("id")
    m.ticks("k", "", CHANNELS[:3], yes="Y", no="", names="k[{i}]")
    words = [f"via de {w} {i}" if i % 9 == 0 else "" for i, w in
             enumerate(m.pick(["buurman", "krant", "school"]))]  # fmt: skip
    m.add("k[other]", "ticks", np.array(words, dtype=object))
    m.grade("cijfer", "")
    return m.csv(path)


@made("parquet.parquet")
def _parquet(path: Path) -> dict[str, str]:
    m = Maker(240, 45)
    m.number("respondent_id")
    m.gender("gender", ("Male", "Female"), "", coded=False)
    m.age("age", "")
    m.weight("weight")
    m.grade("overall_grade", "")
    m.add("income", "number", m.random.integers(12_000, 90_000, m.n))
    return m.parquet(path)


@made("werkblad.xlsx")
def _sheet(path: Path) -> dict[str, str]:
    m = Maker(240, 46)
    m.number("Nummer")
    m.place("Gemeente", "", "name")
    m.gender("Geslacht", coded=False)
    m.bands("Leeftijd", coded=False)
    m.grade("Cijfer dienstverlening", "")
    m.labelled("Ik vertrouw de gemeente", "scale", "", AGREE, coded=False)
    m.labelled("Heeft u een DigiD?", "single", "", ("Ja", "Nee", "Weet niet"), coded=False)
    return m.xlsx(path)


@made("minuten_en_euros.csv")
def _numbers(path: Path) -> dict[str, str]:
    m = Maker(240, 47)
    m.number("id")
    m.add("wachttijd_minuten", "number", m.random.integers(0, 60, m.n))
    m.add("aantal_contacten", "number", m.random.integers(0, 9, m.n))
    m.add("bedrag", "number", np.round(m.random.gamma(2, 40, m.n), 2))
    m.grade("cijfer", "")
    return m.csv(path)


@made("burgerpeiling_achtig.sav")
def _burgerpeiling(path: Path) -> dict[str, str]:
    """The names, codes and missing codes of the Burgerpeiling."""
    m = Maker(500, 48)
    m.number("respondent")
    m.place("gemnr", "Gemeentenummer")
    m.add("jr", "unused", np.full(m.n, 2024), "Jaar")
    m.add("kw", "unused", np.full(m.n, 2), "Kwartaal")
    m.weight()
    grade = {i: str(i) for i in range(1, 11)} | {11: "weet niet / geen mening"}
    for name, text in (("dv01", "Wat vindt u van de dienstverlening?"), ("dv06", "En digitaal?")):
        m.add(name, "grade", m.pick(list(grade)), f"[{name}] {text}", grade, (11,))
    agree = ("helemaal mee eens", "mee eens", "niet mee eens, niet mee oneens", "mee oneens",
             "helemaal mee oneens")  # fmt: skip
    for i, item in enumerate(("binnen de tijd", "op de hoogte", "kreeg wat ik wilde"), start=1):
        m.labelled(f"dv07_{i}", "likert", f"[dv07_{i}] Stelling: {item}", agree,
                   missing={6: "weet niet / geen mening"})  # fmt: skip
    m.labelled("dv02", "single", "[dv02] Contact in de afgelopen 12 maanden?", ("ja", "nee"))
    m.gender("ch01", ("man", "vrouw"), "[ch01] Bent u man of vrouw?")
    m.bands("ch02", "[ch02] Wat is uw leeftijd?")
    return m.sav(path)
