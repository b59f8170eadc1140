"""A client for CBS OData v4: every answer is kept as a file, so that a run can be replayed.

Observations come in pages of 100,000 with `@odata.nextLink`; the table has 100 million rows, so
a filter is always sent, and never trusted: what comes back is filtered again.
"""

import json
import logging
from pathlib import Path
from typing import Protocol

from peil.errors import InputError, PeilError

log = logging.getLogger(__name__)

BASE = "https://datasets.cbs.nl/odata/v1/CBS"
TABLE = "03759ned"
DIMENSIONS = ("Geslacht", "Leeftijd", "RegioS", "Perioden")
_INDEX = "index.json"
_TIMEOUT = 120
_RETRIES = 5


class Answers(Protocol):
    """Where answers come from: the service, or a recording of it."""

    def collect(self, filters: str, name: str) -> list[Path]:
        """Files with the pages of observations that match the filters."""

    def codes(self, dimension: str) -> Path:
        """The file with the codes of a dimension."""

    def about(self) -> dict:
        """The properties of the table: title, licence, when it was changed."""


class Service:
    """CBS itself, with retries on what passes by itself."""

    def __init__(self, folder: Path, base: str = BASE) -> None:
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util.retry import Retry

        self.folder = folder
        self.root = f"{base}/{TABLE}"
        self.pages: list[str] = []
        self._session = requests.Session()
        retry = Retry(
            total=_RETRIES,
            backoff_factor=1,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=True,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def collect(self, filters: str, name: str) -> list[Path]:
        files: list[Path] = []
        url, params = f"{self.root}/Observations", {"$filter": filters}
        while url:
            page = self._get(url, params)
            files.append(self._keep(page, f"observations-{name}-{len(files) + 1}.json"))
            self.pages.append(files[-1].name)
            log.info("CBS %s: page %s, %s rows.", TABLE, len(files), f"{len(page['value']):,}")
            url, params = page.get("@odata.nextLink", ""), {}
        self._keep({"observationPages": self.pages, "source": self.root}, _INDEX)
        return files

    def codes(self, dimension: str) -> Path:
        return self._keep(self._get(f"{self.root}/{dimension}Codes"), f"codes-{dimension}.json")

    def about(self) -> dict:
        answer = self._get(f"{self.root}/Properties")
        self._keep(answer, "properties.json")
        return answer

    def _keep(self, answer: dict, name: str) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        return path

    def _get(self, url: str, params: dict[str, str] | None = None) -> dict:
        import requests

        try:
            response = self._session.get(url, params=params, timeout=_TIMEOUT)
            response.raise_for_status()
            return response.json()
        except (requests.RequestException, ValueError) as error:
            raise PeilError(
                f"{url}: CBS does not answer ({type(error).__name__}: {error}). Nothing was "
                "changed. Try again later, or use a recording with --replay."
            ) from error


class Recording:
    """Answers of CBS that were kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = self._read(_INDEX)

    def collect(self, filters: str, name: str) -> list[Path]:  # noqa: ARG002
        pages = self._index.get("observationPages") or []
        if not pages:
            raise InputError(f"{self.folder / _INDEX}: names no observationPages to replay.")
        return [self._file(page) for page in pages]

    def codes(self, dimension: str) -> Path:
        return self._file(f"codes-{dimension}.json")

    def about(self) -> dict:
        return self._read("properties.json")

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise InputError(
                f"{path}: this recorded answer is missing. Record again with --record, or name "
                "another folder with --replay."
            )
        return path

    def _read(self, name: str) -> dict:
        path = self._file(name)
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path}: is no JSON ({error}). Record again.") from error
