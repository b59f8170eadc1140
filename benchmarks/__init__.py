"""Benchmarks: raking beside its peers, the engine, and the whole night. `make bench` runs them."""
