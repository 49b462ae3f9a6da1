"""The figures beside a model's manifest."""

import json
from pathlib import Path

import pytest

from models.scorer import SHIPPED
from schemas.errors import ModelError
from schemas.model_figures import FIGURES_FILE, read_figures, write_figures


def test_the_shipped_model_says_how_it_does(tmp_path: Path):
    """In several languages, under its own version, and it is written as it is read."""
    found = read_figures(SHIPPED)
    assert found is not None
    assert (
        found.model_version == json.loads((SHIPPED / "manifest.json").read_text())["model_version"]
    )
    assert {"en", "de", "zh"} <= {row.lang for row in found.sentiment}
    assert {row.trained for row in found.sentiment} == {True, False}
    write_figures(tmp_path, found)
    assert read_figures(tmp_path) == found


def test_a_folder_may_have_none_but_no_nonsense(tmp_path: Path):
    """The error names the file."""
    assert read_figures(tmp_path) is None
    (tmp_path / FIGURES_FILE).write_text('{"model_version": "x", "sentiment": [{"texts": 0}]}')
    with pytest.raises(ModelError, match=FIGURES_FILE):
        read_figures(tmp_path)
