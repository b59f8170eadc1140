"""What is wrong with single cells of a delivery that is refused whole, said in both languages."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from peil.errors import DeliveryRejectedError

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery

SHOWN = 20


class Problem(NamedTuple):
    """What is wrong with one cell, for the log in English and for the supplier in Dutch."""

    line: int
    field: str
    value: str
    en: str
    nl: str


def rejection(
    delivery: "Delivery", columns: Mapping[str, str], problems: Collection[Problem], rule: str
) -> DeliveryRejectedError:
    """The refusal of a file, with the first problems in the order of its rows.

    Args:
        delivery: what is refused.
        columns: the column of the file that each field stands in.
        problems: at least one.
        rule: what was broken, for the ledger.
    """
    shown, more = sorted(problems)[:SHOWN], len(problems) - SHOWN
    name = delivery.path.name
    en = [f"{name}, row {p.line}, column '{columns[p.field]}': '{p.value}' {p.en}." for p in shown]
    nl = [f"Rij {p.line}, kolom '{columns[p.field]}', '{p.value}': {p.nl}." for p in shown]
    if more > 0:
        en.append(f"And {more} more.")
        nl.append(f"En nog {more} andere.")
    return DeliveryRejectedError("\n".join(en), rule=rule, nl=nl)
