"""What a reader hands over beside the rows."""

from dataclasses import dataclass, field

# Numbers between which SPSS calls a value missing, or one text that is.
Missing = tuple[float, float] | str


@dataclass(frozen=True)
class Unusable:
    """One value of the file that cannot be what its column holds; its cell is empty now."""

    row_number: int
    column: str
    value: str
    reason: str


@dataclass
class Reading:
    """What was read: columns in file order, the question texts beside them, what was found out.

    Attributes:
        columns: names in the order of the file.
        labels: question text per column, where it has one.
        nameless: columns without a name of their own.
        notes: what was found out, in words.
        user_missing: per SPSS column what its supplier declared missing.
        file_format: a name in `formats.FORMATS`.
        header_row: the row of the file that names the columns.
        header_cells: that row as it stands there.
        lists: per column whose cells are lists of codes what stands between the codes.
        unusable: values that were left out, each with its place.
        delimiter: what stands between the cells of a text.
        value_labels: per SPSS column the label of each code.
    """

    columns: list[str]
    labels: dict[str, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    user_missing: dict[str, list[Missing]] = field(default_factory=dict)
    file_format: str = ""
    header_row: int = 1
    header_cells: list[str] = field(default_factory=list)
    lists: dict[str, str] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)
    delimiter: str = ""
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
