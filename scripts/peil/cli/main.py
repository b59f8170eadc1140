"""The `peil` command line: one verb per function, errors a person can act on."""

import io
import os
import sys

import click
import duckdb

from peil.cli import (
    counting,
    crosstab,
    nights,
    operations,
    rake,
    readers,
    recompute,
    surveys,
    trial,
)
from peil.errors import MachineError, PeilError
from peil.machine import of_the_machine
from peil.private import OWNER_ONLY
from peil.progress import set_up_logging
from peil.settings import keep_secrets


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="peil")
def peil() -> None:
    """Peil: raw survey answers become weighted, tested, published figures."""


for verb in (
    nights.land_command,
    nights.nightly_command,
    counting.count_command,
    counting.keep_command,
    counting.merge_command,
    nights.publish_command,
    nights.research_command,
    nights.docs_command,
    nights.purge_command,
    operations.status_command,
    operations.releases_command,
    operations.rollback_command,
    operations.diff_command,
    operations.backup_command,
    operations.restore_command,
    operations.doctor_command,
    readers.site_command,
    readers.summary_command,
    readers.slides_command,
    readers.tables_command,
    readers.export_command,
    crosstab.crosstab_command,
    recompute.recompute_command,
    surveys.init_command,
    trial.try_command,
    surveys.upgrade_command,
    surveys.demo_command,
    surveys.population_command,
    surveys.codebook_group,
    rake.rake_command,
):
    peil.add_command(verb)


def main() -> None:
    """Run `peil`; a PeilError becomes one message and its exit code."""
    # A release is opened to readers file by file; everything else is its owner's.
    os.umask(OWNER_ONLY)
    for stream in (sys.stdout, sys.stderr):
        # A terminal or log of another alphabet gets a question mark, not the end of the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    keep_secrets()
    set_up_logging()
    try:
        peil(standalone_mode=False)
    except PeilError as error:
        click.echo(f"peil: {error}", err=True)
        sys.exit(error.exit_code)
    except (OSError, MemoryError, duckdb.Error) as error:
        sentence = of_the_machine(error)
        if sentence is None:
            raise
        click.echo(f"peil: {sentence}", err=True)
        sys.exit(MachineError.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("peil: stopped.", err=True)
        sys.exit(130)
