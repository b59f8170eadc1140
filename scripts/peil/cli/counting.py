"""Counting apart: `peil count` where the microdata is, `peil keep` where counts are added up."""

from pathlib import Path

import click

from peil.cli.places import with_seeds

_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="the folder one stands in",
    help="Folder that is written in.",
)


_MIN_CELL = click.option(
    "--min-cell",
    type=click.IntRange(min=2),
    help="Merge profiles of fewer people than this (docs/federated.md says how, and what it "
    "costs).",
)


@click.command("count")
@click.option(
    "--delivery",
    type=click.Path(path_type=Path),
    help="The file, under the name that the codebook knows it by.",
)
@_OUT
@click.option(
    "--keys",
    is_flag=True,
    help="Only who is in it, as keyed hashes: what `peil keep` needs where people may be in "
    "several deliveries.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The keep-list of this delivery, from `peil keep`.",
)
@click.option(
    "--part",
    metavar="K/N",
    help="Count part K of N of its rows only; `peil merge` makes one package of all parts. The "
    "whole file is read for it: with --split it is read once.",
)
@click.option(
    "--split",
    type=click.IntRange(min=2),
    metavar="N",
    help="Read and judge it once, and write N slices of its rows, to be counted on any machines.",
)
@click.option(
    "--slice",
    "rows",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Count a slice that --split wrote, in place of a delivery.",
)
@_MIN_CELL
@with_seeds
def count_command(
    seeds: Path,
    delivery: Path | None,
    out: Path,
    keys: bool,
    keep: Path | None,
    part: str | None,
    split: int | None,
    rows: Path | None,
    min_cell: int | None,
) -> None:
    """Count one delivery here, and write a package with counts for a warehouse elsewhere.

    Nothing is kept of the microdata, but in the slices that --split writes: it is landed, checked
    and counted in a temporary folder.
    """
    from peil.workers.count import count_delivery, count_keys
    from peil.workers.keep import read_keep_list
    from peil.workers.parts import Part
    from peil.workers.split import count_part, count_slice, split_delivery

    _require_one_way(delivery, keys, keep, part, split, rows, min_cell)
    out = out.expanduser().resolve()
    file = (delivery or rows or Path()).expanduser().absolute()
    kept = read_keep_list(keep) if keep else None
    warnings: list[str] = []
    written: list[Path] = []
    if split:
        written, warnings = split_delivery(seeds, file, out, split, kept)
    else:
        if rows:
            counted = count_slice(seeds, file, out)
        elif part:
            counted = count_part(seeds, file, out, Part.read(part), kept)
        elif keys:
            counted = count_keys(seeds, file, out)
        else:
            counted = count_delivery(seeds, file, out, kept, min_cell or 0)
        written, warnings = [counted.package], counted.warnings
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    for path in written:
        click.echo(path)


def _require_one_way(
    delivery: Path | None, keys: bool, keep: Path | None, part: str | None, split: int | None,
    rows: Path | None, min_cell: int | None,
) -> None:  # fmt: skip
    if (delivery is None) == (rows is None):
        raise click.UsageError("Give --delivery FILE, or --slice FILE of a delivery that was cut.")
    if rows and (keys or keep or part or split):
        raise click.UsageError("--slice is cut and judged already: it goes with --out only.")
    if keys and keep:
        raise click.UsageError("--keys comes before --keep: give one of the two.")
    if keys and (part or split):
        raise click.UsageError("--keys are of the whole file: leave --part and --split out.")
    if part and split:
        raise click.UsageError("--part counts a part, --split cuts the file: give one of the two.")
    if min_cell and (part or split or keys or rows):
        raise click.UsageError(
            "--min-cell is for a whole package: with parts, give it to `peil merge`."
        )


@click.command("keep")
@click.argument(
    "keys",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--warehouse",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Working database with other deliveries, as last built: their people count as well.",
)
@_OUT
@with_seeds
def keep_command(seeds: Path, keys: tuple[Path, ...], warehouse: Path | None, out: Path) -> None:
    """Write a keep-list per delivery: which rows do not count, because another delivery has them.

    KEYS are the files of `peil count --keys` of all deliveries that may share people.
    """
    from peil.workers.keep import keep_lists, write_keep_lists

    for path in write_keep_lists(keep_lists(seeds, keys, warehouse), out.expanduser().resolve()):
        click.echo(path)


@click.command("merge")
@click.argument(
    "parts",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@_OUT
@_MIN_CELL
@with_seeds
def merge_command(seeds: Path, parts: tuple[Path, ...], out: Path, min_cell: int | None) -> None:
    """Make one count package of those of all parts of a delivery (`peil count --part`)."""
    from peil.workers.merge import merge_parts

    click.echo(merge_parts(seeds, parts, out.expanduser().resolve(), min_cell or 0).package)
