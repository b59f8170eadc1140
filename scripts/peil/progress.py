"""Progress that fits where it is read: a bar on a terminal, plain log lines elsewhere."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Item = TypeVar("Item")
console = Console(stderr=True)


def set_up_logging(*, verbose: bool = False) -> None:
    """Log to stderr: with colour on a terminal, one plain line per event elsewhere."""
    handler: logging.Handler
    if sys.stderr.isatty():
        handler = RichHandler(console=console, show_path=False, markup=False)
        handler.setFormatter(logging.Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("peil")
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.propagate = False


def steps(items: Sequence[Item], title: str, name: Callable[[Item], str]) -> Iterator[Item]:
    """Yield the items one by one, with a bar on a terminal that names the one at hand."""
    if not sys.stderr.isatty():
        yield from items
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=len(items))
        for item in items:
            progress.update(task, description=f"{title} {name(item)}")
            yield item
            progress.advance(task)


class Pace:
    """When another line is due in long work: none in short work, one in half a minute."""

    def __init__(self, seconds: float = 30) -> None:
        self._seconds = seconds
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether so many seconds have passed since it last was."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True
