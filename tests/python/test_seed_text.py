"""Seeds as a spreadsheet saves them: said in one sentence, with the way out, by every verb."""

import csv
import io
import re
import shutil

import pytest
from conftest import here, options, places_in
from peil.codebook.seed_text import require_codebook, seed_text
from peil.drafting.mending import mended
from peil.errors import InputError
from peil.settings import PROJECT

SEEDS = PROJECT / "seeds"
SAVED = ("waves", "publication_rounding", "options", "segments", "recommendation_texts")


def dutch(cell: str) -> str:
    """A cell as a Dutch spreadsheet writes it."""
    if day := re.fullmatch(r"(\d{4})-0?(\d+)-0?(\d+)", cell):
        return f"{day[3]}-{day[2]}-{day[1]}"
    if re.fullmatch(r"-?\d+\.\d+", cell):
        return cell.replace(".", ",")
    return {"true": "WAAR", "false": "ONWAAR"}.get(cell, cell)


@pytest.fixture
def seeds(tmp_path):
    return shutil.copytree(SEEDS, tmp_path / "seeds")


def separated(text: str, mark: str) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=mark).writerows(csv.reader(text.splitlines()))
    return target.getvalue().encode()


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        (lambda text: separated(text, ";"), "semicolons stand between its cells"),
        (lambda text: separated(text, "\t"), "tabs stand between its cells"),
        (lambda text: text.replace("2024", "één").encode("cp1252"), "'één.*' is not UTF-8"),
        (lambda text: text.replace("2024", "één").encode("utf-8").decode("cp1252").encode(),
         "'Ã©' was 'é' before"),
        (lambda text: text.replace("2024", "€ 5").encode("utf-8").decode("cp1252").encode(),
         "'â‚¬' was '€' before"),
        (lambda text: text.replace("2024", "Íj").encode().replace(b"\xc3\x8d", b"\xc3\x83\xc2\x8d"),
         "was 'Í' before"),
        (lambda text: text.replace("2024", "\ufffd\ufffdn").encode(), "a letter was lost"),
        (lambda text: text.encode("utf-16"), "is not UTF-8"),
        (lambda text: text.encode("utf-16-le"), "holds NUL bytes"),
        (lambda text: text.replace("\n", "\r").encode(), "end as on an old Macintosh"),
        (lambda text: text.replace("2024", '"2024', 1).encode(), r"line \d+: is no CSV"),
        (lambda _: b"\xef\xbb\xbf \n", "is empty; a table without rows"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_seed_is_said(seeds, saved, said):
    file = seeds / "waves.csv"
    file.write_bytes(saved(file.read_text(encoding="utf-8")))
    with pytest.raises(InputError, match=rf"waves\.csv.*{said}"):
        require_codebook(seeds)


def test_all_files_are_named_at_once_with_their_lines(seeds):
    for name in ("options", "questions"):
        lines = (seeds / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        lines[6] = lines[6].replace(",", " ë,", 1)
        (seeds / f"{name}.csv").write_text(
            "\n".join(lines) + "\n", encoding="cp1252", errors="replace"
        )
    with pytest.raises(InputError) as refused:
        require_codebook(seeds)
    assert [line.split(". ")[0].split(": ")[:2] for line in str(refused.value).splitlines()] == [
        [str(seeds / "options.csv"), "line 7"], [str(seeds / "questions.csv"), "line 7"]
    ]  # fmt: skip


def test_letters_with_accents_are_read(seeds):
    """As they should be, with the mark that a spreadsheet puts before UTF-8, and as in French."""
    file = seeds / "topics.csv"
    text = file.read_text(encoding="utf-8") + "à,É,Ãx,Â,â€,één – € “ij”\n"
    for encoding in ("utf-8", "utf-8-sig"):
        file.write_text(text, encoding=encoding)
        require_codebook(seeds)
        assert seed_text(file).read() == text


@pytest.mark.parametrize("verb", ["land", "nightly", "status", "doctor", "codebook check",
                                  "codebook excel"])  # fmt: skip
def test_every_verb_says_it(seeds, tmp_path, verb):
    (seeds / "questions.csv").write_bytes(
        separated((seeds / "questions.csv").read_text(encoding="utf-8"), ";")
    )
    places = places_in(tmp_path, seeds)
    places.inbox.mkdir()
    given = options(places) if " " not in verb else ["--seeds", seeds]
    run = here(*verb.split(), *given)
    said = " ".join((run.stdout + run.stderr).split())
    assert "semicolons stand between its cells" in said
    assert "`peil codebook upgrade` writes it as it should be" in said
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac_roman", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_an_upgrade_writes_a_seed_as_it_was(seeds, encoding, mark, ending):
    """A file with letters, dates, decimals and truths, saved as a Dutch spreadsheet does."""
    before = {name: (seeds / f"{name}.csv").read_text(encoding="utf-8") for name in SAVED}
    for name, text in before.items():
        lines = list(csv.reader(text.splitlines()))
        for line in lines[1:]:
            line[:] = [dutch(cell) if mark == ";" else cell for cell in line]
        lines.append([""] * len(lines[0]))
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=mark, lineterminator=ending).writerows(lines)
        (seeds / f"{name}.csv").write_text(target.getvalue(), encoding=encoding, newline="")
    run = here("codebook", "upgrade", "--seeds", seeds)
    assert run.returncode == 0, run.stderr
    for name, text in before.items():
        mended = list(csv.reader((seeds / f"{name}.csv").open(encoding="utf-8", newline="")))
        assert mended == list(csv.reader(text.splitlines())), name
    if mark == ";":
        assert "publication_rounding.csv: commas stand between its cells" in run.stdout
        assert "cells of column fieldwork_start are written as date" in run.stdout


def test_an_upgrade_puts_letters_back_and_refuses_lost_ones(seeds):
    file = seeds / "options.csv"
    text = file.read_text(encoding="utf-8").replace("Man,", "Geïnd – 1 € één,")
    file.write_text(text.encode("utf-8").decode("cp1252"), encoding="utf-8")
    run = here("codebook", "upgrade", "--seeds", seeds)
    assert "letters that were read in another alphabet are back" in run.stdout
    assert file.read_text(encoding="utf-8") == text
    file.write_text(text.replace("ë", "\ufffd").replace("é", "\ufffd"), encoding="utf-8")
    run = here("codebook", "upgrade", "--seeds", seeds)
    assert run.returncode == 2
    assert "a letter was lost" in run.stderr


def test_what_a_delivery_says_stays_mangled_where_it_is(seeds):
    with (seeds / "code_fixes.csv").open("a", encoding="utf-8") as handle:
        handle.write("gemeentekanalen,gender,\ufffd Ã©Ã©n,man,As the file has it\n")
    before = (seeds / "code_fixes.csv").read_bytes()
    require_codebook(seeds)
    run = here("codebook", "upgrade", "--seeds", seeds)
    assert run.returncode == 0
    assert (seeds / "code_fixes.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("mark", "given", "wanted"),
    [
        (";", ["0,8", "1,234", "-2,5", "3"], ["0.8", "1.234", "-2.5", "3"]),
        (",", ["0,8", "1,234", "-2,5", "1.5"], ["0.8", "1,234", "-2.5", "1.5"]),
        (";", ["1.234", "1.234,5", "1e3"], ["1.234", "1.234,5", "1e3"]),
    ],
)
def test_a_number_that_may_be_two_stays_as_it_is(tmp_path, mark, given, wanted):
    file = tmp_path / "weighting_margins.csv"
    with file.open("w", newline="") as handle:
        csv.writer(handle, delimiter=mark).writerows(
            [["wave_code", "total"], *([" w", number] for number in given)]
        )
    assert [line[1] for line in mended(file)[0][1:]] == wanted


@pytest.mark.parametrize(
    ("mark", "given", "wanted"),
    [
        (";", "1-7-2024", "2024-07-01"), (";", "31/12/2024", "2024-12-31"),
        (",", "01.07.2024", "2024-07-01"), (",", "1/7/2024", "1/7/2024"),
        (";", "2024-07-01", "2024-07-01"), (";", "1-7-24", "1-7-24"),
    ],
)  # fmt: skip
def test_a_day_is_written_as_dbt_reads_it(tmp_path, mark, given, wanted):
    file = tmp_path / "waves.csv"
    file.write_text(f"wave_code{mark}fieldwork_start\nw{mark}{given}\n")
    assert mended(file)[0][1][1] == wanted
