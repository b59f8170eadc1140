"""Apply raking weights: `peil rake` as a script."""

import sys

import click
from peil.cli.rake import rake_command
from peil.errors import PeilError

if __name__ == "__main__":
    try:
        rake_command(standalone_mode=False)
    except PeilError as error:
        click.echo(f"rake_weights: {error}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
