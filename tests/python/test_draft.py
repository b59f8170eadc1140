"""A draft knows what a survey's columns are, marks what it guesses, and its own file lands.

`survey_files` makes the files, and knows the truth about them. One night: what `peil try` makes of
a bureau's file, about a minute of one processor.
"""

import csv
import statistics

import duckdb
import pandas as pd
import pytest
from conftest import peil, places_in
from draft_measure import BEGIN, measure, table
from draft_union import union
from peil.codebook.seed_faults import seed_faults
from peil.drafting.check import check
from peil.drafting.draft import Names, draft
from peil.drafting.places import municipality
from peil.drafting.residents import NETHERLANDS, read_residents
from peil.drafting.scales import labelled_scale
from peil.errors import InputError
from peil.settings import PROJECT
from small_survey import release_tables
from survey_files import AGREE, CONTENT, FILES, PLACES, Maker, bureau

NAMES = Names("survey", "2024", "source")


def rows(seeds, name):
    with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def drafted(folder, make, name="file.sav", **options):
    """Seeds of a file that `make` fills; options are those of `draft`."""
    maker = Maker()
    maker.number()
    make(maker)
    path = folder / name
    getattr(maker, path.suffix[1:])(path)
    made = draft(path, folder / "seeds", NAMES, **options)
    return folder / "seeds", {g.column.name: g for g in made.guesses}, made


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder in which `measured` writes every file and its draft."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def measured(files):
    return {name: measure(name, make, files) for name, make in FILES.items()}


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_guess_is_marked(name, measured):
    assert measured[name].unmarked == []


def test_a_draft_asks_for_few_edits(measured):
    assert len(measured) >= 30
    assert statistics.median(m.n_edits for m in measured.values()) <= 5
    assert sum(len(m.wrong) for m in measured.values()) <= 2


def test_the_table_of_files_is_what_is_measured(measured):
    """`make deliveries` writes it; times and nights are of the machine that ran it."""
    text = (PROJECT / "docs" / "deliveries.md").read_text(encoding="utf-8")
    written = text.partition(BEGIN)[2].strip().splitlines()
    ours = table(list(measured.values())).strip().splitlines()

    def counts(line):
        return [cell.strip() for cell in line.split("|")][:7]

    assert [counts(line) for line in written] == [counts(line) for line in ours]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.usefixtures("measured")
def test_a_file_lands_by_its_own_draft(name, files, tmp_path):
    """No value is unknown to the codebook that was made from it, and no column unbound."""
    findings = check(places_in(tmp_path, seeds=files / f"{name}-seeds"), [files / name])
    assert findings.files == [name]
    assert findings.refused == []
    assert [s for s in findings.sentences if "a guess:" not in s and "are guesses:" not in s] == []


