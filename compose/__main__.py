"""`python -m compose` is the command `groundswell`."""

from compose.cli import main

main()
