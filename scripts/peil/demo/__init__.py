"""The demo: simulated respondents of fictitious municipalities, delivered as bureaus do.

Everything here is invented. The age structure of the population is that of the Netherlands on
1 January 2024 (CBS StatLine, table 7461bev, CC BY 4.0; adapted).
"""

from peil.demo.codebook import require_demo
from peil.demo.deliveries import write_demo, write_second_wave

__all__ = ["require_demo", "write_demo", "write_second_wave"]
