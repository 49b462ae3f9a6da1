"""A detector's state as bytes, and back."""

from typing import Final

import msgspec

from streams.detection.columns import PackedArray
from streams.detection.detector import Detector
from streams.detection.tuning import TUNING, Sensitivity, Tuning

STATE_VERSION: Final = 4


class _State(msgspec.Struct, frozen=True):
    version: int
    step_s: int
    sensitivity: str
    with_negative: bool
    parts: dict[str, dict[str, PackedArray]]


def pack_detector(detector: Detector) -> bytes:
    """The whole state, as MessagePack; a detector made from it decides as this one would."""
    state = _State(
        version=STATE_VERSION,
        step_s=detector.step_s,
        sensitivity=detector.sensitivity.value,
        with_negative=detector.with_negative,
        parts={name: part.pack() for name, part in detector.parts().items()},
    )
    return msgspec.msgpack.encode(state)


def unpack_detector(content: bytes, *, tuning: Tuning = TUNING) -> Detector:
    """The inverse of `pack_detector`. Raises ValueError for bytes that are no such state."""
    try:
        state = msgspec.msgpack.decode(content, type=_State)
        if state.version == STATE_VERSION:
            return _restored(state, tuning)
        problem = f"version {state.version}"
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError) as error:
        problem = str(error)
    raise ValueError(
        f"these bytes are no detector's state of version {STATE_VERSION} ({problem}); feed the "
        "rollups of the last five weeks to a new detector instead"
    )


def _restored(state: _State, tuning: Tuning) -> Detector:
    detector = Detector(
        0,
        step_s=state.step_s,
        sensitivity=Sensitivity(state.sensitivity),
        with_negative=state.with_negative,
        tuning=tuning,
    )
    kinds = {name: type(part) for name, part in detector.parts().items()}
    return detector.restore({name: kind.unpack(state.parts[name]) for name, kind in kinds.items()})
