"""What the machine does to a run (disk full, no right to write, no memory), as one sentence."""

import errno

import duckdb

STANDS = "What stood before stands, and nothing half was left; run again when that is mended."
_ERRNO = {
    errno.ENOSPC: "the disk is full. Make room on it",
    errno.EDQUOT: "the disk quota is used up. Make room",
    errno.EFBIG: "the file may not grow any more here. Raise the limit (`ulimit -f`)",
    errno.EROFS: "the disk can only be read. Choose another place",
    errno.EACCES: "the rights do not allow it. Mend the rights of the folder or file",
    errno.EPERM: "the rights do not allow it. Mend the rights of the folder or file",
    errno.EMFILE: "too many files are open. Raise the limit (`ulimit -n`)",
    errno.EIO: "the disk fails. Check it",
    errno.ENOMEM: "there is not enough memory. Close other programs",
}
_WORDS = {
    "No space left": errno.ENOSPC,
    "max_temp_directory_size": errno.ENOSPC,
    "Disk quota": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "Read-only file system": errno.EROFS,
    "Permission denied": errno.EACCES,
    "Too many open files": errno.EMFILE,
    "Input/output error": errno.EIO,
}


def of_the_machine(error: BaseException) -> str | None:
    """The sentence, or None for an error that says something else."""
    number, where = None, ""
    if isinstance(error, OSError):
        number, where = error.errno, str(error.filename or "")
    elif isinstance(error, duckdb.Error):
        number = next((code for words, code in _WORDS.items() if words in str(error)), None)
        where = str(error).splitlines()[0].rstrip(".")
    # DuckDB says so too when the disk has no room for what memory has not.
    out_of_memory = isinstance(error, (MemoryError, duckdb.OutOfMemoryException))
    if out_of_memory and number is None:
        return f"{_ERRNO[errno.ENOMEM].capitalize()}. {STANDS}"
    if number not in _ERRNO:
        return None
    return f"{where + ': ' if where else ''}{_ERRNO[number]}. {STANDS}"
