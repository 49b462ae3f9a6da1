"""Which texts say how sure the model may be."""

from pathlib import Path

from models.heads import read_heads
from models.scorer import SHIPPED
from models.training.calibration import calibrating
from models.training.config import read_run

RUN = read_run(Path("models/runs/shipped.yaml"))


def test_neither_guards_nor_labels_that_follow_from_nothing_calibrate():
    """The Hindi tweets are trained on, and do not calibrate; no guard does."""
    telling = calibrating(RUN)
    assert "umsab/english" in telling
    assert "umsab/hindi" in {source.path for source in RUN.data} - telling
    assert not telling & {source.path for source in RUN.guards}


def test_no_language_of_the_shipped_model_is_sure_of_nothing():
    """Labels at random would flatten a language's answers until they all say a third each."""
    temperatures = read_heads(SHIPPED).sentiment.temperatures
    assert temperatures.max() < 2.5
