"""What an exit code of `peil` means, in the words of the documents."""

_MEANINGS = {
    0: "all went well",
    1: "a step failed; nothing was published",
    2: "something cannot be used: a file, an option or the codebook",
    3: "a delivery was set aside; the rest went on",
    4: "weights that do not exist",
    130: "stopped by hand",
}


def meaning(exit_code: int | None) -> str:
    if exit_code is None:
        return "at work"
    return _MEANINGS.get(exit_code, "ended by the system")
