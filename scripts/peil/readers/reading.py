"""What a reader hands over beside the rows."""

from dataclasses import dataclass, field


@dataclass
class Reading:
    """What was read: columns in file order, the question texts beside them, what was found out.

    `user_missing` holds, per SPSS column, the ranges of numbers its supplier declared missing.
    """

    columns: list[str]
    labels: dict[str, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    user_missing: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    file_format: str = ""
