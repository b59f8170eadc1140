"""A refused delivery: moved to `inbox/rejected/` with a file that says why, in Dutch."""

import time
from pathlib import Path

from peil.codebook import Source
from peil.errors import DeliveryRejectedError
from peil.names import file_name
from peil.private import owner_only

REJECTED, REASONS = "rejected", ".reden.txt"


def set_aside(path: Path, name: str, source: Source, error: DeliveryRejectedError) -> Path:
    """Move the file and write its reasons beside it; returns the file with the reasons.

    Args:
        path: the file, whatever bytes it is called by.
        name: how it is called in text.
        source: whose file it is.
        error: why.
    """
    folder = path.parent / REJECTED
    folder.mkdir(mode=0o700, exist_ok=True)
    reasons = error.nl or [str(error)]
    text = "\n".join(
        [
            "Dit bestand is niet verwerkt.",
            "",
            f"Bestand: {name}",
            f"Bron:    {source.label_nl or source.source_code}",
            "",
            "Wat er niet klopt:",
            *[f"- {reason}" for reason in reasons],
            "",
            "Wat u kunt doen:",
            "- Verbeter het bestand en lever het opnieuw aan onder dezelfde naam.",
            "- Klopt het bestand wel? Vraag de beheerder van Peil om de afspraak over deze bron "
            "aan te passen.",
            "",
            "Er is niets van dit bestand opgeslagen. Eerder geleverde gegevens zijn gebleven "
            "zoals ze waren.",
            "",
            "Melding voor de beheerder (Engels):",
            str(error),
            "",
        ]
    )
    reason = folder / file_name(name, REASONS)
    with owner_only():
        reason.write_text(text, encoding="utf-8")
    target = folder / path.name
    if target.is_dir() and not target.is_symlink():
        target = folder / file_name(f"{name}-{time.time_ns()}")
    if path.is_symlink():
        # A link that is moved would point elsewhere.
        points_to = path.parent / path.readlink()
        target.unlink(missing_ok=True)
        target.symlink_to(points_to)
        path.unlink()
    else:
        path.replace(target)
    return reason
