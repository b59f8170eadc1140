"""The four places as options of every verb, and how long to wait for another run."""

import math
from collections.abc import Callable
from pathlib import Path

import click

from peil.lock import WAIT, set_wait
from peil.settings import Places, default_place, home_of, survey_folder


def _place(name: str, shown: str, text: str) -> Callable:
    return click.option(
        f"--{name}",
        envvar=f"PEIL_{name.upper()}",
        # What may not be read is for the verb to say: it writes that down.
        type=click.Path(path_type=Path, readable=False),
        default=lambda: default_place(name),
        show_default=shown,
        show_envvar=True,
        help=text,
    )


def with_places(verb: Callable) -> Callable:
    """Give a verb the four places as one argument."""

    def run(seeds: Path, inbox: Path, warehouse: Path, published: Path, **options: object) -> None:
        if (wait := options.pop("wait", None)) is not None:
            set_wait(float(wait))  # type: ignore[arg-type]
        seeds, inbox, warehouse, published = (
            home_of(p).resolve() for p in (seeds, inbox, warehouse, published)
        )
        verb(Places(seeds, inbox, warehouse, published, survey_folder()), **options)

    run.__name__, run.__doc__ = verb.__name__, verb.__doc__
    run.__click_params__ = getattr(verb, "__click_params__", [])  # type: ignore[attr-defined]
    for place in (
        _place("published", "published", "Folder of the published file."),
        _place("warehouse", "warehouse/peil.duckdb", "Working database."),
        _place("inbox", "inbox", "Folder with deliveries."),
        _place("seeds", "seeds", "Folder with the codebook."),
    ):
        run = place(run)
    return run


def with_seeds(verb: Callable) -> Callable:
    """Give a verb the codebook, which is all that it takes of the places."""

    def run(seeds: Path, **options: object) -> None:
        verb(home_of(seeds).resolve(), **options)

    run.__name__, run.__doc__ = verb.__name__, verb.__doc__
    run.__click_params__ = getattr(verb, "__click_params__", [])  # type: ignore[attr-defined]
    return _place("seeds", "seeds", "Folder with the codebook.")(run)


class Number(click.FloatRange):
    """A number in a range: neither 'nan' nor 'inf', of which nothing is more."""

    def convert(
        self, value: float, param: click.Parameter | None, context: click.Context | None
    ) -> float:
        number = super().convert(value, param, context)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, context)
        return number


waits = click.option(
    "--wait",
    envvar="PEIL_WAIT",
    type=Number(min=0),
    default=WAIT,
    show_default=True,
    metavar="SECONDS",
    show_envvar=True,
    help="How long to wait for another run that is at work.",
)
