"""The figures of a run that go into the model's folder, for programs to read."""

from collections.abc import Sequence

from models.training.config import Run
from models.training.measuring import Figure
from schemas.model_figures import HeldOut, ModelFigures


def held_out(run: Run, figures: Sequence[Figure]) -> ModelFigures:
    """Those of whole texts' sentiment, as the card has them: not from labels that were derived."""
    trained = {source.path for source in run.data}
    derived = {source.path for source in run.data if source.certainty < 1}
    return ModelFigures(
        model_version=run.version,
        sentiment=tuple(
            HeldOut(
                source=figure.source,
                lang=figure.lang,
                texts=figure.texts,
                accuracy=round(figure.accuracy, 4),
                macro_f1=round(figure.macro_f1, 4),
                calibration_error=round(figure.calibration_error, 4),
                trained=figure.source in trained,
            )
            for figure in figures
            if figure.head == "sentiment" and figure.source not in derived
        ),
    )
