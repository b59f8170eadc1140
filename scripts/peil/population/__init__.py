"""Population from CBS StatLine: fetched or replayed, written as a delivery, landed as one."""

from peil.population.command import fetch_cells, fetch_population

__all__ = ["fetch_cells", "fetch_population"]
