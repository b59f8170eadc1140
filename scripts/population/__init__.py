"""Population from CBS StatLine: fetched or replayed, written as a delivery, landed as one."""

from scripts.population.command import fetch_population

__all__ = ["fetch_population"]
