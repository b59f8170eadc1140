"""`peil rake` reads what `peil land` reads: formats, names, numbers, levels, rounded margins."""

import json

import duckdb
import numpy as np
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
from click.testing import CliRunner
from peil.cli.rake import rake_command
from peil.errors import PeilError
from peil.rake_files.job import Job
from peil.rake_files.levels import match_levels
from peil.rake_files.run import rake_file
from python_calamine import CalamineWorkbook

MARGINS = "variable,level,total\nsex,m,0.49\nsex,v,0.51\nage,1,0.4\nage,2,0.6\n"
SEX = ["m", "v", "v", "m", "v", "m", "v", "v"]
AGE = ["1", "2", "1", "2", "2", "1", "1", "2"]


@pytest.fixture
def frame():
    return pd.DataFrame({"id": [str(i) for i in range(1, 9)], "sex": SEX, "age": AGE})


def raked(folder, data, margins=MARGINS, out="out.csv", **settings):
    """The diagnostics of a run, and the file it wrote."""
    target = folder / out
    if isinstance(margins, str):
        path = folder / "margins.csv"
        path.write_text(margins, encoding="utf-8")
        margins = path
    reports = rake_file(Job(data, margins, target, **settings))
    return reports, target


def refused(folder, data, margins=MARGINS, out="out.csv", **settings):
    with pytest.raises(PeilError) as error:
        raked(folder, data, margins, out, **settings)
    assert not (folder / out).exists()
    return str(error.value)


def weights(frame):
    """What R survey::calibrate(calfun = "raking") gives too: the margins are met."""
    return frame["weight"].astype(float)


def as_csv(folder, frame, separator=",", encoding="utf-8", name="data.csv"):
    path = folder / name
    path.write_bytes(
        frame.to_csv(index=False, sep=separator, lineterminator="\r\n").encode(encoding)
    )
    return path


def as_sav(folder, frame):
    path = folder / "data.sav"
    coded = frame.assign(age=frame["age"].astype(float), id=frame["id"].astype(float))
    pyreadstat.write_sav(
        coded, str(path), column_labels={"age": "Leeftijd"},
        variable_value_labels={"age": {1.0: "Jong", 2.0: "Oud"}, "sex": {"m": "Man", "v": "Vrouw"}},
        missing_ranges={"age": [{"lo": 98, "hi": 99}]},
    )  # fmt: skip
    return path


def as_workbook(folder, frame):
    path = folder / "data.xlsx"
    frame.assign(age=frame["age"].astype(float)).to_excel(path, index=False, engine="xlsxwriter")
    return path


def as_parquet(folder, frame):
    path = folder / "data.parquet"
    frame.assign(age=frame["age"].astype(float)).to_parquet(path)
    return path


