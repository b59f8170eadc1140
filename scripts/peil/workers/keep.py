"""People in several deliveries that are counted apart: keys first, then what each may count."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from peil.warehouse import open_warehouse


@dataclass(frozen=True)
class KeepList:
    """Of one delivery: rows that a row of another replaces, and the median durations of the whole.

    `medians` are (wave, source, seconds).
    """

    delivery_key: str
    superseded: tuple[int, ...] = ()
    medians: tuple[tuple[str, str, float], ...] = ()

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def give_keep_list(warehouse: Path, keep: KeepList) -> None:
    """Put a keep-list in the warehouse of the delivery that it is of."""
    with open_warehouse(warehouse) as connection:
        connection.execute(
            "insert into raw.superseded select ?, unnest(?::bigint[])",
            [keep.delivery_key, list(keep.superseded)],
        )
        for row in keep.medians:
            connection.execute("insert into raw.given_medians values (?, ?, ?)", list(row))
