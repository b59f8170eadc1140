"""KPI values are checked at the door: a scorecard is compared with norms, so nothing is guessed.

One value that cannot be used sets the whole file aside, with every reason and its way out.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from peil.codebook.sources import municipalities_of, read_rows
from peil.dutch import decimal_comma
from peil.landing.problems import Problem, rejection
from peil.readers import INCOMING
from peil.readers.marks import decimal_mark
from peil.warehouse import quoted

if TYPE_CHECKING:
    from peil.codebook.decode import Codebook
    from peil.codebook.delivery import Delivery

FIELDS = ("municipality", "period", "kpi", "value")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
# What a thousands separator makes; three decimals look alike.
_GROUPED = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
# As text these sort in the order of time.
_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")


class Unit(NamedTuple):
    """A unit of kpi_units.csv: the values it can have, and whether it is a percentage."""

    name: str
    lowest: float | None
    highest: float | None
    is_percentage: bool

    def holds(self, number: float) -> bool:
        is_low = self.lowest is not None and number < self.lowest
        return not is_low and (self.highest is None or number <= self.highest)

    def range_in_words(self) -> tuple[str, str]:
        """The range in English and in Dutch."""
        low, high = (f"{end:g}" if end is not None else "" for end in (self.lowest, self.highest))
        if low and high:
            return f"{low}-{high}", f"van {low} tot en met {high}"
        return (f"{low} or more", f"{low} of hoger") if low else (
            f"{high} or less", f"{high} of lager"
        )  # fmt: skip


def check_kpis(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery", codebook: "Codebook"
) -> None:
    """Refuse what is no KPI value, and write decimal commas in `incoming` as points.

    Raises:
        DeliveryRejectedError: a row names an unknown municipality, period or KPI, a KPI without a
            norm or one that a survey gives, a value that is no number or lies outside its unit,
            or a municipality, period and KPI that were given before.
    """
    columns = {field: delivery.source.columns_of(field)[0] for field in FIELDS}
    names = ", ".join(f"coalesce(trim({quoted(c)}), '')" for c in columns.values())
    rows = connection.execute(
        f"select row_number + 1, {names} from {INCOMING} order by row_number"
    ).fetchall()
    definitions = {r["kpi_code"]: r for r in read_rows(codebook.seeds / "kpi_definitions.csv")}
    units = {r["unit"]: _unit(r) for r in read_rows(codebook.seeds / "kpi_units.csv")}
    municipalities = {*municipalities_of(codebook.seeds, delivery.source.survey_code)}
    # Marks that the values show were settled by the reader.
    is_settled = bool(decimal_mark({row[-1] for row in rows}, delivery.source.decimal_mark))
    problems = [
        *(p for row in rows for p in _of_row(row, definitions, units, municipalities, is_settled)),
        *_repeated(rows, _landed_before(connection, delivery)),
    ]
    if problems:
        raise rejection(delivery, columns, problems, "kpi_values")
    value = quoted(columns["value"])
    connection.execute(f"update {INCOMING} set {value} = replace(trim({value}), ',', '.')")


def _unit(row: dict[str, str]) -> Unit:
    low, high = (float(row[end]) if row[end] else None for end in ("value_from", "value_to"))
    return Unit(row["unit"], low, high, row["is_percentage"].lower() == "true")


def _of_row(
    row: tuple,
    definitions: dict[str, dict[str, str]],
    units: dict[str, Unit],
    municipalities: set[str],
    is_settled: bool,
) -> Iterator[Problem]:
    line, municipality, period, kpi, value = row
    if municipality not in municipalities:
        yield Problem(
            line, "municipality", municipality,
            "is not in municipalities.csv for this survey. Write the code, such as GM0363, or add "
            "the municipality",
            "deze gemeente kent het codeboek niet. Vul de gemeentecode in, zoals GM0363",
        )  # fmt: skip
    if not _PERIOD.fullmatch(period):
        yield Problem(
            line, "period", period, "is no period. Write 2024, 2024-Q1 or 2024-01",
            "dit is geen periode. Schrijf 2024, 2024-Q1 of 2024-01",
        )  # fmt: skip
    definition = definitions.get(kpi)
    if definition is None:
        measured = [c for c, d in definitions.items() if not d["question_code"]]
        listed = ", ".join(measured)
        yield Problem(
            line, "kpi", kpi,
            f"is not in kpi_definitions.csv. Use one of {listed}, or define it there",
            f"deze KPI kent het codeboek niet. Kies uit: {listed}",
        )  # fmt: skip
    elif definition["question_code"]:
        # A value typed in beside what is computed from answers would be a second truth.
        yield Problem(
            line, "kpi", kpi,
            f"is computed from the answers of survey {definition['survey_code']} and cannot be "
            "typed in. Leave its rows out",
            "deze KPI komt uit de enquête en kan niet worden ingevuld. Laat deze regels weg",
        )  # fmt: skip
    elif not definition["norm"]:
        yield Problem(
            line, "kpi", kpi,
            "has no norm in kpi_definitions.csv, so nothing can be said of it. Give it a norm, or "
            "leave its rows out",
            "voor deze KPI is geen norm afgesproken. Vraag de beheerder om een norm, of laat deze "
            "regels weg",
        )  # fmt: skip
    else:
        yield from _of_value(line, value, units[definition["unit"]], is_settled=is_settled)


def _of_value(line: int, value: str, unit: Unit, *, is_settled: bool) -> Iterator[Problem]:
    percent = _PERCENT.fullmatch(value)
    if percent and unit.is_percentage:
        share = f"{float(percent[1].replace(',', '.')) / 100:.4g}"
        yield Problem(
            line, "value", value, f"is a percentage as text. Write the share {share}",
            f"dit is een percentage als tekst. Schrijf het aandeel: {decimal_comma(share)}",
        )  # fmt: skip
    elif not _NUMBER.fullmatch(value):
        yield Problem(
            line, "value", value, "is no number. Leave the row out where nothing was measured",
            "dit is geen getal. Is er niets gemeten? Laat de regel dan weg",
        )  # fmt: skip
    else:
        whole = re.sub("[.,]", "", value)
        if not unit.holds(float(value.replace(",", "."))):
            en, nl = unit.range_in_words()
            hint = " (85 % is 0.85)" if unit.is_percentage else ""
            yield Problem(
                line, "value", value, f"lies outside {en}, the range of a {unit.name}{hint}",
                f"deze waarde moet {nl} zijn" + decimal_comma(hint),
            )  # fmt: skip
        elif not is_settled and _GROUPED.fullmatch(value) and unit.holds(float(whole)):
            yield Problem(
                line, "value", value,
                f"may be {whole}, or a number with three decimals. Write {whole} for the first, "
                f"and {value}0 for the second",
                f"dit kan {whole} zijn, of een getal met drie decimalen. Schrijf {whole} of "
                f"{value}0",
            )  # fmt: skip


def _landed_before(
    connection: duckdb.DuckDBPyConnection, delivery: "Delivery"
) -> dict[tuple[str, str, str], str]:
    """Values of the wave that are in force under another file name, and that name."""
    return {
        key: name
        for *key_parts, name in connection.execute(
            "select municipality, period, kpi_code, file_name from raw.kpi_values "
            "inner join raw.deliveries using (delivery_key) "
            "where status = 'landed' and wave_code = ? and file_name != ?",
            [delivery.source.wave_code, delivery.path.name],
        ).fetchall()
        for key in [tuple(key_parts)]
    }


def _repeated(rows: list[tuple], landed: dict[tuple, str]) -> Iterator[Problem]:
    seen: dict[tuple, int] = {}
    for line, *key_parts, _ in rows:
        key = tuple(key_parts)
        first = seen.setdefault(key, line)
        if first != line:
            where_en, where_nl = f"in row {first}", f"in rij {first}"
        elif key in landed:
            where_en = where_nl = f"in {landed[key]}"
        else:
            continue
        yield Problem(
            line, "kpi", key[2],
            f"was given before for {key[0]} and {key[1]}, {where_en}. Keep one of the two",
            f"deze waarde voor {key[0]} en {key[1]} staat ook {where_nl}. Laat er één staan",
        )  # fmt: skip
