"""A wrong model is told before anything starts, by the flag that named it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from compose.model_check import check_models
from compose.runtime.console import RuntimeConsole
from compose.runtime.doctor import examine
from compose.runtime.findings import Verdict
from compose.runtime.one_machine import run_one_machine
from compose.settings import Settings, load_settings
from models.scorer import SHIPPED
from schemas.errors import ModelError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"data_dir": str(tmp_path / "data")}, environment={})


def test_sound_models_pass(settings: Settings):
    """So do those that have no folder here."""
    check_models(settings)
    check_models(replace(settings, model="stub", shadow_model="shipped"))
    check_models(replace(settings, model="vllm:http://localhost:1"))


@pytest.mark.parametrize("name", ["model", "shadow_model"])
def test_a_missing_folder_is_named_with_its_flag(name: str):
    """The shadow model's too."""
    settings = load_settings({name: "/nowhere"}, environment={})
    with pytest.raises(ModelError, match=f"--{name.replace('_', '-')} /nowhere: .*manifest.json"):
        check_models(settings)


def test_a_broken_file_is_found(settings: Settings, tmp_path: Path):
    """By its hash."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    (folder / "heads.safetensors").write_bytes(b"half")
    with pytest.raises(ModelError, match=r"heads\.safetensors has SHA-256"):
        check_models(replace(settings, model=str(folder)))


def test_up_starts_nothing_with_a_wrong_model(settings: Settings):
    """No Kafka for half a minute, no log to look for."""
    with pytest.raises(ModelError, match="--shadow-model nowhere"):
        run_one_machine(replace(settings, shadow_model="nowhere"), RuntimeConsole())
    assert not (settings.data_dir / "logs").exists()


def test_doctor_looks_at_the_shadow_model(settings: Settings):
    """Which the worker would stop for as well."""
    found = {
        finding.what: finding.verdict
        for finding in examine(replace(settings, model="stub", shadow_model="nowhere"))
    }
    assert found["model"] is Verdict.OK
    assert found["shadow model"] is Verdict.FAIL
