"""The words of the site itself, per language; what is about a survey comes from its codebook."""

import tomllib
from functools import cache
from pathlib import Path

from peil.dutch import listing
from peil.site.rows import Survey

CATALOGUES = Path(__file__).parent / "texts"
DEFAULT = "nl"


class Texts:
    """Sentences by key, with their values filled in."""

    def __init__(self, language: str, *more: Path) -> None:
        self.language = language
        self._sentences = dict(catalogue(language))
        for folder in more:
            self._sentences |= catalogue(language, folder)

    def __call__(self, key: str, **values: object) -> str:
        """A sentence; `n` chooses between a pair of one and more."""
        sentence = self._sentences[key]
        if isinstance(sentence, list):
            sentence = sentence[0 if values["n"] in (1, "1") else 1]
        return sentence.format(**values)

    def for_audience(self, key: str, audience: str) -> str:
        """A sentence about those who answered; one about people where they have none."""
        own = f"{key}_{audience}"
        return self._sentences[own if own in self._sentences else f"{key}_people"]

    def caution(self, survey: Survey) -> str:
        """How people came to take part, and what that means for the intervals, in a sentence."""
        if survey.caution:
            return survey.caution
        if not survey.sample_kinds:
            return self("caution")
        kinds = listing(survey.sample_kinds.split("; "), self.language)
        return self("caution_random" if survey.is_random_sample else "caution_chosen", kinds=kinds)

    def part(self, prefix: str) -> dict[str, str]:
        """The sentences that the script needs: those whose key starts so, without it."""
        found = self._sentences.items()
        return {k.removeprefix(prefix): v for k, v in found if k.startswith(prefix)}


@cache
def catalogue(language: str, folder: Path = CATALOGUES) -> dict:
    path = folder / f"{language if language in languages() else DEFAULT}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def languages() -> list[str]:
    return sorted(path.stem for path in CATALOGUES.glob("*.toml"))
