"""The merge ladder over every scheme, wave and group of a warehouse: data frames in and out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from peil.errors import RakingError
from peil.raking.merging import Merge, merge_groups, merge_levels
from peil.raking.shares import are_shares

COLUMNS = {
    "scheme_code": "string", "wave_code": "string", "group_value": "string",
    "attribute_code": "string", "level_code": "string", "into_code": "string",
    "n_respondents": "int64", "target": "float64", "reason_code": "string",
}  # fmt: skip
PARTS = ["first_attribute_code", "second_attribute_code", "first_level_code", "second_level_code"]


@dataclass(frozen=True)
class MergeTables:
    """What the ladder is decided on.

    Attributes:
        counts: scheme × wave × group × raking variable × level: n_respondents, target, is_known,
            and the PARTS of the variable and level: two of each where two are crossed.
        schemes: min_group_n, rest_group, min_level_n and target_scope per scheme.
        ladders: scheme × attribute × level: the level it may merge with, in order.
        known_levels: attribute levels with their reading order.
        min_level_n: for schemes that do not give their own.
    """

    counts: pd.DataFrame
    schemes: pd.DataFrame
    ladders: pd.DataFrame
    known_levels: pd.DataFrame
    min_level_n: float


def planned_merges(tables: MergeTables) -> pd.DataFrame:
    """One row per merged level, and per group that joined a rest group (attribute_code null).

    `group_value` of a merged level is the weighting group after groups were merged.
    """
    order = {
        attribute: list(part.sort_values("sort_order")["level_code"])
        for attribute, part in tables.known_levels.groupby("attribute_code")
    }
    schemes = tables.schemes.set_index("scheme_code")
    rows: list[dict] = []
    for (scheme_code, wave), counts in tables.counts.groupby(["scheme_code", "wave_code"]):
        key = {"scheme_code": scheme_code, "wave_code": wave}
        scheme = schemes.loc[scheme_code]
        ladder = _Ladder(
            tables.ladders[tables.ladders["scheme_code"] == scheme_code],
            _given(scheme["min_level_n"], tables.min_level_n),
            order,
            scheme["target_scope"] == "whole",
        )
        groups = _group_merges(key, scheme, counts, ladder)
        rows += groups
        into = {row["level_code"]: row["into_code"] for row in groups}
        for group, variable, sums, merged in ladder.merges(
            counts.assign(group_value=counts["group_value"].replace(into))
        ):
            rows += [_row(key, group, variable, merge, sums.loc[merge.level]) for merge in merged]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


@dataclass(frozen=True)
class _Ladder:
    """The ladder of one scheme: its rows, its least respondents per level, the reading order.

    Groups that are weighted to one distribution (`is_shared`) merge alike, by the group with the
    fewest respondents in a level: they would be weighted to different distributions otherwise.
    """

    rows: pd.DataFrame
    min_n: float
    order: dict[str, list[str]]
    is_shared: bool

    def merges(self, counts: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame, list[Merge]]]:
        """Per group and variable: its n_respondents and target per level, and its merges."""
        known = counts[counts["is_known"].astype(bool)]
        for variable, of_variable in known.groupby("attribute_code"):
            parts = of_variable.drop_duplicates("level_code").set_index("level_code")[PARTS]
            parts = parts.astype(object).where(parts.notna(), None)
            ladder, order = _ladder(self.rows, parts), _order(self.order, parts)
            by_group = of_variable.groupby(["group_value", "level_code"])[
                ["n_respondents", "target"]
            ]
            sums = by_group.sum().unstack("level_code", fill_value=0).stack(future_stack=True)
            fewest = sums.groupby("level_code").agg({"n_respondents": "min", "target": "sum"})
            for group, of_group in sums.groupby("group_value"):
                own = of_group.droplevel("group_value")
                people = fewest if self.is_shared else own
                merged = merge_levels(
                    people["n_respondents"].to_dict(),
                    people["target"].to_dict(),
                    ladder,
                    self.min_n,
                    order,
                )
                yield group, variable, own, merged

    def incomplete_groups(self, counts: pd.DataFrame) -> set[str]:
        """Groups where people of a level live and nobody of it answered, merged or not."""
        incomplete = set()
        for group, _, sums, merged in self.merges(counts):
            into = {merge.level: merge.into for merge in merged}
            people: Counter = Counter()
            lives: Counter = Counter()
            columns = (sums[name].tolist() for name in ("n_respondents", "target"))
            for level, n, target in zip(sums.index, *columns, strict=True):
                people[into.get(level, level)] += n
                lives[into.get(level, level)] += target
            if any(n == 0 and lives[level] > 0 for level, n in people.items()):
                incomplete.add(group)
        return incomplete


def _group_merges(
    key: dict, scheme: pd.Series, counts: pd.DataFrame, ladder: _Ladder
) -> list[dict]:
    if pd.isna(scheme["min_group_n"]) and pd.isna(scheme["rest_group"]):
        return []
    if pd.isna(scheme["min_group_n"]) or pd.isna(scheme["rest_group"]):
        raise RakingError(
            f"scheme {key['scheme_code']}: min_group_n and rest_group belong together. Give both "
            "in seeds/weighting_schemes.csv, or neither."
        )
    # Every raking variable counts the same respondents: one of them tells the size of a group.
    first = counts["attribute_code"].min()
    sizes = (
        counts[counts["attribute_code"] == first]
        .groupby("group_value")[["n_respondents", "target"]]
        .sum()
    )
    if scheme["rest_group"] in sizes.index:
        raise RakingError(
            f"scheme {key['scheme_code']}: rest_group '{scheme['rest_group']}' is the name of a "
            "group already. Choose another name in seeds/weighting_schemes.csv."
        )
    merged = _merged_groups(scheme, counts, sizes["n_respondents"].to_dict(), ladder)
    if merged and are_shares(sizes.loc[sizes["target"] > 0, "target"]):
        raise RakingError(
            f"scheme {key['scheme_code']}, wave {key['wave_code']}: group '{merged[0].level}' "
            f"({sizes.loc[merged[0].level, 'n_respondents']:,.0f} respondents) is to be weighted "
            f"with others as '{scheme['rest_group']}', but the margins are shares per group, "
            "which do not say how large each is. Give population totals per group in "
            "seeds/weighting_margins.csv, or leave min_group_n and rest_group empty."
        )
    return [_row(key, merge.level, None, merge, sizes.loc[merge.level]) for merge in merged]


def _merged_groups(
    scheme: pd.Series, counts: pd.DataFrame, sizes: dict[str, float], ladder: _Ladder
) -> list[Merge]:
    """As `merge_groups`; the rest group takes in others until it lacks no level itself."""
    rest, min_n = scheme["rest_group"], float(scheme["min_group_n"])
    incomplete = ladder.incomplete_groups(counts)
    merged = merge_groups(sizes, rest, min_n, incomplete)
    while merged and len(merged) < len(sizes):
        into = {merge.level: rest for merge in merged}
        regrouped = counts.assign(group_value=counts["group_value"].replace(into))
        if rest not in ladder.incomplete_groups(regrouped):
            break
        merged = merge_groups(sizes, rest, min_n, incomplete, at_least=len(merged) + 1)
    return merged


def _ladder(ladders: pd.DataFrame, parts: pd.DataFrame) -> dict[str, list[str]]:
    """The ladder of a variable; of a crossed one, what is declared for either of its parts."""
    named = {(row.first_level_code, row.second_level_code): row.Index for row in parts.itertuples()}
    attributes = [parts["first_attribute_code"].iloc[0], parts["second_attribute_code"].iloc[0]]
    ladder: dict[str, list[str]] = {}
    rows = ladders[ladders["attribute_code"].isin(attributes)].sort_values("sort_order")
    for row in rows.itertuples():
        at = attributes.index(row.attribute_code)
        for levels, name in named.items():
            if levels[at] == row.level_code:
                neighbour = list(levels)
                neighbour[at] = row.neighbour_level_code
                if (into := named.get(tuple(neighbour))) is not None:
                    ladder.setdefault(name, []).append(into)
    return ladder


def _order(order: dict[str, list[str]], parts: pd.DataFrame) -> list[str]:
    """The names of the levels in reading order, of a crossed variable by its first part first."""

    def places(attribute: str) -> dict[str, int]:
        return {level: at for at, level in enumerate(order.get(attribute, []))}

    first = places(parts["first_attribute_code"].iloc[0])
    second = places(parts["second_attribute_code"].iloc[0])
    last = len(first) + len(second)
    ordered = sorted(
        parts.itertuples(),
        key=lambda row: (
            first.get(row.first_level_code, last), second.get(row.second_level_code, last),
            row.Index,
        ),
    )  # fmt: skip
    return [row.Index for row in ordered]


def _row(key: dict, group: str, variable: str | None, merge: Merge, sums: pd.Series) -> dict:
    return {
        **key,
        "group_value": group,
        "attribute_code": variable,
        "level_code": merge.level,
        "into_code": merge.into,
        "n_respondents": int(sums["n_respondents"]),
        "target": float(sums["target"]),
        "reason_code": merge.reason,
    }


def _given(value: float | None, default: float) -> float:
    return default if value is None or pd.isna(value) else float(value)
