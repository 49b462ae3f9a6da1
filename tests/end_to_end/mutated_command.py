"""`python -m tests.end_to_end.mutated_command MUTATION WORDS…`: the command with a mutation."""

import sys

from compose.cli import main
from tests.end_to_end import mutations

if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name != "none":
        getattr(mutations, name)()
    main()
