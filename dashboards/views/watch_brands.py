"""The form for one brand or product: what texts call it, and what not to take for it."""

from typing import Final

import streamlit as st

from dashboards import watchlist_draft
from dashboards.feed import one_line
from dashboards.views.watch_session import draft, edit, field, load
from dashboards.watchlist_draft import Place
from dashboards.watchlist_wording import WATCHLIST_WORDS as WORDS
from schemas.watchlist import MAX_NAME_CHARACTERS, Watchlist

_WHOLE: Final = -1
_SHOWN: Final = 80


def brands_form() -> None:
    """Draw it."""
    watchlist = draft().watchlist
    if watchlist.brands:
        place = _place_choice(watchlist)
        _fields(watchlist, place)
    else:
        st.caption(WORDS.no_brands)
    _new(WORDS.new_brand, "new_brand", WORDS.add, _add_brand)


def _place_choice(watchlist: Watchlist) -> Place:
    left, right = st.columns(2)
    with left:
        brand = st.selectbox(
            WORDS.brand,
            range(len(watchlist.brands)),
            format_func=lambda number: one_line(watchlist.brands[number].name, characters=_SHOWN),
            key=field("brand", 0),
        )
    products = watchlist.brands[brand].products

    def product_name(number: int) -> str:
        if number == _WHOLE:
            return WORDS.whole
        return one_line(products[number].name, characters=_SHOWN)

    with right:
        product = st.selectbox(
            WORDS.product,
            range(_WHOLE, len(products)),
            format_func=product_name,
            key=field(f"product_{brand}", _WHOLE),
        )
    return brand, None if product == _WHOLE else product


def _fields(watchlist: Watchlist, place: Place) -> None:
    owner = watchlist_draft.owner_at(watchlist, place)
    brand, product = place
    own = f"{brand}_{product}"
    st.text_input(
        WORDS.name,
        key=field(f"name_{own}", owner.name),
        max_chars=MAX_NAME_CHARACTERS,
        on_change=_renamed,
        args=(place, f"name_{own}"),
    )
    st.toggle(
        WORDS.looks_for_name,
        key=field(f"looks_{own}", watchlist_draft.looks_for_name(owner)),
        help=WORDS.looks_for_name_help,
        on_change=_called,
        args=(place, own),
    )
    aliases = list(watchlist_draft.further_aliases(owner))
    st.multiselect(
        WORDS.aliases,
        aliases,
        key=field(f"aliases_{own}", aliases),
        help=WORDS.aliases_help,
        accept_new_options=True,
        placeholder=WORDS.type_one,
        on_change=_called,
        args=(place, own),
    )
    st.multiselect(
        WORDS.exclude,
        list(owner.exclude),
        key=field(f"exclude_{own}", list(owner.exclude)),
        help=WORDS.exclude_help,
        accept_new_options=True,
        placeholder=WORDS.type_one,
        on_change=_excluded,
        args=(place, f"exclude_{own}"),
    )
    if product is None:
        name = one_line(owner.name, characters=40)
        label = WORDS.new_product.format(brand=name)
        _new(label, f"new_product_{brand}", WORDS.add_product, _add_product, brand)
    st.button(
        WORDS.remove_brand if product is None else WORDS.remove_product,
        type="tertiary",
        icon=":material/delete:",
        on_click=_removed,
        args=(place,),
    )


def _new(label: str, name: str, button: str, do: object, *args: object) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(label, key=field(name, ""), max_chars=MAX_NAME_CHARACTERS)
        st.button(button, key=f"watch-{name}", on_click=do, args=args)  # type: ignore[arg-type]


def _value(name: str) -> object:
    return st.session_state[field(name, None)]


def _renamed(place: Place, name: str) -> None:
    edit(watchlist_draft.renamed(draft().watchlist, place, str(_value(name))))


def _called(place: Place, own: str) -> None:
    aliases = _value(f"aliases_{own}")
    assert isinstance(aliases, list)
    edit(
        watchlist_draft.with_names(
            draft().watchlist,
            place,
            looks_for_name=bool(_value(f"looks_{own}")),
            aliases=aliases,
        )
    )


def _excluded(place: Place, name: str) -> None:
    phrases = _value(name)
    assert isinstance(phrases, list)
    edit(watchlist_draft.with_exclude(draft().watchlist, place, phrases))


def _add_brand() -> None:
    name = str(_value("new_brand")).strip()
    if not name:
        return
    changed, (brand, _) = watchlist_draft.with_brand(draft().watchlist, name)
    edit(changed)
    st.session_state[field("brand", 0)] = brand
    st.session_state[field("new_brand", "")] = ""


def _add_product(brand: int) -> None:
    name = str(_value(f"new_product_{brand}")).strip()
    if not name:
        return
    changed, (_, product) = watchlist_draft.with_product(draft().watchlist, brand, name)
    edit(changed)
    st.session_state[field(f"product_{brand}", _WHOLE)] = product
    st.session_state[field(f"new_product_{brand}", "")] = ""


def _removed(place: Place) -> None:
    """The fields begin anew, for those of later places have other numbers now."""
    load(watchlist_draft.without(draft().watchlist, place))
