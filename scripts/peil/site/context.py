"""What every page and document needs, in one place."""

from dataclasses import dataclass
from pathlib import Path

from peil.errors import InputError
from peil.site.addresses import Addresses
from peil.site.charts import Charts
from peil.site.data import Data
from peil.site.findings import Findings
from peil.site.load import load
from peil.site.measures import Measures
from peil.site.numbers import Numbers
from peil.site.texts import Texts
from peil.site.writer import Writer


@dataclass(frozen=True)
class Reading:
    """One published file, read: its figures, what they mean and how that is said."""

    data: Data
    measures: Measures
    charts: Charts
    findings: Findings

    @property
    def t(self) -> Texts:
        return self.findings.t

    @property
    def numbers(self) -> Numbers:
        return self.findings.numbers


@dataclass(frozen=True)
class Site(Reading):
    """One published file on its way to pages."""

    addresses: Addresses
    write: Writer


def read(file: Path, *catalogues: Path) -> Reading:
    """Read a published file; more words than those of the site stand in `catalogues`.

    Raises:
        InputError: the file cannot be read, or no survey is published in it.
        PeilError: a withheld row of the file carries a figure.
    """
    data = load(file)
    if not data.surveys:
        raise InputError(f"{file}: no survey is published in it, so there is nothing to show.")
    measures = Measures(data)
    texts = Texts(data.language, *catalogues)
    return Reading(
        data, measures, Charts(measures), Findings(measures, Numbers(data.language), texts)
    )
