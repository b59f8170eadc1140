"""Where every page stands and which pages there are; they follow from the published file."""

from typing import NamedTuple

from peil.site.data import Data, Topic
from peil.site.numbers import file_name, short, slug
from peil.site.rows import Contrast
from peil.site.texts import Texts

INDEX, NOT_FOUND = "index.html", "404.html"


class Item(NamedTuple):
    """A line of the menu."""

    path: str
    label: str


class Section(NamedTuple):
    heading: str
    items: list[Item]


class Addresses:
    """Paths of pages, without double ones, and the menu they make."""

    def __init__(self, data: Data, texts: Texts) -> None:
        self.data, self.t = data, texts
        self._taken = {INDEX, NOT_FOUND, "data", "static"}
        self.summary = INDEX
        own = [a for a in data.advice if a.survey_code == data.survey.survey_code]
        self.advice = self._fixed("advice", bool(own))
        self.kpis = self._fixed("kpis", bool(data.kpis))
        self.experience = self._fixed("experience", bool(data.experiences))
        self.trends = self._fixed("trends", bool(data.trends or data.trend_lines))
        self.priorities = self._fixed("priorities", any(not p.is_withheld for p in data.priorities))
        self.tables = self._fixed("tables")
        self.crosstabs = self._fixed("crosstabs", bool(data.crosstabs))
        self.method = self._fixed("method")
        self.protection = self._fixed("protection", bool(data.attacks))
        self.downloads = self._fixed("downloads")
        self.glossary = self._fixed("glossary")
        self.access = self._fixed("access")
        self.regions, self._region_folder = "", ""
        if data.region_groups and data.topics:
            folder = self._free(data.region_groups[0].division_label)
            self.regions, self._region_folder = f"{folder}.html", folder
        self.contrasts = {c: self._page(self.contrast_title(c)) for c in data.contrasts}
        self._topics = {(t.survey.survey_code, t.code): self._page(t.label) for t in data.topics}
        regions = data.region_groups if self.regions else []
        self._regions = {g.group_key: self._region_page(g.group_key) for g in regions}

    def _fixed(self, key: str, exists: bool = True) -> str:
        return self._page(self.t(f"page_{key}")) if exists else ""

    def _page(self, label: str) -> str:
        return f"{self._free(label)}.html"

    def _free(self, label: str) -> str:
        """A name that no page has; a label without letters gets a number."""
        name = base = slug(label)[:60] or "p"
        number = 2
        while name in self._taken or f"{name}.html" in self._taken:
            name, number = f"{base}-{number}", number + 1
        self._taken.add(name)
        return name

    def _region_page(self, code: str) -> str:
        name = base = file_name(code)
        number = 2
        while f"{self._region_folder}/{name}" in self._taken:
            name, number = f"{base}-{number}", number + 1
        self._taken.add(f"{self._region_folder}/{name}")
        return f"{self._region_folder}/{name}.html"

    def topic(self, topic: Topic) -> str:
        return self._topics[topic.survey.survey_code, topic.code]

    def topic_of(self, survey_code: str, topic: str) -> str:
        return self._topics.get((survey_code, topic), "")

    def region(self, group_key: str) -> str:
        """The page of a region; empty where there is none."""
        return self._regions.get(group_key, "")

    def contrast_title(self, contrast: Contrast) -> str:
        """The label of the codebook; with its survey where that is not the first."""
        if contrast.survey_code == self.data.survey.survey_code:
            return contrast.contrast_label
        survey = next(s for s in self.data.surveys if s.survey_code == contrast.survey_code)
        return f"{contrast.contrast_label}: {short(survey.label)}"

    def sections(self) -> list[Section]:
        """The menu: what was found, then topics per survey, then how it was done."""
        first = self.data.survey.survey_code
        found = [
            Item(self.summary, self.t("page_summary")),
            *(Item(path, self.contrast_title(c)) for c, path in self.contrasts.items()
              if c.survey_code == first),
            *self._items("regions", "advice", "priorities", "trends", "kpis"),
        ]  # fmt: skip
        sections = [Section("", found)]
        for survey in self.data.surveys:
            topics = [t for t in self.data.topics if t.survey is survey]
            items = [Item(self.topic(t), t.label) for t in topics]
            heading = self.t("menu_topics")
            if survey.survey_code != first:
                heading = short(survey.label)
                items += [
                    Item(path, c.contrast_label) for c, path in self.contrasts.items()
                    if c.survey_code == survey.survey_code
                ]  # fmt: skip
                items += self._items("experience") if survey is self.data.surveys[-1] else []
            sections.append(Section(heading, items))
        more = self._items("tables", "crosstabs", "downloads", "method", "glossary", "access")
        return [*sections, Section(self.t("menu_more"), more)]

    def _items(self, *keys: str) -> list[Item]:
        found = []
        for key in keys:
            if path := getattr(self, key):
                label = self.t("page_" + key) if key != "regions" else self.regions_title()
                found.append(Item(path, label))
        return found

    def regions_title(self) -> str:
        return self.t("by_group", label=self.data.region_groups[0].division_label.lower())
