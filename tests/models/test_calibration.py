"""Which texts say how sure the model may be, and whether its figures tell it."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.heads import read_heads
from models.scorer import SHIPPED
from models.targets import OPINIONS
from models.training.calibration import calibrating
from models.training.config import read_run
from models.training.labelled import Labelled, Opinion
from models.training.measuring import Answers, figures

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


def test_figures_of_targets_are_of_the_probabilities_that_users_see():
    """Six in ten right, told with logits that are sure: only the temperature makes them honest."""
    heads = read_heads(SHIPPED)
    targets = heads.targets
    assert targets is not None
    right = OPINIONS.index("positive")
    rows = [
        Labelled(text="x", lang="en", source="s", opinions=(Opinion("battery", right),))
        for _ in range(10)
    ]
    sure = np.zeros((1, len(OPINIONS)), np.float32)
    sure[0, right] = 4.0
    mistaken = np.roll(sure, -1, axis=1)
    told = Answers(
        rows,
        np.zeros((10, heads.sentiment.weight.shape[0]), np.float32),
        np.zeros((10, 3), np.float32),
        None,
        None,
        None,
        [sure] * 6 + [mistaken] * 4,
    )

    def error(temperature: float) -> float:
        tempered = replace(heads, targets=replace(targets, temperature=temperature))
        (found,) = (figure for figure in figures(told, tempered) if figure.head == "targets")
        return found.calibration_error

    # Of logits 4, 0 and 0 the first has 3 / (3 + 1 + 1) = 0.6 where exp(4 / T) is 3.
    assert error(1.0) > 0.3
    assert error(4.0 / np.log(3.0)) < 0.01
