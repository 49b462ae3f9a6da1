"""The watchlist: the brands to watch, the names that people use for them, and the topics.

One YAML file that a person writes; docs/watchlist.md describes it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from schemas.alert_rules import AlertRules, read_alert_rules
from schemas.errors import Mistake, WatchlistError
from schemas.marked_yaml import Located, MarkedReader
from schemas.routes import Route
from schemas.routes_file import read_routes
from schemas.skeleton import skeleton
from schemas.spelling import with_hyphens_and_spaces
from schemas.word_edges import stem

MAX_NAME_CHARACTERS: Final = 200
MAX_ALIAS_CHARACTERS: Final = 100
MAX_PHRASE_CHARACTERS: Final = 500
MAX_FILE_BYTES: Final = 20_000_000

WATCHLIST_KEYS: Final = ("brands", "topics", "alerts", "routes")
BRAND_KEYS: Final = ("name", "aliases", "exclude", "match_name", "products")
PRODUCT_KEYS: Final = ("name", "aliases", "exclude", "match_name")
TOPIC_KEYS: Final = ("name", "phrases")


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a brand.

    aliases: what texts call it, its name first unless the file says `match_name: false`.
    exclude: phrases that, where they stand in a text, hide the aliases inside them.
    """

    name: str
    aliases: tuple[str, ...]
    exclude: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand to watch; a text that names one of its products names the brand.

    aliases: what texts call it, its name first unless the file says `match_name: false`.
    exclude: phrases that, where they stand in a text, hide the aliases inside them, those of
        the products too ("Apple pie" for Apple).
    """

    name: str
    aliases: tuple[str, ...]
    exclude: tuple[str, ...]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What posts can be about; phrases: examples of it, in any language."""

    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watchlist:
    """All that is watched.  No alias stands for two brands; names are unique."""

    brands: tuple[Brand, ...]
    topics: tuple[Topic, ...]
    alerts: AlertRules = field(default_factory=AlertRules)
    routes: tuple[Route, ...] = ()


