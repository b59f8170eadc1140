"""The gate: is this delivery what was agreed? Judged before it lands, by Great Expectations.

Nothing is imported here: the process with Great Expectations needs none of what landing needs.
"""
