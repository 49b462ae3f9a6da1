"""The search goes on until the files are clean, or the time is up."""

from streams.erasure.disk_check import Folders, check_disk

WORD = b"a marker"


class Time:
    """Passes while somebody sleeps."""

    now_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def clock(self) -> float:
        return self.now_s


def test_it_waits_for_files_to_go(tmp_path):
    """And has them hasten before each look."""
    folders = Folders(clickhouse=tmp_path / "ch", kafka=tmp_path / "kafka", logs=tmp_path / "logs")
    for path in ("ch/part/text.bin", "kafka/alerts-0/0.log", "kafka/reviews-0/0.log"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(WORD)
    left = [tmp_path / "ch/part/text.bin", tmp_path / "kafka/alerts-0/0.log"]
    time = Time()
    checks = check_disk(
        folders,
        [WORD],
        wait_s=60,
        hasten=lambda: left.pop().unlink() if left else None,
        clock=time.clock,
        sleep=time.sleep,
    )
    # Input topics are Kafka's to keep: they are not looked at here.
    assert [(check.looked_at, check.found) for check in checks] == [(0, 0), (0, 0)]
    assert 0 < time.now_s < 60


def test_it_gives_up_in_time(tmp_path):
    (tmp_path / "text.bin").write_bytes(WORD)
    time = Time()
    (check,) = check_disk(
        Folders(clickhouse=tmp_path), [WORD], wait_s=10, clock=time.clock, sleep=time.sleep
    )
    assert check.found == 1
    assert time.now_s >= 10


def test_nothing_is_looked_for_without_needles(tmp_path):
    assert check_disk(Folders(clickhouse=tmp_path), [], wait_s=10) == ()
