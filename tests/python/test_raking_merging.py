"""The merge ladder merges what is declared, the smallest first, and logs every level it renames."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peil.errors import RakingError
from peil.raking.merging import Merge, merge_groups, merge_levels
from peil.tables.merges import MergeTables, planned_merges

AGES = ["18-29", "30-39", "40-54", "55+"]
LADDER = {
    "18-29": ["30-39"],
    "30-39": ["18-29", "40-54"],
    "40-54": ["30-39", "55+"],
    "55+": ["40-54"],
}


def test_a_small_level_goes_to_its_first_neighbour_by_hand():
    """12 is below 20 and goes to 30-39; 42 together is enough."""
    counts = {"18-29": 12, "30-39": 30, "40-54": 50, "55+": 80}
    assert merge_levels(counts, dict.fromkeys(AGES, 1), LADDER, 20, AGES) == [
        Merge("18-29", "18-29 + 30-39", "merged_small_level"),
        Merge("30-39", "18-29 + 30-39", "takes_in_level"),
    ]


def test_merging_goes_on_until_there_are_enough_respondents():
    """5 + 6 = 11 is still below 20, so the pair goes on to 40-54."""
    counts = {"18-29": 5, "30-39": 6, "40-54": 50, "55+": 80}
    merged = merge_levels(counts, dict.fromkeys(AGES, 1), LADDER, 20, AGES)
    assert {m.into for m in merged} == {"18-29 + 30-39 + 40-54"}
    assert [m.level for m in merged] == AGES[:3]


def test_the_smallest_level_moves_first():
    """5 joins 16 and makes 21, which is enough; were 16 to move first, all three would be one."""
    counts = {"18-29": 5, "30-39": 16, "40-54": 50}
    ladder = {"18-29": ["30-39"], "30-39": ["40-54"], "40-54": ["30-39"]}
    merged = merge_levels(counts, dict.fromkeys(counts, 1), ladder, 20, AGES)
    assert [(m.level, m.into) for m in merged] == [
        ("18-29", "18-29 + 30-39"),
        ("30-39", "18-29 + 30-39"),
    ]


def test_exactly_the_minimum_is_enough():
    counts = {"18-29": 20, "30-39": 20, "40-54": 20, "55+": 20}
    assert merge_levels(counts, dict.fromkeys(AGES, 1), LADDER, 20, AGES) == []
    assert merge_groups({"a": 75, "b": 200}, "rest", 75) == []
    assert len(merge_groups({"a": 74, "b": 75}, "rest", 75)) == 2


def test_a_level_without_respondents_is_merged_with_its_reason():
    merged = merge_levels({"30-39": 30}, {"18-29": 7, "30-39": 9}, LADDER, 20, AGES)
    assert merged[0] == Merge("18-29", "18-29 + 30-39", "merged_empty_level")


def test_nothing_merges_without_a_ladder_or_when_nobody_lives_there():
    assert merge_levels({"m": 3, "v": 90}, {"m": 1, "v": 1}, {}, 20) == []
    assert merge_levels({"30-39": 30}, {"18-29": 0, "30-39": 9}, LADDER, 20, AGES) == []


@settings(max_examples=100)
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
def test_every_level_has_enough_respondents_or_all_are_one(sizes):
    counts = dict(zip(AGES, sizes, strict=True))
    merged = merge_levels(counts, dict.fromkeys(AGES, 1), LADDER, 20, AGES)
    into = {level: level for level in AGES} | {m.level: m.into for m in merged}
    sums = pd.Series(counts).groupby(into).sum()
    assert sums.sum() == sum(sizes)
    assert len(sums) == 1 or sums.min() >= 20
    for name in sums.index:
        members = [level for level in AGES if into[level] == name]
        assert name == " + ".join(members)
        at = AGES.index(members[0])
        assert members == AGES[at : at + len(members)]


def test_small_groups_join_the_rest_group_and_another_fills_it():
    """10 + 20 is below 75: c (90), the smallest other group, fills the rest group."""
    merged = merge_groups({"a": 10, "b": 20, "c": 90, "d": 200}, "rest", 75)
    assert merged == [
        Merge("a", "rest", "merged_small_group"),
        Merge("b", "rest", "merged_small_group"),
        Merge("c", "rest", "fills_rest_group"),
    ]
    assert merge_groups({"c": 90, "d": 200}, "rest", 75) == []


def test_a_group_that_lacks_a_level_joins_the_rest_group():
    """c is large enough alone, but cannot be weighted alone; a (10) makes the rest group 100."""
    merged = merge_groups({"a": 10, "c": 90, "d": 200}, "rest", 75, incomplete={"c"})
    assert merged == [
        Merge("a", "rest", "merged_small_group"),
        Merge("c", "rest", "merged_incomplete_group"),
    ]


def planned(scheme: dict, counts: list[tuple], ladder: list[tuple] = ()) -> pd.DataFrame:
    names = ["group_value", "attribute_code", "level_code", "n_respondents", "target", "is_known"]
    ladder_names = ["attribute_code", "level_code", "neighbour_level_code", "sort_order"]
    parts = ["first_attribute_code", "second_attribute_code", "first_level_code"]
    parts.append("second_level_code")
    rows = [
        # Of a crossed variable the name joins what stands apart beside it.
        (*row, *[*row[1].split(" × "), None][:2], *[*row[2].split(" × "), None][:2])
        for row in counts
    ]
    defaults = {
        "min_level_n": None, "min_group_n": None, "rest_group": None, "target_scope": "group",
    }  # fmt: skip
    return planned_merges(
        MergeTables(
            counts=pd.DataFrame(rows, columns=[*names, *parts]).assign(
                scheme_code="s", wave_code="w"
            ),
            schemes=pd.DataFrame([{"scheme_code": "s", **defaults, **scheme}]),
            ladders=pd.DataFrame(ladder, columns=ladder_names).assign(scheme_code="s"),
            known_levels=pd.DataFrame(
                {
                    "attribute_code": ["gender", "gender", "age", "age"],
                    "level_code": ["m", "v", "old", "young"],
                    "sort_order": [1, 2, 2, 1],
                }
            ),
            min_level_n=20,
        )
    )


def test_a_crossed_variable_follows_the_ladder_of_its_parts():
    """Young men (4) go to old men; nobody goes to another gender, and an unknown level stays."""
    counts = [
        ("all", "gender × age", "m × young", 4, 10, True),
        ("all", "gender × age", "m × old", 40, 10, True),
        ("all", "gender × age", "v × young", 30, 10, True),
        ("all", "gender × age", "v × old", 40, 10, True),
        ("all", "gender × age", "unknown × young", 1, 0, False),
    ]
    ladder = [("age", "young", "old", 1), ("age", "old", "young", 2)]
    merged = planned({}, counts, ladder)
    assert merged[["level_code", "into_code", "n_respondents"]].values.tolist() == [
        ["m × young", "m × young + m × old", 4],
        ["m × old", "m × young + m × old", 40],
    ]


def test_a_level_with_a_cross_in_its_name_is_not_cut():
    """'18 × 30' is one level of one attribute: its name says nothing about parts."""
    names = ["group_value", "attribute_code", "level_code", "n_respondents", "target", "is_known"]
    counts = pd.DataFrame(
        [("all", "age", "18 × 30", 4, 10, True), ("all", "age", "31 × 99", 40, 10, True)],
        columns=names,
    ).assign(
        scheme_code="s", wave_code="w", first_attribute_code="age", second_attribute_code=None,
        first_level_code=lambda frame: frame["level_code"], second_level_code=None,
    )  # fmt: skip
    merged = planned_merges(
        MergeTables(
            counts=counts,
            schemes=pd.DataFrame(
                [{"scheme_code": "s", "min_level_n": None, "min_group_n": None,
                  "rest_group": None, "target_scope": "group"}]
            ),
            ladders=pd.DataFrame(
                [("s", "age", "18 × 30", "31 × 99", 1)],
                columns=["scheme_code", "attribute_code", "level_code", "neighbour_level_code",
                         "sort_order"],
            ),
            known_levels=pd.DataFrame(columns=["attribute_code", "level_code", "sort_order"]),
            min_level_n=20,
        )
    )  # fmt: skip
    assert set(merged["into_code"]) == {"18 × 30 + 31 × 99"}


def test_groups_are_merged_first_and_levels_on_what_they_hold_together():
    """Groups a and b have 12 young people each: 24 in the rest group need no merging."""
    ladder = [("age", "young", "old", 1)]
    counts = [
        (group, "age", level, n, 10, True)
        for group, n in (("a", 12), ("b", 12), ("c", 50))
        for level in ("young", "old")
    ]
    merged = planned({"min_group_n": 30, "rest_group": "rest"}, counts, ladder)
    assert merged["attribute_code"].isna().all()
    assert merged[["level_code", "into_code"]].values.tolist() == [["a", "rest"], ["b", "rest"]]


def test_groups_weighted_to_one_distribution_merge_alike():
    """Group a has 12 young people, group b 40: both merge, or their distributions would differ."""
    ladder = [("age", "young", "old", 1)]
    counts = [
        (group, "age", level, n, 10, True)
        for group, sizes in (("a", (12, 50)), ("b", (40, 50)))
        for level, n in zip(("young", "old"), sizes, strict=True)
    ]
    columns = ["group_value", "level_code", "n_respondents"]
    alone = planned({}, counts, ladder)
    assert alone[columns].values.tolist() == [["a", "young", 12], ["a", "old", 50]]
    shared = planned({"target_scope": "whole"}, counts, ladder)
    assert shared[columns].values.tolist() == [
        ["a", "young", 12], ["a", "old", 50], ["b", "young", 40], ["b", "old", 50],
    ]  # fmt: skip
    assert set(shared["into_code"]) == {"young + old"}


def test_a_group_with_an_empty_level_beyond_its_ladder_joins_the_rest_group():
    """No men answered in a, and men have no neighbour; c, the smallest other group, brings men.

    In b nobody young answered: the young have a neighbour, so b stays by itself.
    """
    sizes = {
        "a": {"m": 0, "v": 80, "young": 40, "old": 40},
        "b": {"m": 50, "v": 50, "young": 0, "old": 100},
        "c": {"m": 45, "v": 45, "young": 45, "old": 45},
    }
    counts = [
        (group, "gender" if level in "mv" else "age", level, n, 10, True)
        for group, levels in sizes.items()
        for level, n in levels.items()
    ]
    ladder = [("age", "young", "old", 1)]
    merged = planned({"min_group_n": 75, "rest_group": "rest"}, counts, ladder)
    columns = ["group_value", "level_code", "into_code", "reason_code"]
    assert merged[columns].values.tolist() == [
        ["a", "a", "rest", "merged_incomplete_group"],
        ["c", "c", "rest", "fills_rest_group"],
        ["b", "young", "young + old", "merged_empty_level"],
        ["b", "old", "young + old", "takes_in_level"],
    ]


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ({"min_group_n": 30}, r"scheme s: min_group_n and rest_group belong together\. Give both"),
        ({"min_group_n": 30, "rest_group": "a"}, r"rest_group 'a' is the name of a group already"),
    ],
)
def test_a_rest_group_that_cannot_be_is_refused(scheme, message):
    with pytest.raises(RakingError, match=message):
        planned(scheme, [("a", "age", "young", 5, 10, True)])
