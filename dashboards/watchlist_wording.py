"""Every word of the watchlist's editor; see wording.py."""

from typing import Final

from dashboards.language import InContext, Plural, Words


class WatchlistWording(Words):
    """The editor's messages."""

    parts: str = "Incidents, or what is watched"
    part_names: dict[str, str] = {  # noqa: RUF012 - read only
        "": "Incidents",
        "brands": "Brands",
        "rules": "Rules",
        "text": "As text",
    }
    unreadable: str = "The watchlist cannot be read here"
    unreadable_note: str = (
        "Nothing was saved on this page yet, so the file counts, and the page needs it too: set "
        "`watchlist`. {mistake}"
    )
    edit: str = "What is watched"
    edit_help: str = (
        "Edits are a draft of your own until you save it. What is saved here counts in place of "
        "the file's brands, topics and alerts; routes stay in the file."
    )

    # Brands.
    brand: str = "Brand"
    product: str = "Product"
    whole: str = "The brand itself"
    name: str = "Name"
    looks_for_name: str = "Texts say the name"
    looks_for_name_help: str = "Off for a name that is too common a word to be looked for in texts."
    aliases: str = "Also called"
    aliases_help: str = (
        "What texts call it, in any script. Found as a word or words of its own; case, accents and "
        "look-alikes make no difference. After a * at its end words may go on: Acme* finds Acmes. "
        "Type one and press Enter."
    )
    exclude: str = "But not in"
    exclude_help: str = (
        "Phrases in which these names mean something else, such as \u201capple pie\u201d. Type one "
        "and press Enter."
    )
    type_one: str = "Type one, press Enter"
    no_brands: str = "No brand yet."
    new_brand: str = "New brand"
    new_product: str = "New product of {brand}"
    add: str = "Add"
    add_product: str = "Add product"
    remove_brand: str = "Remove brand"
    remove_product: str = "Remove product"

    # Rules.
    sensitivity: str = "Sensitivity of all brands"
    sensitivity_of: str = "Sensitivity of this brand"
    as_all: str = "As all brands"
    rules: str = "Rules in force"
    rules_help: str = "Each alerts whatever is usual, and is about one brand, or about every brand."
    no_rules: str = "No rules."
    every_brand: str = "every brand"
    remove: str = "Remove"
    new_rule: str = "New rule"
    rule: str = "Rule"
    rule_help: str = "posts >= 500 in 15m, negative >= 40% in 1h with 20 posts, or silence >= 2h"
    rule_about: str = "About"
    abouts: dict[str, str] = {  # noqa: RUF012 - read only
        "": "All that is said",
        "topic": "One topic",
        "lang": "One language",
        "product": "One product",
    }
    which: str = "Which"
    which_lang_help: str = "A language's code, such as de."
    rule_wrong: str = "The rule {problem}"
    which_missing: str = "Say which."
    add_rule: str = "Add rule"
    try_rule: str = "Try this rule"
    try_all: str = "Try all of the draft"
    try_help: str = (
        "Shows below which incidents it would have opened, beside those that did. Nobody is told."
    )
    trial: str = "Tried on the past"
    trial_help: str = "What was tried last, by anybody."

    # Text.
    text: str = "The whole watchlist"
    text_help: str = (
        "As in the file, but for routes: also topics, known events, and how long an incident stays "
        "open. docs/watchlist.md and docs/alerts.md say what can stand here."
    )
    take_text: str = "Take into the draft"

    # What the draft changes.
    changed: str = "What it changes"
    changed_help: str = "The draft beside what is in force."
    nothing_changed: str = "Nothing yet."
    kinds: dict[str, str] = {  # noqa: RUF012 - read only
        "brand": "Brand",
        "product": "Product",
        "alias": "Also called",
        "exclude": "But not in",
        "topic": "Topic",
        "phrase": "Phrase",
        "sensitivity": "Sensitivity",
        "rule": "Rule",
        "event": "Known event",
        "quiet": InContext("of an incident", "Over after"),
        "reopen": "Opens again within",
    }
    added: str = "new"
    gone: str = "gone"
    further: Plural = Plural("and {count} more", "and {count} more")
    mistakes: str = "It cannot be saved like this:"
    preview: str = "What it would have found"
    preview_help: str = (
        "The draft and what is in force, each asked about stored posts as the worker asks. Only "
        "posts that name a watched brand are stored: of the others, more may come than is shown "
        "here. Topics are not shown: the model finds those."
    )
    period: str = "Of the last"
    periods: dict[int, str] = {1: "24 hours", 7: "7 days", 28: "28 days"}  # noqa: RUF012
    outcomes: dict[str, Plural] = {  # noqa: RUF012 - read only
        "found": Plural("{count} post more", "{count} posts more"),
        "lost": Plural("{count} post fewer", "{count} posts fewer"),
        "product": Plural("{count} post of another product", "{count} posts of another product"),
    }
    none_found: str = "No stored post of this time would be taken otherwise."
    only_newest: str = "Counted among the newest {count} posts that can differ."
    without_preview: str = "Mend the mistakes first."

    # Saving.
    why: str = "Why"
    save: str = "Save"
    discard: str = "Discard"
    saved: str = (
        "Saved. Worker and monitor begin anew with it within seconds. Posts that are stored stay "
        "as they are; groundswell replay takes them anew."
    )
    not_saved: str = "It was not saved: {reason}"
    saved_meanwhile: str = (
        "{who} saved another version meanwhile, at {time}. Discard yours to see it."
    )
    versions: str = "Versions"
    versions_help: str = (
        "Everything that was saved, the newest first. To take something back, load an earlier "
        "version and save it; with the file's, the file counts again."
    )
    no_versions: str = "Nothing was saved here yet: the file counts."
    the_file: str = "The file"
    load: str = "Load"
    in_force: str = "in force"


WATCHLIST_WORDS: Final = WatchlistWording()
