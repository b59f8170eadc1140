"""Peil: raw survey answers become weighted, tested, published figures."""
