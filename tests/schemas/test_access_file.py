"""access.yaml: who has which role and which brands, and every mistake that one can make in it."""

import pytest

from schemas.access import NotAllowedError, Person, Right, Role
from schemas.access_file import load_access, parse_access
from schemas.errors import AccessError

FILE = """
groups_claim: teams
access:
  - {email: Boss@Example.com, role: admin}
  - {email: "*@agency.example", role: analyst, brands: [Aurora]}
  - {group: support, role: viewer, brands: ["*"]}
  - {email: "*", role: viewer, brands: [Borealis]}
"""


def test_the_first_entry_that_is_about_somebody_counts():
    """By address, by domain, by group, and for everybody."""
    access = parse_access(FILE)
    assert access.groups_claim == "teams"
    support = frozenset({"support"})
    assert access.person("boss@example.COM", support) == Person("boss@example.com", Role.ADMIN)
    agency = access.person("a@agency.example", support)
    assert agency == Person("a@agency.example", Role.ANALYST, frozenset({"Aurora"}))
    assert access.person("b@example.com", support) == Person("b@example.com", Role.VIEWER)
    other = access.person("b@example.com")
    assert other == Person("b@example.com", Role.VIEWER, frozenset({"Borealis"}))
    assert access.person("") is None
    assert parse_access(FILE.rsplit("  - ", 1)[0]).person("b@example.com") is None
    assert access.brand_sets == (frozenset({"Aurora"}), frozenset({"Borealis"}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("access: []", "list at least 1"),
        ("acess: []", "did you mean `access`"),
        ("access:\n- {role: admin}", "name either an `email:` or a `group:`"),
        ("access:\n- {email: a@b.c, group: x, role: admin}", "name either"),
        ("access:\n- {email: a@b.c, role: boss}", "write one of viewer, analyst, admin"),
        ("access:\n- {email: a@b.c}", "add `role:`"),
        ("access:\n- {email: nobody, role: admin}", "write an address"),
        ("access:\n- {email: 'a@*', role: admin}", "write an address"),
        ("access:\n- {email: a@b.c, role: viewer}", '["*"] for all'),
        ("access:\n- {email: a@b.c, role: viewer, brands: []}", "list at least 1"),
        ("access:\n- {email: a@b.c, role: viewer, brands: [A, '*']}", "stands for all"),
        ("access:\n- {email: a@b.c, role: admin, brands: [A]}", "an admin sees all brands"),
        ("access:\n- {email: a@b.c, role: viewer, brand: A}", "did you mean `brands`"),
    ],
)
def test_mistakes_are_told_with_their_line_and_remedy(text, told):
    """Nobody gets in by one."""
    with pytest.raises(AccessError) as found:
        parse_access(text)
    assert any(told in mistake.remedy for mistake in found.value.mistakes), str(found.value)
    assert str(found.value).startswith("access.yaml:")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(AccessError, match=r"docs/access\.md"):
        load_access(tmp_path / "none.yaml")


def test_rights_grow_with_the_role():
    """A viewer only reads; silences and the audit are for admins; brands are checked too."""
    viewer, analyst, admin = (Person("", role) for role in Role)
    assert not any(viewer.may(right) for right in Right)
    assert analyst.may(Right.CORRECT)
    assert not analyst.may(Right.SILENCE)
    assert all(admin.may(right) for right in Right)
    limited = Person("", Role.ANALYST, frozenset({"Aurora"}))
    limited.require(Right.CORRECT, "Aurora")
    for right, brand in ((Right.CORRECT, "Borealis"), (Right.CORRECT, ""), (Right.AUDIT, "Aurora")):
        with pytest.raises(NotAllowedError, match="ask an admin"):
            limited.require(right, brand)
