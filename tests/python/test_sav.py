"""What Peil writes into a .sav file itself: names, labels, the weight and response sets."""

import struct
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from peil.export.sav import Names, ResponseSet, clip, finish_sav

TEXT = "x" * 32


@pytest.fixture
def sav(tmp_path: Path) -> Path:
    """A file in which the weight comes after a text that takes four places."""
    data = pd.DataFrame(
        {"key": [TEXT, "y"], "weight": [1.5, 0.5], "channel_phone": [1, 0], "channel_desk": [0, 1]}
    )
    file = tmp_path / "file.sav"
    pyreadstat.write_sav(
        data, str(file), note="Gesimuleerd", column_labels={"weight": "Weegfactor", "key": "Één"},
        variable_value_labels={"channel_desk": {0: "Niet gekozen", 1: "Gekozen"}},
        missing_ranges={"channel_desk": [9], "channel_phone": [{"lo": -4, "hi": -1}]},
    )  # fmt: skip
    return file


def extensions(file: Path) -> list[int]:
    """Subtypes of the extension records, found by their fixed beginning."""
    content = file.read_bytes()
    return [
        struct.unpack_from("<i", content, at + 4)[0]
        for at in range(176, len(content) - 12)
        if struct.unpack_from("<i", content, at)[0] == 7
        and struct.unpack_from("<i", content, at + 8)[0] in (1, 4, 8)
        and struct.unpack_from("<i", content, at + 4)[0] in (3, 4, 7, 11)
    ]


def test_names_are_valid_and_given_once():
    names = Names()
    wanted = ["weight", "Weight", "65+", "niet van toepassing", "to", "één", "_x", "weight_2"]
    assert [names.new(name) for name in wanted] == [
        "weight", "Weight_2", "v_65", "niet_van_toepassing", "v_to", "een", "v__x", "weight_2_2",
    ]  # fmt: skip
    long = [names.new("a" * 70) for _ in range(11)]
    assert len(set(long)) == 11
    assert {len(name) for name in long} == {64}


def test_every_name_given_is_one_that_can_be_written(tmp_path: Path):
    names = Names()
    wanted = ["ALL", "a b", "x" * 65, "é" * 40, "1a", "_a", "a.", "$a", "@a", "#", "", "a", "A"]
    given = [names.new(name) for name in wanted]
    file = tmp_path / "names.sav"
    pyreadstat.write_sav(pd.DataFrame({name: [1.0] for name in given}), str(file))
    assert pyreadstat.read_sav(str(file))[1].column_names == given


@pytest.mark.parametrize(
    ("text", "n_bytes", "left"),
    [("één", 3, "é"), ("één", 4, "éé"), ("een\n  twee", 20, "een twee"), ("kort", 9, "kort")],
)
def test_a_label_is_cut_between_letters(text: str, n_bytes: int, left: str):
    assert clip(text, n_bytes) == left


def test_the_weight_is_found_behind_a_long_text(sav: Path):
    """The header counts places of eight bytes: four of the text, then the weight."""
    before, meta = pyreadstat.read_sav(str(sav), user_missing=True)
    finish_sav(sav, "weight", [])
    assert struct.unpack("<i", sav.read_bytes()[76:80]) == (5,)
    after, same = pyreadstat.read_sav(str(sav), user_missing=True)
    pd.testing.assert_frame_equal(before, after)
    assert same.variable_value_labels == meta.variable_value_labels
    assert same.missing_ranges == meta.missing_ranges


def test_response_sets_are_read_back_and_nothing_else_changes(sav: Path):
    before, meta = pyreadstat.read_sav(str(sav), user_missing=True)
    sets = [
        ResponseSet("channel", "Wélk kanaal?", ("channel_phone", "channel_desk")),
        ResponseSet("other", "", ("channel_desk", "channel_phone")),
    ]
    finish_sav(sav, None, sets)
    after, same = pyreadstat.read_sav(str(sav), user_missing=True)
    pd.testing.assert_frame_equal(before, after)
    assert {
        name: (group["label"], tuple(group["variable_list"]), group["counted_value"])
        for name, group in same.mr_sets.items()
    } == {group.name: (group.label, group.variables, 1) for group in sets}
    # By the PSPP guide SPSS looks for short names in lower case; pyreadstat takes any.
    members = sav.read_bytes().split("Wélk kanaal? ".encode())[1].split(b"\n")[0]
    assert members == members.lower()
    assert same.notes == meta.notes
    assert same.column_names_to_labels == meta.column_names_to_labels
    assert same.missing_ranges == meta.missing_ranges
    assert list(sav.parent.iterdir()) == [sav]


def test_extension_records_stay_in_order(sav: Path):
    """SPSS wants them in the order of their subtypes."""
    assert extensions(sav) == [3, 4, 11]
    finish_sav(sav, None, [ResponseSet("c", "", ("channel_phone", "channel_desk"))])
    assert extensions(sav) == [3, 4, 7, 11]


def test_what_is_not_there_is_refused(sav: Path, tmp_path: Path):
    content = sav.read_bytes()
    with pytest.raises(ValueError, match="no variable gewicht"):
        finish_sav(sav, "gewicht", [])
    assert sav.read_bytes() == content
    other = tmp_path / "thesis.docx"
    other.write_text("years of work")
    with pytest.raises(ValueError, match=r"is not a \.sav file"):
        finish_sav(other, None, [])
    assert sorted(tmp_path.iterdir()) == [sav, other]
