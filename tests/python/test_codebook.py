"""A codebook drafted from a delivery, and what a check finds."""

import csv
import shutil
from collections import Counter

import duckdb
import pytest
from conftest import here, options, peil, places_in, shared
from peil.codebook.complete import absent
from peil.codebook.sources import read_sources
from peil.drafting.check import check
from peil.drafting.draft import Names, draft
from peil.errors import InputError
from peil.settings import PROJECT

NAMES = Names("onderzoek", "2024", "bureau")
LIMESURVEY = (
    "id;submitdate;lastpage;startlanguage;ipaddr;G1;G2[1];G2[2];G2[3];G2[other];G3\n"
    + "".join(
        f"{i};2024-07-01;6;nl;192.0.2.1;{1 + i % 11};{'Y' * (i % 2)};{'Y' * (i % 3 > 0)};Y;;"
        f"{'een lang antwoord ' * 9}{i}\n"
        for i in range(60)
    )
)
QUALTRICS = (
    "Status,Finished,ResponseId,RecipientEmail,Q1,Q2_1,Q2_2,Q3\n"
    "a,b,c,d,Welk cijfer?,Kanalen - Telefoon,Kanalen - Balie,Redenen\n"
    '"{""ImportId"":""status""}",x,y,z,u,v,w,t\n'
    + "".join(
        f"{i % 2},1,R_{i},,{1 + i % 10},{'1' * (i % 2)},{'1' * (i % 3 > 0)},"
        f'"{1 + i % 3},{4 + i % 2}"\n'
        for i in range(60)
    )
)
FORMS = "Tijdstempel,Waarover?\n" + "".join(
    f'2024/07/0{1 + i % 9} 10:00:00,"{text}"\n'
    for i, text in enumerate(
        ["Paspoort, kaart of bewijs", "Afval", "Paspoort, kaart of bewijs, Afval", "Afval, Zorg"]
        * 6
    )
)


