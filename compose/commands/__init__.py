"""One module a command; `compose.cli` registers them."""
