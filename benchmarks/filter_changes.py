"""Changes of filters as a viewer makes them, and how long what they change takes to change."""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

_TILE: Final = ".st-key-tile-0 [data-testid=stMetricValue]"
_ROWS: Final = ".gs-table tbody"
_CHOICE: Final = "[data-testid=stText]"
# The feed's component keeps its posts in a shadow tree, which no selector of the page reaches.
POSTS: Final = """
() => [...document.querySelectorAll(".st-key-feed *")].flatMap(
  host => [...(host.shadowRoot?.querySelectorAll("article") ?? [])]
)
"""
# Watches from the viewer's click or Enter on. A number that grows by itself has not changed: a
# filter changes it by a tenth or more. Of posts, all must be of the sentiment.
_WATCH: Final = """
([watched, wanted]) => {
  const read = () => document.querySelector(watched)?.textContent ?? "";
  const size = text => parseFloat(text.replace(/,/g, "")) * (/\\d M/.test(text) ? 1e6 : 1);
  const before = read();
  const changed = () => {
    if (wanted) {
      const posts = (POSTS)();
      return posts.length && wanted.split(" ").length ===
        new Set(posts.map(post => post.className.split(" ")[0])).size &&
        posts.every(post => wanted.split(" ").includes(post.className.split(" ")[0]));
    }
    const now = read(), ratio = size(now) / size(before);
    return now && now !== before && !(Math.abs(ratio - 1) < 0.1);
  };
  window.changedMs = null;
  const begin = event => {
    if (event.type === "keydown" && !["Enter", "Backspace"].includes(event.key)) return;
    for (const kind of ["click", "keydown"]) removeEventListener(kind, begin, true);
    const start = performance.now();
    const timer = setInterval(() => {
      if (!changed()) return;
      clearInterval(timer);
      window.changedMs = performance.now() - start;
    }, 10);
  };
  for (const kind of ["click", "keydown"]) addEventListener(kind, begin, true);
}
""".replace("POSTS", POSTS)


@dataclass(frozen=True, slots=True)
class Change:
    """One change. what: a list of names, "button", or "off" for the last name of a list.

    value: the name or the button's label. feed: of which sentiments all posts are then, where
    that is what changes.
    """

    what: str
    value: str
    watched: str = _TILE
    feed: str = ""


ALL: Final = "negative neutral positive"
CHANGES: Final = {
    "": (
        Change("button", "24 h"),
        Change("Brands", "Brand 12"),
        Change("Languages", "German"),
        Change("off", "Languages"),
        Change("button", "Negative", feed="negative"),
        Change("button", "Negative", feed=ALL),
        Change("button", "7 days"),
        Change("off", "Brands"),
        Change("button", "30 days"),
        Change("button", "6 h"),
    ),
    "page=explore&range=24h": (
        Change("Brands", "Brand 20"),
        Change("Languages", "Spanish"),
        Change("button", "Negative"),
        Change("off", "Languages"),
        Change("button", "7 days"),
        Change("button", "Negative"),
        Change("button", "30 days"),
        Change("off", "Brands"),
        Change("button", "6 h"),
        Change("Topics", "battery"),
    ),
    "page=compare&range=24h": (
        Change("Brands", "Brand 9", watched=_ROWS),
        Change("Brands", "Brand 21", watched=_ROWS),
        Change("Languages", "French", watched=_ROWS),
        Change("button", "7 days", watched=_ROWS),
        Change("off", "Languages", watched=_ROWS),
        Change("button", "30 days", watched=_ROWS),
        Change("Brands", "Brand 5", watched=_ROWS),
        Change("button", "24 h", watched=_ROWS),
        Change("Sources", "forum", watched=_ROWS),
        Change("off", "Sources", watched=_ROWS),
    ),
}
HELLO_CHANGES: Final = (
    Change("button", "two", watched=_CHOICE),
    Change("button", "one", watched=_CHOICE),
)


def watched_changes(page: Page, change: Change) -> float:
    """Make the change; milliseconds until what it changes has changed."""
    if change.what == "button":
        button = (
            page.get_by_role("button", name=change.value, exact=True)
            .or_(page.get_by_role("radio", name=change.value, exact=True))
            .first
        )
        page.evaluate(_WATCH, [change.watched, change.feed])
        button.click()
    elif change.what == "off":
        page.get_by_role("combobox", name=change.value).first.focus()
        page.evaluate(_WATCH, [change.watched, change.feed])
        page.keyboard.press("Backspace")
    else:
        box = page.get_by_role("combobox", name=change.what).first
        box.click()
        box.fill(change.value)
        page.get_by_role("option", name=change.value, exact=True).first.wait_for()
        page.evaluate(_WATCH, [change.watched, change.feed])
        page.keyboard.press("Enter")
    taken_ms = float(page.wait_for_function("window.changedMs").json_value())
    page.keyboard.press("Escape")
    return taken_ms
