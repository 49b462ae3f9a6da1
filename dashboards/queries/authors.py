"""Whether authors' names are hidden on this page, and the SQL and quotes that do it."""

from schemas.alert import Alert
from schemas.pseudonyms import Pseudonyms


class _Hiding:
    """One for the process: the setting is the installation's, not a viewer's."""

    pseudonyms: Pseudonyms | None = None


def hide_authors(pseudonyms: Pseudonyms | None) -> None:
    """From now on show these in place of names; None for the names themselves."""
    _Hiding.pseudonyms = pseudonyms


def without_authors(table: str) -> tuple[str, dict[str, str]]:
    """A table of mentions as viewers may see it, and the parameters in it.

    Every filter on authors, every count and every post then goes by the pseudonyms.
    """
    hiding = _Hiding.pseudonyms
    if hiding is None:
        return table, {}
    # A link to a post leads to its author.
    columns = f"* REPLACE ({hiding.sql('author')} AS author, '' AS url)"
    return f"(SELECT {columns} FROM {table})", {"author_secret": hiding.secret}  # noqa: S608


def quoted_without_authors(alert: Alert) -> Alert:
    """The same for the quotes in an incident's evidence."""
    hiding = _Hiding.pseudonyms
    return alert if hiding is None else hiding.hide(alert)
