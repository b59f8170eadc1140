"""What delivered values mean by the codebook, told at the door by the very model dbt runs.

The models in `models/staging/decode` are rendered with the seeds and one delivery in place of their
inputs, so that the gate and the warehouse cannot disagree about a code. They use nothing of dbt but
`ref` and `source`.
"""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import jinja2

from peil.codebook.seed_text import seed_text
from peil.codebook.seeds import seed_columns
from peil.errors import InputError
from peil.settings import PROJECT
from peil.warehouse import literal, one_row, quoted

if TYPE_CHECKING:
    from peil.codebook.delivery import Delivery

# The seeds that decide what a value means.
SEEDS = (
    "bindings", "code_fixes", "missing_codes", "municipalities", "options", "questions", "scales",
    "sources", "waves", "delivery_rules",
)  # fmt: skip
DECODED = "decoded_values"
DECODING = PROJECT / "models" / "staging" / "decode"
_ANSWERS = ("single_column", "one_hot", "delimited")
# Columns of the seeds that hold what an answer may be.
_KNOWN = {
    "option_code", "label_nl", "label_en", "value_number", "answer_code", "raw_value",
    "fixed_value", "municipality_code", "municipality_number", "label", "true_value",
    "false_value",
}  # fmt: skip
AT_THE_DOOR, BY_THE_CODEBOOK = "door", "codebook"


