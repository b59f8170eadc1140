"""Crosstabs that are asked for: any question by any groups, from the warehouse."""
