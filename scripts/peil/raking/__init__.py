"""Raking as pure mathematics: arrays in, arrays out, no files, no database."""

from peil.raking.engine import Raked, rake
from peil.raking.margins import Margin, prepare_margins
from peil.raking.variance import calibration_inverse

__all__ = ["Margin", "Raked", "calibration_inverse", "prepare_margins", "rake"]
