"""Charts as PNG, drawn by a process of its own: `python -m streams.notifications.pictures`.

The process takes JSON and gives base64, and lives in the recipient's time zone, in which Vega
writes times. The memory that drawing takes, some hundred megabytes, goes with it.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from schemas.errors import ReportError

TIMEOUT_S: Final = 120
# Pixels for each of the chart's: sharp on the screens of phones.
_SCALE: Final = 2


def drawn(specs: Sequence[dict[str, Any]], *, zone: str) -> list[bytes]:
    """The charts as PNG, in order. zone: name of a time zone. Raises ReportError."""
    if not specs:
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-m", "streams.notifications.pictures"],
            input=json.dumps(list(specs)),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
            env={**os.environ, "TZ": zone},
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"the pictures were not drawn within {TIMEOUT_S} s") from error
    except (subprocess.CalledProcessError, OSError) as error:
        told = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise ReportError(f"the pictures could not be drawn: {told[-1][:300]}") from error
    return [base64.b64decode(one) for one in json.loads(done.stdout)]


def main() -> None:
    """Draw what comes in."""
    import vl_convert

    # Nothing that a specification names is fetched.
    pictures = [
        vl_convert.vegalite_to_png(spec, scale=_SCALE, allowed_base_urls=[])
        for spec in json.load(sys.stdin)
    ]
    json.dump([base64.b64encode(one).decode() for one in pictures], sys.stdout)


if __name__ == "__main__":
    main()
