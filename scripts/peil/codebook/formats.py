"""The formats a source can declare: a family of files, and the tool that wrote the header rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """How a file is read: `family` picks the reader, `tool` the meaning of its header rows."""

    family: str
    tool: str = "plain"
    delimiter: str = ""


FORMATS = {
    "sav": Format("spss"),
    "parquet": Format("parquet"),
    "csv": Format("text"),
    "xlsx": Format("excel"),
    "limesurvey_csv": Format("text", "limesurvey"),
    "limesurvey_xlsx": Format("excel", "limesurvey"),
    "limesurvey_vv": Format("text", "limesurvey_vv", "\t"),
    "qualtrics_csv": Format("text", "qualtrics"),
    "qualtrics_xlsx": Format("excel", "qualtrics"),
    "surveymonkey_csv": Format("text", "surveymonkey"),
    "surveymonkey_xlsx": Format("excel", "surveymonkey"),
    "google_forms_csv": Format("text", "forms"),
    "google_forms_xlsx": Format("excel", "forms"),
    "ms_forms_csv": Format("text", "forms"),
    "ms_forms_xlsx": Format("excel", "forms"),
}
