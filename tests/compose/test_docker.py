"""The files for Docker, checked without an engine."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from compose.cli import COMMANDS
from compose.runtime.plan import build_parts
from compose.settings import PREFIX, SETTINGS, load_settings

FOLDER = Path(__file__).parents[2] / "compose" / "docker"
_IMAGE = re.compile(r"^[a-z0-9./-]+:v?\d+(\.\d+){2,}[\w.-]*$")


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((FOLDER / "docker-compose.yml").read_text())
    return parsed


def _with_password(text: str) -> str:
    """What Compose makes of `${NAME:-default}` and `${NAME:?message}`."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", re.sub(r"\$\{\w+:\?[^}]*\}", "secret", text))


def test_the_file_is_valid_by_the_compose_specification(file: dict[str, Any]):
    """Every key and value, by the specification's own schema."""
    schema = json.loads(Path(__file__).with_name("compose-spec.schema.json").read_text())
    validator = Draft7Validator(schema)
    assert list(validator.iter_errors(file)) == []
    services = {**file["services"], "kafka": {"imagee": "x"}}
    assert len(list(validator.iter_errors({**file, "services": services}))) == 1


def test_every_image_is_pinned(file: dict[str, Any]):
    """No `latest`, no floating minor version."""
    images = {service["image"] for service in file["services"].values()}
    stages = re.findall(r"^FROM (\S+)", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    assert {"apache/kafka:4.1.1", "groundswell:0.1.0"} <= images
    for image in [*images, *stages]:
        assert _IMAGE.match(image), image


def test_the_image_has_letters_of_all_scripts():
    """In its last stage: reports and charts have no others."""
    *_, last = (FOLDER / "Dockerfile").read_text().split("\nFROM ")
    assert "fonts-noto-core" in last
    assert "fonts-noto-cjk" in last


def test_every_port_is_published_on_loopback_only(file: dict[str, Any]):
    """What is reachable from outside is the operator's decision."""
    published = [port for service in file["services"].values() for port in service.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_settings_exist_and_are_readable(file: dict[str, Any]):
    """Each service's environment is one that Groundswell itself accepts."""
    read = 0
    for name, service in file["services"].items():
        own = {
            key: _with_password(value)
            for key, value in service.get("environment", {}).items()
            if key.startswith(PREFIX)
        }
        if own:
            settings = load_settings(environment=own)
            assert settings.kafka == "kafka:19092", name
            assert settings.clickhouse_url.endswith("@clickhouse:9000/groundswell"), name
            read += 1
    assert read == 5
    variables = set(re.findall(rf"{PREFIX}\w+", (FOLDER / "Dockerfile").read_text()))
    assert variables <= {spec.variable for spec in SETTINGS}


def test_services_run_commands_that_exist_and_say_whether_they_are_well(file: dict[str, Any]):
    """Long-lived services have a health check; ours run a command of the command line."""
    for name, service in file["services"].items():
        if service["image"].startswith("groundswell:"):
            assert service["command"][0] in COMMANDS
            assert service["read_only"]
        if name != "prepare":
            assert "healthcheck" in service, name
        for other in service.get("depends_on", {}):
            assert other in file["services"]


def test_kafka_is_set_as_on_one_machine(file: dict[str, Any], tmp_path: Path):
    """The broker's limits are the same with and without Docker."""
    settings = load_settings({"data_dir": str(tmp_path)}, environment={})
    (part,) = [part for part in build_parts(settings, ()) if part.name == "Kafka"]
    node = Path(part.command[-1])
    (node.parent / "data").mkdir(parents=True)
    (node.parent / "data" / "meta.properties").touch()  # as if formatted, so none is done
    part.prepare()
    lines = node.read_text().splitlines()
    own = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    environment = file["services"]["kafka"]["environment"]
    for name in (
        "message.max.bytes",
        "log.retention.hours",
        "offsets.retention.minutes",
        "auto.create.topics.enable",
        "group.initial.rebalance.delay.ms",
    ):
        assert environment["KAFKA_" + name.upper().replace(".", "_")] == own[name]
