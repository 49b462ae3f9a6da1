"""A sink of mentions that first writes down which model version is active, and how good it is."""

from dataclasses import dataclass

from schemas.model_figures import ModelFigures
from streams.clickhouse.mention_sink import MentionSink
from streams.rows import Columns
from streams.versions.figures import store_figures
from streams.versions.promotions import begin_with


@dataclass(slots=True)
class BegunSink:
    """Writes to another sink; before the first rows see Promotions.begin.

    version: of the live scores. who: for the promotion's row. figures: of the versions that score.
    """

    sink: MentionSink
    url: str
    version: str
    who: str
    figures: tuple[ModelFigures, ...] = ()
    _begun: bool = False

    def insert(self, columns: Columns) -> None:
        """Write rows, by column; see MentionSink."""
        if not self._begun:
            begin_with(self.url, self.version, who=self.who)
            for figures in self.figures:
                store_figures(self.url, figures)
            self._begun = True
        self.sink.insert(columns)
