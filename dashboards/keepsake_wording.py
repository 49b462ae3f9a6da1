"""Every word about saved views and notes."""

from typing import Final

from dashboards.language import Words


class KeepsakeWording(Words):
    """Their messages."""

    views: str = "Views"
    views_help: str = "Views under a name, for all who use this page."
    name: str = "Name of this view"
    save: str = "Save"
    remove: str = "Remove"
    no_views: str = "No view was saved yet."
    notes: str = "Notes"
    notes_help: str = "What happened when: a launch, a campaign, an outage. Shown above the charts."
    text: str = "Note"
    moment: str = "When"
    brand: str = "About"
    all_brands: str = "All brands"
    no_notes: str = "No note in this period."
    name_missing: str = "Give it a name first."
    text_missing: str = "Write the note first."
    who_missing: str = "Say who you are first."
    saved: str = "Saved."
    removed: str = "Removed."
    not_saved: str = "That failed: {reason}."


KEEPSAKE_WORDS: Final = KeepsakeWording()