def test_a_tick_that_nobody_gave_is_decided_by_the_battery(tmp_path):
    def make(m):
        m.ticks("k", "Kanaal", yes=1, no=2, labels={1: "Quoted", 2: "Not quoted"}, never=3)
        m.ticks("z", "Zaak", yes=2, no=1, labels={1: "Niet", 2: "Wel", 9: "Geen antwoord"})
        for i, option in enumerate(("Fiets", "Bus"), start=1):
            values = [i if n % 3 else None for n in range(m.n)]
            m.add(f"own_{i}", "ticks", values, f"Vervoer {i}", {i: option})
        m.add("vlag_1", "ticks", ["TRUE", "FALSE"] * (m.n // 2))
        m.add("vlag_2", "ticks", ["FALSE"] * m.n)

    seeds, guesses, _ = drafted(tmp_path, make)
    ticked = {name: (g.true_value, g.false_value) for name, g in guesses.items() if g.true_value}
    assert {ticked[f"k_{i}"] for i in (1, 2, 3, 4)} == {("1", "2")}
    assert {ticked[f"z_{i}"] for i in (1, 2, 3, 4)} == {("2", "1")}
    assert (ticked["own_1"][0], ticked["own_2"][0]) == ("1", "2")
    assert {ticked["vlag_1"], ticked["vlag_2"]} == {("TRUE", "FALSE")}
    labels = {o["label_nl"] for o in rows(seeds, "options") if o["option_set_code"] == "own"}
    assert labels == {"Fiets", "Bus"}
    missing = {(m["option_set_code"], m["answer_code"]) for m in rows(seeds, "missing_codes")}
    assert ("z", "9") in missing


def test_each_missing_code_has_its_own_reason_once(tmp_path):
    def make(m):
        labels = {97: "N.v.t.", 98: "Weet niet", 99: "Wil niet zeggen"}
        m.grade("cijfer", "Rapportcijfer", labels=labels, extra=(97, 98, 99))
        labels = {"T": "Telefoon", "Z": "Onbekend"}
        m.add("kanaal", "single", m.pick(["T", "Z"]), "", labels, ("Z",))

    seeds, _, _ = drafted(tmp_path, make)
    missing = {(m["answer_code"], m["missing_reason"]) for m in rows(seeds, "missing_codes")}
    assert missing == {
        ("97", "not_asked"), ("98", "dont_know"), ("99", "refused"), ("Z", "skipped"),
    }  # fmt: skip
    codes = {o["option_code"] for o in rows(seeds, "options")}
    assert not codes & {"97", "98", "99", "Z"}


def test_completion_and_tests_are_read_by_their_labels(tmp_path):
    def make(m):
        m.labelled("Finished", "complete", "Finished", {1: "False", 2: "True"})
        m.add("proef", "test", [1 if i < 5 else 2 for i in range(m.n)], "Test",
              {1: "Ja", 2: "Nee"})  # fmt: skip

    _, guesses, _ = drafted(tmp_path, make)
    assert (guesses["Finished"].field, guesses["Finished"].true_value) == ("is_complete", "2")
    assert (guesses["proef"].field, guesses["proef"].true_value) == ("is_test", "1")


def test_a_flag_that_drops_everybody_is_not_used(tmp_path):
    def make(m):
        m.add("Finished", "complete", [0] * m.n, "Finished", {0: "False", 1: "True"})

    _, guesses, _ = drafted(tmp_path, make)
    assert (guesses["Finished"].binding, guesses["Finished"].certainty) == ("ignored", "unsure")


def test_a_weight_with_gaps_is_not_used_and_says_so(tmp_path):
    """A base weight of 0 or none stops the night: better unweighted, and said."""

    def make(m):
        m.weight("weging")
        m.specs[-1].values = [None if i < 3 else v for i, v in enumerate(m.specs[-1].values)]

    _, guesses, made = drafted(tmp_path, make)
    assert guesses["weging"].binding == "ignored"
    assert "3 none: not used" in guesses["weging"].review
    assert made.weighting.startswith("Unweighted")


def test_the_direction_of_a_scale_is_that_of_its_labels():
    rising = labelled_scale("x", {str(i): text for i, text in enumerate(CONTENT, start=1)})
    falling = labelled_scale("x", {str(i): text for i, text in enumerate(AGREE, start=1)})
    ends = [(s["value_from"], s["value_to"]) for s in rising.statistics[:2]]
    assert ends == [(4, 5), (1, 2)]
    ends = [(s["value_from"], s["value_to"]) for s in falling.statistics[:2]]
    assert ends == [(1, 2), (4, 5)]
    assert rising.statistics[2]["direction"] == "higher_is_better"
    assert labelled_scale("x", {"1": "Rood", "2": "Geel", "3": "Blauw"}) is None
    mixed = {"1": "Goed", "2": "Slecht", "3": "Goed", "4": "Slecht"}
    assert labelled_scale("x", mixed) is None


def test_lists_of_codes_are_no_decimal_numbers(tmp_path):
    def make(m):
        m.add("keuze", "list", m.pick(["3", "6", "3,6", "2,7", "2", "7"]))
        m.add("cijfer", "number", m.pick(["5", "6", "7", "8", "7,5", "6,5", "8,5", "5,5", "7,6"]))
        m.add("uren", "number", m.pick(["1", "2", "3", "5", "1,5", "2,5", "3,5", "4,5"]))

    _, guesses, _ = drafted(tmp_path, make, "file.csv")
    assert (guesses["keuze"].binding, guesses["keuze"].delimiter) == ("delimited", ",")
    assert {guesses[name].binding for name in ("cijfer", "uren")} == {"single_column"}


def test_other_texts_among_ticks_count_as_the_option_other(tmp_path):
    """A column of texts beside ticks, and texts of their own between the answers of a cell."""
    texts = ["mijn zoon hielp", "via de buurvrouw", "wijkteam", "een brief van de gemeente"]

    def make(m):
        for option in ("web", "tel", "balie"):
            m.add(f"q5[{option}]", "option", m.pick(["Y", "", ""]))
        m.add("q5[other]", "option", m.pick(["", "", "", *texts]))
        kinds = ["Website", "Telefoon", "Balie", "Website, Balie", "Telefoon, Balie"]
        cells = m.pick(kinds)
        cells[::20] = [f"Website, {texts[0]} {i}" for i in range(len(cells[::20]))]
        m.add("hoe", "list", cells)

    seeds, guesses, _ = drafted(tmp_path, make, "file.csv")
    other, joined = guesses["q5[other]"], guesses["hoe"]
    assert (other.binding, other.true_value, other.group) == ("one_hot", "*", "q5")
    assert "any text means ticked" in other.review
    (bound,) = (row for row in rows(seeds, "bindings") if row["source_column"] == "hoe")
    labels = {o["option_code"]: o["label_nl"] for o in rows(seeds, "options")}
    assert labels[bound["option_code"]] == "Anders / other" and "few or none" in joined.review
    assert not [w for w in texts if w in labels.values()]
    findings = check(places_in(tmp_path, seeds=seeds), [tmp_path / "file.csv"])
    assert not [s for s in findings.sentences if any(text in s for text in texts)]


def test_a_text_beside_the_tick_of_other_is_no_second_tick(tmp_path):
    def make(m):
        for option, label in (("1", "Website"), ("2", "Balie"), ("3", "Anders, namelijk")):
            m.add(f"q5_{option}", "option", m.pick(["1", "0"]), f"Hoe? - {label}")
        m.add("q5_other", "text", m.pick(["", "", "mijn zoon", "de buurvrouw", "wijkteam"]),
              "Hoe? - Anders")  # fmt: skip

    _, guesses, _ = drafted(tmp_path, make)
    assert guesses["q5_3"].binding == "one_hot"
    assert guesses["q5_other"].scale == "open_text"


@pytest.mark.parametrize("how", ["number", "code", "label", "name"])
def test_a_municipality_is_known_however_it_is_written(how, tmp_path):
    seeds, guesses, _ = drafted(tmp_path, lambda m: m.place("gemeente", "Gemeente", how))
    assert guesses["gemeente"].role == "municipality"
    codes = {row["municipality_code"] for row in rows(seeds, "municipalities")}
    assert codes == {f"GM{number:04d}" for number in PLACES.values()}
    path = tmp_path / "file.sav"
    findings = check(places_in(tmp_path, seeds=seeds), [path])
    assert not [s for s in findings.sentences if "value '" in s]


def test_names_of_municipalities_that_people_write():
    assert municipality("Den Haag") == municipality("'s-Gravenhage") == municipality("GM0518")
    assert municipality("Gemeente Utrecht").code == "GM0344"
    assert municipality("Rijswijk").code == "GM0603"
    assert municipality("Bergen") is None, "there are two: which one is for a person to say"


def test_a_question_for_some_is_routed_and_marked(tmp_path):
    path = tmp_path / "routering.sav"
    FILES[path.name](path)
    draft(path, tmp_path / "seeds", NAMES)
    questions = {q["question_code"]: q for q in rows(tmp_path / "seeds", "questions")}
    for code in ("oordeel", "duidelijk"):
        row = questions[code]
        assert (row["routing_question_code"], row["routing_option_code"]) == ("contact", "ja")
        assert "asked only of 'Ja' at contact?" in row["review"]
    assert questions["contact"]["routing_question_code"] == ""


def test_items_under_one_text_are_one_topic(tmp_path):
    seeds, _, _ = drafted(tmp_path, lambda m: [
        m.labelled(f"v_{i}", "scale", f"Hoe tevreden bent u over: {item}", CONTENT)
        for i, item in enumerate(("Wachttijd", "Uitleg", "Toon"))
    ])  # fmt: skip
    (topic,) = {q["topic"] for q in rows(seeds, "questions")}
    labels = {t["topic_code"]: t["label_nl"] for t in rows(seeds, "topics")}
    assert labels[topic] == "Hoe tevreden bent u over"
    assert {q["label_nl"] for q in rows(seeds, "questions")} == {"Wachttijd", "Uitleg", "Toon"}


def background(m):
    m.gender()
    m.age()
    m.grade("cijfer", "Rapportcijfer")


def test_residents_of_the_country_make_margins_that_agree(tmp_path):
    seeds, _, made = drafted(tmp_path, background, residents=NETHERLANDS)
    assert made.weighting.startswith("Weighted by gender and age: Bron: CBS StatLine")
    margins = rows(seeds, "weighting_margins")
    sums = {}
    for row in margins:
        code = row["attribute_code"]
        sums[code] = sums.get(code, 0) + float(row["total"])
    assert sums["geslacht"] == sums["leeftijd"]
    # CBS, 1 January 2024: 14,639,597 people of 18 and older.
    assert sums["geslacht"] == pytest.approx(14_639_597, rel=2e-3)


def test_residents_of_a_file_are_those_of_the_municipalities(tmp_path):
    cells = [(f"GM{n:04d}", sex, age, 10) for n in (307, 758, 999) for sex in "MV"
             for age in range(18, 90)]  # fmt: skip
    population = tmp_path / "bevolking.csv"
    frame = pd.DataFrame(cells, columns=["gemeente", "geslacht", "leeftijd", "inwoners"])
    frame.to_csv(population, index=False)

    def make(m):
        background(m)
        m.place("gemnr")

    seeds, _, made = drafted(tmp_path, make, residents=read_residents(population))
    assert "without GM0228, GM0503, GM0513, which it does not have" in made.weighting
    totals = {r["level_code"]: float(r["total"]) for r in rows(seeds, "weighting_margins")}
    assert totals["man"] == totals["vrouw"] == 2 * 72 * 10


def test_a_population_that_is_none_says_which_row(tmp_path):
    path = tmp_path / "bevolking.csv"
    path.write_text("gemeente,geslacht,leeftijd,inwoners\nGM0307,M,18,10\nGM0307,?,19,10\n")
    with pytest.raises(InputError, match=r"row 2, column 'geslacht': '\?' is no sex"):
        read_residents(path)


def test_a_reports_line_is_a_question(tmp_path):
    path = tmp_path / "bureau.sav"
    FILES["bureau.sav"](path)
    made = draft(path, tmp_path / "seeds", NAMES)
    html = made.report.read_text(encoding="utf-8")
    assert html.count("<tr><td>v14") == 1, "four columns with ticks are one question"
    assert "v14 (4 columns)" in html
    assert html.index("weging") < html.index("v11_1"), "what weighs on every figure comes first"
    assert made.weighting.replace("'", "&#39;") in html
    assert oct(made.report.stat().st_mode)[-3:] == "600"


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """`peil try` on a labelled file of 400 respondents with weight, gender, age, municipality."""
    folder = tmp_path_factory.mktemp("trial")
    path = folder / "bureau_2024.sav"
    bureau().sav(path)
    run = peil("try", path, TMPDIR=str(folder))
    assert run.returncode == 0, run.stderr
    (kept,) = folder.glob("peil-try-*")
    return folder, kept, run


def test_a_labelled_file_gives_weighted_figures_by_segment_without_an_edit(trial):
    """Against pandas: the weighted mean grade of all and of women."""
    _, kept, run = trial
    assert "Weighted with 'weging', as delivered." in run.stdout
    frame = bureau().frame()
    frame = frame[frame["v10"].astype(int) <= 10]
    expected = {"total": frame, "v1": frame[frame["v1"].astype(int) == 2]}
    with duckdb.connect(str(kept / "published" / "peil.duckdb"), read_only=True) as connection:
        for segment, part in expected.items():
            (found,) = connection.execute(
                "select estimate from marts.estimates where question_code = 'v10' and "
                "statistic = 'mean' and segment_code = ? and segment_value in ('total', 'vrouw')",
                [segment],
            ).fetchone()
            grades, weights = part["v10"].astype(float), part["weging"].astype(float)
            assert found == pytest.approx((grades * weights).sum() / weights.sum(), abs=0.006)
        segments = {s for (s,) in connection.execute(
            "select distinct segment_code from marts.estimates where estimate is not null"
        ).fetchall()}  # fmt: skip
    assert segments >= {"total", "v1", "v2", "gemnr", "opl"}


def test_a_trial_is_private_and_can_be_kept(trial):
    folder, kept, run = trial
    assert oct(kept.stat().st_mode)[-3:] == "700"
    assert f"peil init NAME --from {kept}" in run.stdout
    made = peil("init", folder / "mine", "--from", kept)
    assert made.returncode == 0, made.stderr
    assert "PEIL_HASH_KEY" in made.stdout
    assert (folder / "mine" / "inbox" / "bureau_2024.sav").is_file()
    assert (folder / "mine" / "seeds" / "questions.csv").is_file()
    assert not (folder / "mine" / "warehouse").exists()


def test_a_trial_of_no_delivery_leaves_nothing(tmp_path):
    (tmp_path / "x.docx").write_bytes(b"no survey")
    run = peil("try", tmp_path / "x.docx", TMPDIR=str(tmp_path))
    assert run.returncode == 3
    assert "are not deliveries" in run.stderr
    assert not list(tmp_path.glob("peil-try-*"))


def test_a_night_on_every_draft(tmp_path):
    """All files in one inbox, their drafts in one codebook: each survey ends with figures."""
    places = union(tmp_path, list(FILES))
    assert seed_faults(places.seeds) == []
    release_tables(places)
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        figures = dict(
            connection.execute(
                "select survey_code, count(estimate) from marts.estimates group by all"
            ).fetchall()
        )
        schemes = dict(
            connection.execute(
                "select survey_code, any_value(weighting_scheme) from marts.estimates group by all"
            ).fetchall()
        )
    for number, name in enumerate(FILES, start=1):
        assert figures.get(f"s{number}", 0) > 0, name
    number = list(FILES).index("bureau_zonder_gewicht.sav") + 1
    assert schemes[f"s{number}"] == f"s{number}_raked"
