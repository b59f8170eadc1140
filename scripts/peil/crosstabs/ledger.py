"""Which crosstabs were given out from a warehouse, per session: a file beside it, a line per table.

It holds codes and which figures were to be seen, not the figures; its owner only may read it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from peil.crosstabs.together import Given
from peil.errors import InputError
from peil.nights.history import given_file, now
from peil.private import add_line
from peil.settings import Places


def given_before(places: Places, session: str) -> list[Given]:
    """What was given out in a session, in the order of asking.

    Raises:
        InputError: a line of the file cannot be read.
    """
    file = given_file(places)
    return [given for name, given in _lines(file) if name == session] if file.exists() else []


def write_down(places: Places, session: str, given: Given) -> None:
    """Add a table, before anybody sees it.

    Raises:
        InputError: the file cannot be written.
    """
    file = given_file(places)
    line = asdict(given) | {
        "shown": sorted(given.shown, key=str),
        "session": session,
        "given_at": f"{now():%Y-%m-%dT%H:%M:%S}+00:00",
    }
    try:
        add_line(file, json.dumps(line, ensure_ascii=False))
    except OSError as error:
        raise InputError(
            f"{file}: cannot be written ({error.strerror}). Crosstabs are protected against those "
            "given out before, which stand there; mend the rights of the folder or make room."
        ) from error


def _lines(file: Path) -> Iterator[tuple[str, Given]]:
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(text)
            shown = frozenset((by, tuple(lv), stat, code) for by, lv, stat, code in line["shown"])
            where = {side: tuple(levels) for side, levels in line["where"].items()}
            given = Given(
                line["question"], tuple(line["by"]), where, line["wave"], line["scheme"], shown
            )
            yield line["session"], given
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{file}, line {number}: cannot be read ({error}). Put the line back from a "
                "backup, or remove it: the table it is about then no longer counts as given out."
            ) from error
