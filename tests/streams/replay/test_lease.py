"""One process at a time."""

import subprocess
import sys
import time

import psutil
from msgspec import structs

from streams.replay.lease import encode_owner, holders, is_gone, this_process


def test_this_process_lives():
    """And its claim is its own."""
    me = this_process()
    assert not is_gone(me)
    assert holders([encode_owner(me)], own=encode_owner(me)) == []
    assert holders([encode_owner(me)]) == [me]


def test_a_process_that_has_ended_has_let_go():
    """Also one whose number another process bears by now."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    me = this_process()
    assert is_gone(structs.replace(me, pid=child.pid))
    assert is_gone(structs.replace(me, started_s=me.started_s - 60))
    assert holders([encode_owner(structs.replace(me, pid=child.pid))]) == []


def test_a_zombie_has_let_go():
    """Nobody waited for it yet, but it works no longer."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = structs.replace(
            this_process(), pid=child.pid, started_s=psutil.Process(child.pid).create_time()
        )
        assert not is_gone(owner)
        child.kill()
        for _ in range(500):
            if is_gone(owner):
                break
            time.sleep(0.01)
        assert is_gone(owner)


def test_of_another_machine_nothing_is_known():
    """There a claim holds until it runs out."""
    away = structs.replace(this_process(), place="elsewhere", pid=2**22)
    assert not is_gone(away)
