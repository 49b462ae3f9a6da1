"""What a viewer of the page sees and does, and what goes wrong in the browser meanwhile."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Dialog, Download, Locator, Page, Request, expect

# A wait ends as soon as what it waits for is there; this is for a machine that is busy.
TIMEOUT_MS = 40_000


class Viewer:
    """A browser's page with the dashboard in it.

    faults: dialogs, errors, and requests to anywhere but the page's own server.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on("dialog", self._dialog)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._request)

    def click(self, target: Locator) -> None:
        """Click, once the page stands still: a click on what is drawn anew meanwhile is lost."""
        still = self.page.locator('[data-test-script-state="notRunning"]')
        expect(still.first).to_be_attached()
        target.click()

    def download(self, button: Locator) -> Download:
        """Click the button, once, and return the file that comes."""
        with self.page.expect_download() as started:
            self.click(button)
        return started.value

    @property
    def feed(self) -> Locator:
        """The list that scrolls."""
        return self.page.locator(".feed")

    @property
    def cards(self) -> Locator:
        """Posts in the feed."""
        return self.page.locator(".feed article")

    @property
    def texts(self) -> Locator:
        """Texts of the posts in the feed."""
        return self.page.locator(".feed article .text")

    @property
    def freshness(self) -> Locator:
        """The line that says how fresh the page is."""
        return self.page.locator(".gs-fresh")

    @property
    def panel(self) -> Locator:
        """What stands in place of the numbers where there are none."""
        return self.page.locator(".gs-state")

    def tile(self, number: int) -> Locator:
        """The big number of a tile at the top, counted from 0."""
        return self.page.locator(f".st-key-tile-{number} [data-testid=stMetricValue]")

    def bar(self, card: str, *words: str) -> Locator:
        """The bar of a chart whose spoken label has all these words.

        card: time, brands, topics, langs or sources.
        """
        told = "".join(f'[aria-label*="{word};"]' for word in words)
        return self.page.locator(f".st-key-card-{card} [aria-roledescription=bar]{told}")

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            self.faults.append(f"request: {request.url}")
