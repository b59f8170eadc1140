"""A refused delivery: moved to `inbox/rejected/` with a file that says why, in Dutch."""

from pathlib import Path

from scripts.codebook import Source
from scripts.errors import DeliveryRejectedError

REJECTED = "rejected"


def set_aside(path: Path, source: Source, error: DeliveryRejectedError) -> Path:
    """Move the file and write its reasons beside it; returns the file with the reasons."""
    folder = path.parent / REJECTED
    folder.mkdir(mode=0o700, exist_ok=True)
    reasons = error.nl or [str(error)]
    text = "\n".join(
        [
            "Dit bestand is niet verwerkt.",
            "",
            f"Bestand: {path.name}",
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
    reason = folder / f"{path.name}.reden.txt"
    reason.write_text(text, encoding="utf-8")
    reason.chmod(0o600)
    path.replace(folder / path.name)
    return reason
