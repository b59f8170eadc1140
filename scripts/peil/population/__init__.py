"""Population from CBS StatLine: fetched or replayed, written as a delivery, landed as one."""

from peil.population.command import fetch_population

__all__ = ["fetch_population"]