def load_watchlist(path: Path) -> Watchlist:
    """Read the watchlist file.  Raises WatchlistError with every mistake in it."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            value = f"({path.stat().st_size} bytes)"
            remedy = f"shorten the file to at most {MAX_FILE_BYTES} bytes"
            raise WatchlistError(str(path), [Mistake(1, "$", value, remedy)])
        content = path.read_bytes()
    except OSError as error:
        value = f"({error.strerror})"
        remedy = "name a watchlist file that you can read; docs/watchlist.md shows one"
        raise WatchlistError(str(path), [Mistake(1, "$", value, remedy)]) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        mistake = Mistake(line, "$", repr(content[error.start : error.end]), "save it as UTF-8")
        raise WatchlistError(str(path), [mistake]) from error
    return parse_watchlist(text, source=str(path))


def parse_watchlist(text: str, *, source: str = "watchlist") -> Watchlist:
    """Parse a watchlist.

    source: the file's name, for messages.
    Raises WatchlistError with every mistake: line, field, value and remedy.
    """
    parser = _Parser()
    watchlist = parser.watchlist(text)
    if parser.reader.mistakes:
        raise WatchlistError(source, parser.reader.mistakes)
    return watchlist


@dataclass(slots=True)
class _Parser:
    reader: MarkedReader = field(default_factory=MarkedReader)
    # Folded alias -> who has it; folded names in use, by the list that they must be unique in.
    owners: dict[str, str] = field(default_factory=dict)
    names: set[tuple[str, str]] = field(default_factory=set)

    def watchlist(self, text: str) -> Watchlist:
        root = self.reader.document(text)
        if root is None:
            return Watchlist((), ())
        fields = self.reader.mapping(root, known=WATCHLIST_KEYS, required=["brands"])
        items = self.reader.items(fields.get("brands"), example="`- name: Acme`", least=1)
        brands = [self.brand(item) for item in items]
        items = self.reader.items(fields.get("topics"), example="`- name: delivery`")
        topics = tuple(self.topic(item) for item in items)
        names = {brand.name: [product.name for product in brand.products] for brand in brands}
        return Watchlist(
            tuple(brands),
            topics,
            alerts=read_alert_rules(
                self.reader, fields.get("alerts"), brands=names, topics=[t.name for t in topics]
            ),
            routes=read_routes(
                self.reader, fields.get("routes"), brands=names, topics=[t.name for t in topics]
            ),
        )

    def brand(self, place: Located) -> Brand:
        fields = self.reader.mapping(place, known=BRAND_KEYS, required=["name"])
        name = self.name(fields, among="brands")
        owner = f"brand {name!r}"
        aliases = self.aliases(fields, name=name, owner=owner)
        if name and skeleton(name) not in {skeleton(alias) for alias in aliases}:
            # A post's `brand` field may say it, so that no other brand may be called so.
            taken = self.taken(skeleton(name), owner=owner)
            if taken and self.reader.flag(fields.get("match_name"), default=True) is False:
                self.reader.note(fields["name"], name, taken)
            self.owners.setdefault(skeleton(name), owner)
        exclude = self.exclude(fields, aliases=aliases)
        items = self.reader.items(fields.get("products"), example="`- name: Acme One`")
        products = tuple(self.product(item, brand=name) for item in items)
        return Brand(name, aliases, exclude, products)

    def product(self, place: Located, *, brand: str) -> Product:
        fields = self.reader.mapping(place, known=PRODUCT_KEYS, required=["name"])
        name = self.name(fields, among=f"products of {brand!r}")
        owner = f"product {name!r} of {brand!r}"
        aliases = self.aliases(fields, name=name, owner=owner)
        return Product(name, aliases, self.exclude(fields, aliases=aliases))

    def topic(self, place: Located) -> Topic:
        fields = self.reader.mapping(place, known=TOPIC_KEYS, required=TOPIC_KEYS)
        name = self.name(fields, among="topics")
        items = self.reader.items(fields.get("phrases"), example='`- "arrived late"`', least=1)
        return Topic(name, self.texts(items, max_characters=MAX_PHRASE_CHARACTERS))

    def name(self, fields: dict[str, Located], *, among: str) -> str:
        place = fields.get("name")
        name = self.reader.text(place, max_characters=MAX_NAME_CHARACTERS)
        if place is None or name is None:
            return ""
        key = (among, skeleton(name))
        if not key[1]:
            self.reader.note(place, name, "has no visible character: write the name")
        elif key in self.names:
            self.reader.note(place, name, f"stands twice among the {among}: join the two")
        self.names.add(key)
        return name

    def aliases(self, fields: dict[str, Located], *, name: str, owner: str) -> tuple[str, ...]:
        """The aliases, the name first, each once, claimed for their owner."""
        claims: list[tuple[Located, str]] = []
        matches_name = self.reader.flag(fields.get("match_name"), default=True)
        if name and matches_name:
            claims.append((fields["name"], name))
        for place in self.reader.items(fields.get("aliases"), example='`- "ACME Inc"`'):
            alias = self.reader.text(place, max_characters=MAX_ALIAS_CHARACTERS)
            if alias is not None:
                claims.append((place, alias))
        found: dict[str, str] = {}
        for place, alias in claims:
            folded = skeleton(alias)
            remedy = _unusable(folded) or self.taken(folded, owner=owner)
            if remedy is None:
                self.owners |= dict.fromkeys(with_hyphens_and_spaces(folded), owner)
                found.setdefault(folded, alias)
            else:
                is_name = place.path.endswith(".name")
                hint = ", or keep the name out of the texts with `match_name: false`"
                self.reader.note(place, alias, remedy + (hint if is_name else ""))
        return tuple(found.values())

    def taken(self, folded: str, *, owner: str) -> str | None:
        other = self.owners.get(folded, owner)
        return None if other == owner else f"{other} has this alias too: remove it from one of them"

    def exclude(self, fields: dict[str, Located], *, aliases: tuple[str, ...]) -> tuple[str, ...]:
        items = self.reader.items(fields.get("exclude"), example='`- "Acme Street"`')
        folded_aliases = {
            spelling for alias in aliases for spelling in with_hyphens_and_spaces(skeleton(alias))
        }
        phrases = self.texts(items, max_characters=MAX_PHRASE_CHARACTERS)
        for place in items:
            if skeleton(str(place.node.value)) in folded_aliases:
                remedy = "would hide this alias everywhere: remove it here or from the aliases"
                self.reader.note(place, place.node.value, remedy)
        return phrases

    def texts(self, items: list[Located], *, max_characters: int) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for place in items:
            text = self.reader.text(place, max_characters=max_characters)
            if text is None:
                continue
            if _has_letter(text):
                found.setdefault(skeleton(text), text)
            else:
                self.reader.note(place, text, "has no letter: write words here")
        return tuple(found.values())


def _unusable(folded: str) -> str | None:
    """Why no text can be searched for this alias, or None."""
    if not folded:
        return "has no visible character: write letters"
    if not _has_letter(folded):
        return "has no letter and would match numbers and signs: add a word to it"
    if len(stem(folded)) < 2:
        return "one character is in too many texts: write a longer alias"
    return None


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))