def rows(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def drafted(tmp_path, content, name="levering.csv"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    draft(path, tmp_path / "seeds", NAMES)
    seeds = tmp_path / "seeds"
    return seeds, {b["source_column"]: b for b in rows(seeds, "bindings")}


def test_an_empty_cell_leaves_grades_grades_and_minutes_are_none(tmp_path):
    rows_of = "".join(f"{1 + i % 10 if i % 7 else ''},{i % 30}\n" for i in range(90))
    _, bindings = drafted(tmp_path, "cijfer,minuten\n" + rows_of)
    assert bindings["cijfer"]["review"] == "grade 1-10?"
    assert bindings["minuten"]["review"] == "a number: what does it count?"


def test_spellings_of_one_answer_are_one_option(tmp_path):
    """Labels are compared without capitals: three options would count every answer three times."""
    answers = ["Rijtjeshuis", "rijtjeshuis", "RIJTJESHUIS", "Flat", "flat", "Woonboot"] * 20
    drafted(tmp_path, "woning\n" + "\n".join(answers) + "\n")
    labels = [row["label_nl"] for row in rows(tmp_path / "seeds", "options")]
    assert sorted(label.lower() for label in labels) == ["flat", "rijtjeshuis", "woonboot"]


def test_the_burgerpeiling_gives_all_its_variables_labels_and_scales(tmp_path):
    path = shared("data", "burgerpeiling", "Burgerpeling-dataformat-2022.sav")
    seeds = tmp_path / "seeds"
    run = here("codebook", "draft", path, "--out", seeds, "--survey", "bp", "--wave", "2022")
    assert run.returncode == 0, run.stderr
    assert "178 columns, 115 questions" in run.stdout
    bindings = {b["source_column"]: b for b in rows(seeds, "bindings")}
    assert len(bindings) == 178
    assert bindings["respondent"]["field"] == "respondent_id"
    assert bindings["weging"]["field"] == "base_weight"
    questions = {q["question_code"]: q for q in rows(seeds, "questions")}
    assert Counter(q["scale_code"] for q in questions.values()) == {
        "single": 44, "likert_1_5": 39, "grade_1_10": 13, "multiple": 10, "scale_vz03_5": 8,
        "scale_wl19": 1,
    }  # fmt: skip
    assert questions["dv01"]["label_nl"] == (
        "Wat vindt u -over het algemeen- van de dienstverlening van uw gemeente?"
    )
    assert all(q["review"] for q in questions.values() if q["scale_code"] != "single")
    assert "reversed" in questions["dv07_1"]["review"]
    missing = {
        (m["option_set_code"], m["answer_code"]): m["missing_reason"]
        for m in rows(seeds, "missing_codes")
    }
    assert missing[("grade_1_10", "11")] == "dont_know"
    assert missing[("likert_1_5", "6")] == "dont_know"
    assert missing[("grade_1_10", "99")] == "skipped"
    assert bindings["zw05_0"]["binding"] == "one_hot"
    assert (bindings["zw05_0"]["true_value"], bindings["zw05_0"]["false_value"]) == ("1", "0")
    assert bindings["zw05_5"]["question_code"] == bindings["zw05_0"]["question_code"] == "zw05"
    assert questions["zw05"]["label_nl"].startswith("In welke van onderstaande verenigingen")
    options = [o["label_nl"] for o in rows(seeds, "options") if o["option_set_code"] == "dv02"]
    assert options == ["ja", "nee"]


def test_limesurvey_columns_of_one_question_become_its_options(tmp_path):
    seeds, bindings = drafted(tmp_path, LIMESURVEY)
    assert rows(seeds, "sources")[0]["file_format"] == "limesurvey_csv"
    (survey,) = rows(seeds, "surveys")
    assert (survey["audience"], survey["min_base_n"]) == ("respondents", "50")
    assert bindings["id"]["field"] == "respondent_id"
    assert bindings["submitdate"]["field"] == "submitted_at"
    assert bindings["ipaddr"]["binding"] == "identifier"
    assert bindings["G2[1]"]["binding"] == "one_hot"
    assert {bindings[f"G2[{i}]"]["question_code"] for i in (1, 2, 3)} == {"g2"}
    assert bindings["G2[1]"]["true_value"] == "Y"
    scales = {q["question_code"]: q["scale_code"] for q in rows(seeds, "questions")}
    assert scales["g1"] == "grade_1_10"
    assert scales["g2"] == "multiple"
    assert scales["g3"] == "open_text"


def test_qualtrics_fields_previews_and_both_kinds_of_multiple_response(tmp_path):
    seeds, bindings = drafted(tmp_path, QUALTRICS)
    assert bindings["Status"]["field"] == "is_test"
    assert bindings["Status"]["true_value"].startswith("1|")
    assert bindings["Finished"]["field"] == "is_complete"
    assert bindings["RecipientEmail"]["binding"] == "identifier"
    assert {bindings[c]["binding"] for c in ("Q2_1", "Q2_2")} == {"one_hot"}
    assert (bindings["Q3"]["binding"], bindings["Q3"]["delimiter"]) == ("delimited", ",")
    texts = {q["question_code"]: q["text_nl"] for q in rows(seeds, "questions")}
    assert texts["q1"] == "Welk cijfer?"


def test_a_label_with_a_comma_stays_whole(tmp_path):
    seeds, bindings = drafted(tmp_path, FORMS)
    assert bindings["Waarover?"]["binding"] == "delimited"
    labels = {o["label_nl"] for o in rows(seeds, "options")}
    assert labels == {"Paspoort, kaart of bewijs", "Afval", "Zorg"}
    findings = check(places_in(tmp_path, seeds=seeds), [tmp_path / "levering.csv"])
    assert not [s for s in findings.sentences if "value '" in s]


def test_a_draft_is_a_codebook_that_publishes_at_once(tmp_path):
    """A new required column in the seeds must reach the draft as well."""
    seeds, _ = drafted(tmp_path, LIMESURVEY)
    places = places_in(tmp_path, seeds=seeds)
    places.inbox.mkdir()
    (tmp_path / "levering.csv").rename(places.inbox / "levering.csv")
    night = peil("nightly", *options(places), PEIL_HASH_KEY="test")
    assert night.returncode == 0, night.stderr
    with duckdb.connect(str(places.published_file), read_only=True) as connection:
        questions = connection.execute(
            "select distinct question_code from marts.estimates order by 1"
        ).fetchall()
    assert questions == [("g1",), ("g2",)]


def test_a_draft_overwrites_nothing(tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "mine.csv").write_text("a\n")
    (tmp_path / "x.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="A draft overwrites nothing"):
        draft(tmp_path / "x.csv", tmp_path / "seeds", NAMES)


def test_a_check_names_unbound_columns_unknown_codes_and_questions_nobody_delivers(tmp_path):
    seeds, _ = drafted(tmp_path, QUALTRICS)
    with (seeds / "questions.csv").open("a") as handle:
        handle.write("extra,onderzoek,Extra,Extra,,,single,,draft,,,,,false,,99,\n")
    changed = tmp_path / "inbox" / "levering.csv"
    changed.parent.mkdir()
    header, text, ids, *lines = QUALTRICS.splitlines()
    lines[0] = lines[0].replace(",1,", ",77,", 1)
    changed.write_text(
        "\n".join([header + ",Nieuw", text + ",Nieuwe vraag", ids + ",n"])
        + "\n" + "\n".join(line + ",5" for line in lines).replace(",10,", ",42,") + "\n"
    )  # fmt: skip
    run = here("codebook", "check", *options(places_in(tmp_path, seeds=seeds)))
    assert run.returncode == 1
    assert "levering.csv: column 'Nieuw' is not bound in bindings.csv." in run.stdout
    assert "column 'Q1', value '42'" in run.stdout
    assert "outside the range of its scale" in run.stdout
    assert "questions.csv: no source delivers 'extra'." in run.stdout
    assert "is a guess" in run.stdout
    assert "findings in 1 files" in run.stderr


def test_the_demo_passes_the_check(demo):
    run = here("codebook", "check", *options(demo))
    lines = [x for x in run.stdout.splitlines() if "value '" not in x]
    assert lines == [], "the demo's dirty values are the only findings"


@pytest.mark.parametrize(
    ("table", "row", "words"),
    [
        ("publication_rounding", None, "publication_rounding.csv: not here"),
        ("contrasts", None, "contrasts.csv: not here. A table without rows is its first line"),
        ("thresholds", "min_cell_n", "thresholds.csv: no row 'min_cell_n'. Peil's own is min_"),
        ("publication_rounding", "share", "publication_rounding.csv: no row 'share'"),
        ("flags", "protected", "flags.csv: no row 'withheld protected'"),
    ],
)
def test_a_codebook_without_a_rule_of_publication_builds_nothing(table, row, words, tmp_path):
    """A comparison with a threshold that is absent is null, and withholds nothing."""
    places = places_in(tmp_path, tmp_path / "seeds")
    shutil.copytree(PROJECT / "seeds", places.seeds)
    path = places.seeds / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.unlink()
    if row:
        path.write_text("".join(line for line in lines if not line.startswith(f"{row},")))
    assert absent(PROJECT / "seeds") == []
    run = peil("nightly", *options(places))
    assert run.returncode == 2
    assert words in run.stderr
    assert not places.warehouse.exists()
    assert not places.published_file.exists()


def test_an_open_question_is_known_by_the_kind_of_its_scale(tmp_path):
    """Whatever the scale is called: what it holds is masked and reaches no mart."""
    seeds = shutil.copytree(PROJECT / "seeds", tmp_path / "seeds")
    for name in ("scales", "questions"):
        path = seeds / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("open_text", "own_words"))
    (source,) = (s for s in read_sources(seeds) if s.source_code == "gemeentekanalen")
    assert source.open_columns == {b.column for b in source.bindings if b.question_code == "remark"}
    assert source.open_columns
