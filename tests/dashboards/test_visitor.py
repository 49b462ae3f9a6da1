"""Who looks: the provider's claims and access.yaml, asked anew each time."""

import pytest

from dashboards import visitor
from dashboards.config import PageConfig
from schemas.access import LOCAL_PERSON, NotAllowedError, Right, Role

ACCESS = "access:\n- {email: ana@example.com, role: analyst, brands: [Aurora]}\n"


@pytest.fixture
def config(monkeypatch, tmp_path) -> PageConfig:
    """A page at which people sign in."""
    file = tmp_path / "access.yaml"
    file.write_text(ACCESS)
    found = PageConfig("clickhouse://h:9000/db", demo=False, sign_in=True, access_file=file)
    monkeypatch.setattr(visitor, "load_config", lambda: found)
    return found


def test_without_sign_in_one_person_may_do_all(monkeypatch):
    monkeypatch.setattr(visitor, "load_config", lambda: PageConfig("clickhouse://h/db", demo=False))
    assert visitor.present() is LOCAL_PERSON
    assert visitor.reader() == ""
    assert visitor.may(Right.AUDIT)


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": " Ana@Example.com "}, "ana@example.com"),
        ({"email": "ana@example.com", "email_verified": True}, "ana@example.com"),
        ({"email": "ana@example.com", "email_verified": False}, ""),
        ({"email": "ana@example.com", "email_verified": "false"}, ""),
        ({"email": ["ana@example.com"]}, ""),
        ({"name": "ana@example.com"}, ""),
    ],
)
def test_an_address_counts_only_if_the_provider_vouches_for_it(claims, email):
    assert visitor.email_of(claims) == email


def test_groups_are_names():
    assert visitor.groups_of({"g": ["a", 1, "", None, "b"]}, "g") == {"a", "b"}
    assert visitor.groups_of({"g": "a"}, "g") == {"a"}
    assert visitor.groups_of({"g": {"a": 1}}, "g") == frozenset()
    assert visitor.groups_of({}, "g") == frozenset()


def test_who_is_taken_out_of_the_file_sees_nothing_more(config):
    """Nor does anybody while it has mistakes, or is gone."""
    with visitor.signed_in_as({"email": "ana@example.com"}):
        assert visitor.present().role is Role.ANALYST
        name = visitor.reader()
        assert name.startswith("groundswell_page_db_")
        for text in ("access:\n- {email: ben@example.com, role: admin}\n", "acess: []\n"):
            config.access_file.write_text(text)
            with pytest.raises(NotAllowedError):
                visitor.reader()
            assert not visitor.may(Right.CORRECT)
        config.access_file.unlink()
        with pytest.raises(NotAllowedError):
            visitor.reader()
        config.access_file.write_text(ACCESS + " \n")
        assert visitor.reader() == name
    with visitor.signed_in_as({}), pytest.raises(NotAllowedError):
        visitor.reader()
