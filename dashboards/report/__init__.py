"""A view of the page on one sheet of paper."""
