"""What every kind of page needs, in one place."""

from dataclasses import dataclass

from peil.site.addresses import Addresses
from peil.site.charts import Charts
from peil.site.data import Data
from peil.site.findings import Findings
from peil.site.measures import Measures
from peil.site.numbers import Numbers
from peil.site.texts import Texts
from peil.site.writer import Writer


@dataclass(frozen=True)
class Site:
    """One published file on its way to pages."""

    data: Data
    measures: Measures
    charts: Charts
    findings: Findings
    addresses: Addresses
    write: Writer

    @property
    def t(self) -> Texts:
        return self.findings.t

    @property
    def numbers(self) -> Numbers:
        return self.findings.numbers