@pytest.mark.parametrize(
    "form",
    [
        as_csv, as_sav, as_workbook, as_parquet,
        lambda folder, frame: as_csv(folder, frame, ";", "utf-16"),
        lambda folder, frame: as_csv(folder, frame, "\t", "utf-8-sig", "data.txt"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "out", ["o.csv", "o.tsv", "o.parquet", "o.xlsx", "o.sav", "o.zsav", "O.CSV"]
)
def test_any_format_goes_in_and_the_format_of_the_name_comes_out(tmp_path, frame, form, out):
    (report,), target = raked(tmp_path, form(tmp_path, frame), out=out)
    readers = {
        ".csv": lambda p: pd.read_csv(p),
        ".tsv": lambda p: pd.read_csv(p, sep="\t"),
        ".parquet": pd.read_parquet,
        ".xlsx": lambda p: pd.read_excel(p, engine="calamine"),
        ".sav": lambda p: pyreadstat.read_sav(str(p))[0],
        ".zsav": lambda p: pyreadstat.read_sav(str(p))[0],
    }
    found = readers[target.suffix.lower()](target)
    assert list(found.columns) == ["id", "sex", "age", "weight"]
    assert found["sex"].tolist() == SEX
    assert found["age"].astype(float).tolist() == [float(a) for a in AGE]
    sums = found.groupby("sex")["weight"].sum() / found["weight"].sum()
    assert sums["m"] == pytest.approx(0.49)
    assert report["n"] == 8
    content = target.read_bytes()
    signs = {".xlsx": b"PK", ".parquet": b"PAR1", ".sav": b"$FL2", ".zsav": b"$FL3"}
    assert content.startswith(signs.get(target.suffix.lower(), b"id"))
    assert sorted(p.name for p in tmp_path.iterdir() if p.name[0] == ".") == []


def test_a_sav_file_keeps_its_labels_and_missing_values(tmp_path, frame):
    _, target = raked(tmp_path, as_sav(tmp_path, frame), out="o.sav")
    _, meta = pyreadstat.read_sav(str(target), user_missing=True)
    assert meta.variable_value_labels["age"] == {1.0: "Jong", 2.0: "Oud"}
    assert meta.missing_ranges == {"age": [{"lo": 98.0, "hi": 99.0}]}
    assert meta.column_labels[2] == "Leeftijd"


def test_margins_come_in_any_format_and_go_by_code_or_label(tmp_path, frame):
    path = tmp_path / "margins.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        rows = [
            ("Bron: CBS",), (), ("Variable", " Level", "TOTAL"), ("sex", "Man", "49,5"),
            ("sex", "vrouw ", "50,5%"), ("Age", "1", "40"), ("Age", "oud", "60"),
        ]  # fmt: skip
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    data = as_sav(tmp_path, pd.concat([frame] * 20))
    (report,), target = raked(tmp_path, data, path)
    shares = {m["level"]: m["achieved"] for m in report["margins"]}
    assert shares["Man"] / 160 == pytest.approx(0.495)
    assert shares["oud"] / 160 == pytest.approx(0.6)
    assert target.exists()


@pytest.mark.parametrize(
    ("found", "declared", "expected"),
    [
        (["1", "1.0", " 1", "01"], ["1", "2"], {"1"}),
        (["M", "m ", "M"], ["m", "v"], {"m"}),
        (["1,0"], ["1.0"], {"1.0"}),
        (["noord  oost"], ["Noord Oost"], {"Noord Oost"}),
        (["363"], ["0363"], {"0363"}),
        (["", "  "], ["m"], {""}),
    ],
)
def test_levels_are_one_where_the_codebook_calls_them_one(found, declared, expected):
    assert set(match_levels(found, declared).values()) == expected


def test_capitals_count_where_the_margins_tell_levels_apart_by_them():
    assert match_levels(["a", "A"], ["a", "A"]) == {"a": "a", "A": "A"}
    assert match_levels(["a", "A"], ["b"]) == {"a": "a", "A": "a"}


def test_what_spss_calls_missing_is_no_answer_unless_the_margins_name_it(tmp_path, frame):
    frame.loc[7, "age"] = "99"
    (report,), _ = raked(tmp_path, as_sav(tmp_path, frame))
    assert [m["level"] for m in report["margins"] if not m["is_known"]] == ["(no answer)"]


@pytest.mark.parametrize(
    "names",
    [
        ["cell_id", "sex", "age"], ["row_nr", "sex", "age"], ["select", "sex", "age"],
        ["d", "sex", "age"], ["factor", "sex", "age"], ["cell_group", "sex", "age"],
        ["level_0", "sex", "age"], ["n", "sex", "age"], ['a"b', "sex", "age"],
        ["it's", "sex", "age"], ["peil_row", "sex", "age"], ["found", "sex", "age"],
        ["incoming", "sex", "age"], ["order by 1; --", "sex", "age"], ["t", "sex", "age"],
        ["Weight2", "sex", "age"], ["v", "sex", "age"], ["cell_number", "sex", "age"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [as_csv, as_parquet])
@pytest.mark.parametrize("out", ["o.csv", "o.xlsx", "o.parquet"])
def test_no_name_of_a_column_stops_it(tmp_path, frame, names, form, out):
    frame["age"] = frame["age"].astype(int)
    frame.columns = names
    _, target = raked(tmp_path, form(tmp_path, frame), out=out)
    assert target.exists()


@pytest.mark.parametrize("name", ["n", "cell_id", "weight", "d", "cell_group", "level_1", "all"])
def test_a_variable_and_a_base_weight_may_have_any_name(tmp_path, frame, name):
    frame = frame.rename(columns={"sex": name}).assign(factor=["0,5", "1,25"] * 4)
    (report,), target = raked(
        tmp_path, as_csv(tmp_path, frame, ";"), MARGINS.replace("sex,", f"{name},"),
        base_weight="factor", weight_column="w",
    )  # fmt: skip
    assert report["total"] == pytest.approx(7.0)
    assert list(pd.read_csv(target).columns)[-1] == "w"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,sex,age,Weight", "has a column 'Weight' already"),
        ("id,sex,age,WEIGHT ", "has a column 'WEIGHT' already"),
        ("id,sex,age,Sex", "the name 'Sex' stands there twice"),
        ("id,sex,age,", "column 4: no column name"),
        ("id,sex,age,row_number", "'row_number' is Peil's own name"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_before_anything(tmp_path, header, message):
    path = tmp_path / "d.csv"
    path.write_text(header + "\n" + "".join(f"{i},m,1,1\n" for i in range(5)))
    assert message in refused(tmp_path, path)


@pytest.mark.parametrize("out", ["o.xls", "o", "o.txt", "o.csv.gz", "o.json"])
def test_a_format_that_is_not_written_is_refused_before_any_work(tmp_path, out):
    message = refused(tmp_path, tmp_path / "absent.csv", out=out)
    assert "is no format that peil rake writes" in message
    assert ".xlsx" in message


@pytest.mark.parametrize("name", ["row_number", "id2", "select", 'w"', "d"])
def test_the_new_column_is_called_as_asked_and_rows_keep_their_order(tmp_path, frame, name):
    data = as_csv(tmp_path, frame)
    _, target = raked(tmp_path, data, weight_column=name)
    found = pd.read_csv(target)
    assert list(found.columns) == ["id", "sex", "age", name]
    assert found["id"].tolist() == list(range(1, 9))
    assert "is empty" in refused(tmp_path, data, out="n.csv", weight_column=" ")


def test_a_name_that_spss_does_not_take_is_refused_before_any_work(tmp_path, frame):
    data = as_csv(tmp_path, frame.rename(columns={"id": "1e vraag"}))
    assert "SPSS takes no column called '1e vraag'" in refused(tmp_path, data, out="o.sav")


@pytest.mark.parametrize(
    ("column", "sum_d"),
    [
        (["0,5", "1,25", "1,5", "0,75"] * 2, 8.0),
        (["0.5", "1.25", "1.5", "0.75"] * 2, 8.0),
        (["1.250,5", "1", "2", "3"] * 2, 2513.0),
        (["5e-1", "1.5", "1", "1"] * 2, 8.0),
    ],
)
def test_base_weights_have_any_decimal_mark(tmp_path, frame, column, sum_d):
    data = as_csv(tmp_path, frame.assign(d=column))
    (report,), _ = raked(tmp_path, data, base_weight="d")
    assert report["total"] == pytest.approx(sum_d)


def test_a_base_weight_that_may_be_two_numbers_asks_for_its_mark(tmp_path, frame):
    data = as_csv(tmp_path, frame.assign(d=["1,250", "2,500"] * 4))
    assert "'1,250' may be read in two ways" in refused(tmp_path, data, base_weight="d")
    (report,), _ = raked(tmp_path, data, base_weight="d", decimal_mark=",")
    assert report["total"] == pytest.approx(15.0)
    (report,), _ = raked(tmp_path, data, base_weight="d", decimal_mark=".")
    assert report["total"] == pytest.approx(15_000.0)


def test_a_base_weight_that_is_no_number_is_named_with_its_row(tmp_path, frame):
    data = as_csv(tmp_path, frame.assign(d=["1", "1,5", "veel", "1", "1", "1", "1", "1"]))
    assert "row 3 'veel'" in refused(tmp_path, data, base_weight="d")


@pytest.mark.parametrize(
    ("sex", "age", "looks"),
    [
        ((49.3, 50.7), (40.1, 60.0), "look rounded: they sum to sex 100, age 100.1"),
        ((0.49, 0.51), (0.4, 0.61), "look rounded"),
        ((0.49, 0.51), (40, 60), "are of different units"),
        ((49, 51), (4_000, 6_000), "are of different units"),
        ((4_900, 5_100), (4_000, 6_010), "look rounded"),
        ((33.3, 66.6), (33.3, 66.6), "look rounded"),
    ],
)
def test_rounded_margins_are_scaled_on_request_only(tmp_path, frame, sex, age, looks):
    data = as_csv(tmp_path, pd.concat([frame] * 20))
    margins = "variable,level,total\n" + "".join(
        f"{v},{level},{total}\n"
        for v, levels, totals in (("sex", "mv", sex), ("age", "12", age))
        for level, total in zip(levels, totals, strict=True)
    )
    message = refused(tmp_path, data, margins)
    assert looks in message
    assert "--scale-margins" in message
    (report,), target = raked(tmp_path, data, margins, scale_margins=True)
    found = pd.read_csv(target)
    shares = found.groupby("sex")["weight"].sum() / found["weight"].sum()
    assert shares["m"] == pytest.approx(sex[0] / sum(sex))
    shares = found.groupby("age")["weight"].sum() / found["weight"].sum()
    assert shares[1] == pytest.approx(age[0] / sum(age))
    assert any("margins scaled to one total" in note for note in report["notes"])


@pytest.mark.parametrize("age", [(4_000, 7_000), (30, 60)])
def test_what_no_rounding_explains_is_refused_even_so(tmp_path, frame, age):
    data = as_csv(tmp_path, pd.concat([frame] * 20))
    margins = f"variable,level,total\nsex,m,4900\nsex,v,5100\nage,1,{age[0]}\nage,2,{age[1]}\n"
    assert "different totals" in refused(tmp_path, data, margins, scale_margins=True)


def test_messages_show_the_levels_that_are_there(tmp_path, frame):
    data = as_csv(tmp_path, frame)
    message = refused(tmp_path, data, MARGINS.replace("age,1,", "age,18-34,"))
    assert "level '1' has 3 respondents" in message or "level '18-34' has target" in message
    assert "The respondents have: '1', '2'" in message
    message = refused(tmp_path, data, MARGINS.replace("sex,v,0.51\n", "").replace("0.49", "1"))
    assert "The targets are for: 'm'" in message


def test_a_sample_that_counts_for_less_than_a_third_is_warned_about(tmp_path, frame):
    uneven = np.full(80, 0.01)
    uneven[:8] = 100
    data = as_csv(tmp_path, pd.concat([frame] * 10).assign(d=uneven))
    (tmp_path / "m.csv").write_text(MARGINS)
    arguments = ["--data", data, "--margins", tmp_path / "m.csv", "--out", tmp_path / "o.csv"]
    run = CliRunner().invoke(rake_command, list(map(str, [*arguments, "--base-weight", "d"])))
    assert run.exit_code == 0, run.output
    assert "Warning: all: 80 respondents count as 7 (n_effective)" in run.stderr
    run = CliRunner().invoke(rake_command, list(map(str, arguments)))
    assert "Warning" not in run.stderr


def test_rows_come_out_as_they_went_in(tmp_path):
    """Line breaks, quotes and spaces in cells; the weight belongs to its own row."""
    rows = [("1", "m", 'zei "nee"'), ("2", "v", "a\nb"), ("3", "m", " x,y "), ("4", "v", "")]
    frame = pd.DataFrame(rows, columns=["id", "sex", "t"]).assign(age=["1", "2", "2", "1"])
    _, target = raked(tmp_path, as_csv(tmp_path, frame))
    found = pd.read_csv(target, dtype=str, keep_default_na=False)
    assert found["t"].tolist() == frame["t"].tolist()
    with duckdb.connect() as connection:
        n = connection.execute(f"select count(*) from '{target}'").fetchone()[0]
    assert n == 4


def test_diagnostics_say_what_was_found_out(tmp_path, frame):
    data, report = as_csv(tmp_path, frame, ";"), tmp_path / "r.json"
    (tmp_path / "m.csv").write_text(MARGINS)
    run = CliRunner().invoke(
        rake_command,
        list(map(str, ["--data", data, "--margins", tmp_path / "m.csv", "--out",
                       tmp_path / "o.csv", "--diagnostics", report])),
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert "Note: data.csv: separator semicolon." in run.stdout
    assert "data.csv: separator semicolon." in json.loads(report.read_text())[0]["notes"]


def test_a_text_in_a_workbook_stays_a_text(tmp_path, frame):
    frame["id"] = ["=1+1", "007", "1e5", "https://x.nl", "5", "6", "7", "8"]
    _, target = raked(tmp_path, as_csv(tmp_path, frame), out="o.xlsx")
    rows = CalamineWorkbook.from_path(str(target)).get_sheet_by_name("weighted").to_python()
    assert [row[0] for row in rows[1:5]] == ["=1+1", "007", "1e5", "https://x.nl"]
    assert isinstance(rows[1][3], float)
