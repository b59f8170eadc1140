"""Raking as pure mathematics: arrays in, arrays out, no files, no database."""

from scripts.raking.engine import Raked, rake
from scripts.raking.margins import Margin, prepare_margins
from scripts.raking.variance import calibration_inverse

__all__ = ["Margin", "Raked", "calibration_inverse", "prepare_margins", "rake"]
