"""What the README shows is what the demo gives, and its tables are the published ones."""

import re

from peil.settings import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_sample_query_gives_the_output_shown(published):
    query, shown = re.search(r"```sql\n(.*?)```\n\n```\n(.*?)```", README, re.S).groups()
    assert str(published.sql(query)).strip() == shown.strip()


def test_every_published_table_is_explained(published):
    named = set(re.findall(r"`(\w+)`", README))
    tables = {
        name for (name,) in published.sql("select table_name from duckdb_tables()").fetchall()
    }
    assert tables <= named


def test_every_analysis_runs_on_the_published_file(published):
    analyses = sorted((PROJECT / "analyses").glob("*.sql"))
    assert analyses
    for analysis in analyses:
        query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"marts.\1", analysis.read_text())
        published.sql(query).fetchall()
