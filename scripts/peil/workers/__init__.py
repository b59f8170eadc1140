"""Counting apart: one delivery into a count package, on this machine or on many."""
