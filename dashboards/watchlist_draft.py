"""A watchlist while somebody edits it: it may hold mistakes, until `mistakes_of` finds none. Pure.

Every function takes a watchlist and returns another one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from schemas.alert_rules import AlertRules, KnownEvent, Sensitivity, WatchedRule
from schemas.errors import Mistake, WatchlistError
from schemas.watchlist import Brand, Product, Watchlist, parse_watchlist
from schemas.watchlist_text import watchlist_text

# The place of a brand in the list, and of one of its products; None for the brand itself.
Place = tuple[int, int | None]


def mistakes_of(draft: Watchlist) -> tuple[Mistake, ...]:
    """Every mistake that keeps it from being used."""
    try:
        parse_watchlist(watchlist_text(draft))
    except WatchlistError as error:
        return error.mistakes
    return ()


def owner_at(draft: Watchlist, place: Place) -> Brand | Product:
    """The brand or product there."""
    brand, product = place
    return draft.brands[brand] if product is None else draft.brands[brand].products[product]


def looks_for_name(owner: Brand | Product) -> bool:
    """Whether texts are searched for the name itself."""
    return owner.name in owner.aliases[:1]


def further_aliases(owner: Brand | Product) -> tuple[str, ...]:
    """The aliases without the name."""
    return owner.aliases[1:] if looks_for_name(owner) else owner.aliases


def with_names(
    draft: Watchlist, place: Place, *, looks_for_name: bool, aliases: Iterable[str]
) -> Watchlist:
    """Another set of aliases. looks_for_name: whether the name is one of them."""
    name = owner_at(draft, place).name
    listed = [alias.strip() for alias in aliases if alias.strip() and alias.strip() != name]
    own = [name] if looks_for_name else []
    return _changed(draft, place, lambda owner: replace(owner, aliases=tuple(own + listed)))


def with_exclude(draft: Watchlist, place: Place, phrases: Iterable[str]) -> Watchlist:
    """Other phrases that hide the aliases in them."""
    listed = tuple(phrase.strip() for phrase in phrases if phrase.strip())
    return _changed(draft, place, lambda owner: replace(owner, exclude=listed))


def renamed(draft: Watchlist, place: Place, name: str) -> Watchlist:
    """Another name; rules, sensitivities and known events follow it."""
    old, new = owner_at(draft, place).name, name.strip()

    def with_name(owner: Brand | Product) -> Brand | Product:
        own = (new,) if looks_for_name(owner) else ()
        return replace(owner, name=new, aliases=(*own, *further_aliases(owner)))

    changed = _changed(draft, place, with_name)
    if place[1] is None:
        return replace(changed, alerts=_brand_renamed(changed.alerts, old, new))
    rules = [replace(r, product=new) if r.product == old else r for r in changed.alerts.rules]
    return replace(changed, alerts=replace(changed.alerts, rules=tuple(rules)))


def with_brand(draft: Watchlist, name: str) -> tuple[Watchlist, Place]:
    """A brand more, at the end, and where it is."""
    brand = Brand(name.strip(), (name.strip(),), (), ())
    return replace(draft, brands=(*draft.brands, brand)), (len(draft.brands), None)


def with_product(draft: Watchlist, brand: int, name: str) -> tuple[Watchlist, Place]:
    """A product more, at the end, and where it is."""
    products = draft.brands[brand].products
    made = Product(name.strip(), (name.strip(),), ())
    changed = replace(draft.brands[brand], products=(*products, made))
    return _with_brands(draft, brand, changed), (brand, len(products))


def without(draft: Watchlist, place: Place) -> Watchlist:
    """One brand or product less, and what of the alerts is about it alone."""
    brand, product = place
    name = owner_at(draft, place).name
    if product is None:
        brands = draft.brands[:brand] + draft.brands[brand + 1 :]
        return replace(draft, brands=brands, alerts=_without_brand(draft.alerts, name))
    products = draft.brands[brand].products
    changed = replace(draft.brands[brand], products=products[:product] + products[product + 1 :])
    rules = tuple(rule for rule in draft.alerts.rules if rule.product != name)
    left = _with_brands(draft, brand, changed)
    return replace(left, alerts=replace(left.alerts, rules=rules))


def with_rule(draft: Watchlist, rule: WatchedRule) -> Watchlist:
    """A rule more."""
    return replace(draft, alerts=replace(draft.alerts, rules=(*draft.alerts.rules, rule)))


def without_rule(draft: Watchlist, number: int) -> Watchlist:
    """One rule less."""
    rules = draft.alerts.rules
    left = rules[:number] + rules[number + 1 :]
    return replace(draft, alerts=replace(draft.alerts, rules=left))


def with_sensitivity(draft: Watchlist, brand: str, word: Sensitivity | None) -> Watchlist:
    """Another sensitivity. brand: "" for all. word: None for that of all."""
    alerts = draft.alerts
    if not brand:
        return replace(draft, alerts=replace(alerts, sensitivity=word or AlertRules().sensitivity))
    others = {name: each for name, each in alerts.by_brand.items() if name != brand}
    by_brand = {**others, brand: word} if word else others
    return replace(draft, alerts=replace(alerts, by_brand=by_brand))


def only_rule(draft: Watchlist, rule: WatchedRule) -> Watchlist:
    """The names, and of the alerts that one rule: what is to be tried on the past."""
    alone = AlertRules(sensitivity=Sensitivity.OFF, rules=(rule,))
    return replace(names_and_alerts(draft), alerts=alone)


def names_and_alerts(draft: Watchlist) -> Watchlist:
    """The draft without aliases, which do not matter to what is stored, and may be many."""
    brands = tuple(
        Brand(
            brand.name,
            (),
            (),
            tuple(Product(product.name, (), ()) for product in brand.products),
        )
        for brand in draft.brands
    )
    return replace(draft, brands=brands, routes=())


def _changed(
    draft: Watchlist, place: Place, change: Callable[[Brand | Product], Brand | Product]
) -> Watchlist:
    brand, product = place
    if product is None:
        changed = change(draft.brands[brand])
    else:
        products = list(draft.brands[brand].products)
        one = change(products[product])
        assert isinstance(one, Product)
        products[product] = one
        changed = replace(draft.brands[brand], products=tuple(products))
    assert isinstance(changed, Brand)
    return _with_brands(draft, brand, changed)


def _with_brands(draft: Watchlist, number: int, brand: Brand) -> Watchlist:
    brands = (*draft.brands[:number], brand, *draft.brands[number + 1 :])
    return replace(draft, brands=brands)


def _brand_renamed(alerts: AlertRules, old: str, new: str) -> AlertRules:
    return replace(
        alerts,
        by_brand={new if brand == old else brand: word for brand, word in alerts.by_brand.items()},
        rules=tuple(
            replace(rule, brand=new) if rule.brand == old else rule for rule in alerts.rules
        ),
        calendar=tuple(
            replace(event, brands=tuple(new if brand == old else brand for brand in event.brands))
            for event in alerts.calendar
        ),
    )


def _without_brand(alerts: AlertRules, name: str) -> AlertRules:
    events = []
    for event in alerts.calendar:
        left = tuple(brand for brand in event.brands if brand != name)
        # An event without brands would be about all of them.
        if left or not event.brands:
            events.append(replace(event, brands=left))
    calendar: tuple[KnownEvent, ...] = tuple(events)
    return replace(
        alerts,
        by_brand={brand: word for brand, word in alerts.by_brand.items() if brand != name},
        rules=tuple(rule for rule in alerts.rules if rule.brand != name),
        calendar=calendar,
    )
