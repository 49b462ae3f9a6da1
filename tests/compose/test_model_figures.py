"""What is known of the models that settings name, and that it is written down once they score."""

from pathlib import Path

from clickhouse_driver import Client

from compose.model_figures import figures_of
from models.scorer import SHIPPED
from schemas.model_figures import FIGURES_TABLE, read_figures
from streams.rows import Columns
from streams.versions.begun_sink import BegunSink
from tests.dashboards.mention_table import MentionTable


class Kept:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.columns: list[Columns] = []

    def insert(self, columns: Columns) -> None:
        """Keep the rows."""
        self.columns.append(columns)


def test_figures_are_those_of_the_version_that_scores(tmp_path: Path):
    """Under its own name; none of a folder without any, nor of another version's file."""
    found = read_figures(SHIPPED)
    assert found is not None
    assert figures_of("shipped", found.model_version) == (found,)
    (other,) = figures_of("vllm:http://127.0.0.1:1", f"{found.model_version}+vllm")
    assert other.model_version == f"{found.model_version}+vllm"
    assert other.sentiment == found.sentiment
    assert figures_of(str(tmp_path), "one") == figures_of("stub", "stub") == ()
    assert figures_of("shipped", "another") == ()


def test_whoever_begins_to_score_writes_them_down(clickhouse_server: str):
    """Before the first rows, with the version that is active from then on."""
    table = MentionTable.create(clickhouse_server, "figures_of_the_first")
    table.migrate()
    found = read_figures(SHIPPED)
    assert found is not None
    kept = Kept()
    sink = BegunSink(kept, table.url, found.model_version, "worker", (found,))
    for _ in range(2):
        sink.insert([])
    assert kept.columns == [[], []]
    with Client.from_url(table.url) as client:
        ((count, version),) = client.execute(
            f"SELECT count(), any(model_version) FROM {FIGURES_TABLE}"
        )
        ((active,),) = client.execute("SELECT any(model_version) FROM model_promotions")
    assert count == len(found.sentiment)
    assert version == active == found.model_version
