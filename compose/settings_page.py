"""`python -m compose.settings_page > docs/settings.md`: the page of all settings, from the code."""

import sys
from typing import Final

from compose.settings import CONFIG_FILE, CONFIG_VARIABLE, SETTINGS, Setting

_HEAD: Final = f"""\
# Settings

Every setting is a flag of the commands that use it, a line of a settings file, and an environment
variable. In rising order of weight: the default, the environment, the file, the flag.

The file is TOML. `--config FILE` or `{CONFIG_VARIABLE}` names it; without either it is
`{CONFIG_FILE}` in the data folder, if that is there:

```toml
kafka = "kafka-1:9092,kafka-2:9092"
clickhouse_url = "clickhouse://groundswell:secret@clickhouse:9000/groundswell"
input_topics = ["reviews", "social-posts"]
insert_linger_s = 0.5
```

An unknown variable `GROUNDSWELL_*` or line of the file is an error, and so is a value that cannot
be read; all mistakes are told at once. An empty variable counts as not set.

Each command reads them when it starts, so changed ones count once `groundswell up` is started
again. What is given to it by a flag holds for it and its parts alone: what other commands need too,
such as addresses and the model, stands best in the data folder's file. `groundswell doctor` says
which settings are other ones than those that run.

This page is written by `python -m compose.settings_page > docs/settings.md`.
"""


def settings_page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(_entry(spec) for spec in SETTINGS)])


def _entry(spec: Setting) -> str:
    default = f"`{spec.default_text}`" if spec.default_text else "nothing"
    return (
        f"## `{spec.name}`\n\n{spec.help}\n\n"
        f"* flag: `{spec.flag}`\n* variable: `{spec.variable}`\n"
        f"* value: {spec.kind.expected}\n* default: {default}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(settings_page())