class Codebook:
    """The seeds as temporary tables `codebook_<seed>`, and decoding with them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seeds: Path) -> None:
        self.connection = connection
        self.seeds = seeds
        self._loaded = False
        self._known: frozenset[str] | None = None
        digest = hashlib.sha256()
        for name in SEEDS:
            digest.update(_seed(seeds, name).read_bytes())
        self.digest = digest.hexdigest()[:16]

    def decode(self, delivery: "Delivery") -> None:
        """Make the temporary table `decoded_values` for the rows of this delivery."""
        self._decode(delivery.key, delivery.source.source_code)

    def record_rejects(
        self, delivery: "Delivery", user_missing: dict[str, list[tuple[float, float] | str]]
    ) -> int:
        """Write the rejected values of a delivery that has been decoded; returns how many.

        Args:
            delivery: a delivery whose answers are stored.
            user_missing: what its SPSS file declares missing, kept beside it for staging.
        """
        declared = [
            (delivery.key, column, None, None, found)
            if isinstance(found, str)
            else (delivery.key, column, *found, None)
            for column, values in user_missing.items()
            for found in values
        ]
        if declared:
            self.connection.executemany(
                "insert into raw.user_missing (delivery_key, column_name, value_from, value_to, "
                "value) values (?, ?, ?, ?, ?)",
                declared,
            )
            self.decode(delivery)
        self._insert_rejects(delivery.key)
        return one_row(
            self.connection,
            "select count(*) from raw.rejects where delivery_key = ?",
            [delivery.key],
        )[0]

    def refresh_rejects(self) -> None:
        """Judge again what landed under another codebook, so that a declared code is forgiven."""
        stale = self.connection.execute(
            "select delivery_key, source_code from raw.deliveries where status = 'landed' and "
            f"package_sha256 is null and codebook_digest is distinct from {literal(self.digest)}"
        ).fetchall()
        for key, source_code in stale:
            self.connection.execute("begin")
            self._decode(key, source_code)
            self.connection.execute(
                "delete from raw.rejects where delivery_key = ? and stage = ?",
                [key, BY_THE_CODEBOOK],
            )
            self._insert_rejects(key)
            self.connection.execute(
                "update raw.deliveries set codebook_digest = ?, n_rejects = (select count(*) "
                "from raw.rejects where delivery_key = $2) where delivery_key = $2 "
                "and status = 'landed'".replace("?", "$1"),
                [self.digest, key],
            )
            self.connection.execute("commit")

    def known_values(self) -> frozenset[str]:
        """Every code and label, in small letters: what a closed answer may be by the codebook."""
        if self._known is None:
            self.load()
            texts: set[str] = set()
            for name in ("options", "missing_codes", "code_fixes", "municipalities", "bindings"):
                present = {c for (c,) in self.connection.execute(
                    "select column_name from duckdb_columns() where table_name = ?",
                    [f"codebook_{name}"],
                ).fetchall()}  # fmt: skip
                for column in _KNOWN & present:
                    rows = self.connection.execute(
                        f"select distinct trim({column}::varchar) from codebook_{name} "
                        f"where {column} is not null"
                    ).fetchall()
                    texts |= {part.lower() for (text,) in rows for part in (text, *text.split("|"))}
            self._known = frozenset(texts)
        return self._known

    def delimiters(self, source_code: str) -> dict[str, str]:
        """What stands between the answers in a cell, for columns with several in one."""
        self.load()
        return dict(
            self.connection.execute(
                "select source_column, delimiter from codebook_bindings "
                "where source_code = ? and delimiter is not null",
                [source_code],
            ).fetchall()
        )

    def _insert_rejects(self, key: str) -> None:
        self.connection.execute(
            f"insert into raw.rejects select answers.delivery_key, answers.row_number, "
            f"answers.column_name, answers.value, any_value(decoded.reject_reason), "
            f"{literal(BY_THE_CODEBOOK)} from raw.answers as answers inner join {DECODED} as "
            "decoded on answers.column_name = decoded.column_name "
            "and answers.value = decoded.value "
            f"where answers.delivery_key = {literal(key)} and decoded.reject_reason is not null "
            "group by all"
        )

    def _decode(self, key: str, source_code: str) -> None:
        self.load()
        inputs = {name: f"codebook_{name}" for name in SEEDS}
        inputs["stg_deliveries"] = (
            f"(select {literal(key)} as delivery_key, {literal(source_code)} as source_code)"
        )
        bound = (
            "select source_column from codebook_bindings where source_code = "
            f"{literal(source_code)} and binding in {_ANSWERS}"
        )
        raw = {
            "value_counts": f"(select * from raw.value_counts where delivery_key = {literal(key)} "
            f"and column_name in ({bound}))",
            "user_missing": f"(select * from raw.user_missing where delivery_key = {literal(key)})",
        }
        for model in ("stg_options", "stg_answer_parts"):
            inputs[model] = f"({render(model, inputs, raw)})"
        model = render("stg_answer_values", inputs, raw)
        self.connection.execute(f"create or replace temp table {DECODED} as {model}")

    def load(self) -> None:
        """Once; before a transaction, which takes its tables along when it is rolled back."""
        if not self._loaded:
            load_seeds(self.connection, self.seeds, SEEDS)
            self._loaded = True


def load_seeds(connection: duckdb.DuckDBPyConnection, seeds: Path, names: Iterable[str]) -> None:
    """Make a temporary table `codebook_<seed>` per seed, typed as dbt types it.

    Raises:
        InputError: a seed that is missing or cannot be read.
    """
    for name in names:
        path = _seed(seeds, name)
        types = seed_columns()[name]
        try:
            read = csv.reader(seed_text(path), strict=True)
            header, *rows = [row for row in read if row] or [[]]
            # dbt says which column of a seed is missing; here those that are there suffice.
            cells = {
                column: [row[i] or None if i < len(row) else None for row in rows]
                for i, column in enumerate(header)
            }
            chosen = ", ".join(
                f"cast({quoted(c)} as {types.get(c, 'varchar')}) as {quoted(c)}" for c in cells
            )
            connection.execute(
                f"create or replace temp table codebook_{name} as select {chosen} "
                f"from {_values(cells)}"
            )
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, csv.Error) as error:
            raise InputError(
                f"{path}: cannot be read as a seed ({str(error).splitlines()[0]}). Compare "
                "its header with the repository's seeds/."
            ) from error


def _values(cells: dict[str, list[str | None]]) -> str:
    """Rows as SQL: for Arrow or a parameter DuckDB imports pandas, 0.3 s of every start."""
    nothing = f"({', '.join(['cast(null as varchar)'] * len(cells))})"
    rows = [
        f"({', '.join('null' if cell is None else literal(cell) for cell in row)})"
        for row in zip(*cells.values(), strict=True)
    ]
    names = ", ".join(map(quoted, cells))
    # The first row says what the columns are, and is left out.
    return f"(values {', '.join([nothing, *rows])} offset 1) as seed_in ({names})"


def _seed(seeds: Path, name: str) -> Path:
    path = seeds / f"{name}.csv"
    if not path.is_file():
        raise InputError(f"{path}: this seed file is missing; the codebook needs it.")
    return path


def render(model: str, inputs: dict[str, str], raw: dict[str, str] | None = None) -> str:
    """The SQL of a decoding model with other tables in place of its inputs."""
    text = (DECODING / f"{model}.sql").read_text(encoding="utf-8")
    return jinja2.Template(text).render(
        ref=lambda name: inputs[name], source=lambda _schema, name: (raw or {})[name]
    )
