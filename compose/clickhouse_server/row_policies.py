"""Who sees which rows, as the engine's own configuration says it: roles, grants and row policies.

The engine in this process knows one user, `default`, and reads its configuration once.  So each
limited user is a role there: its session takes that role and no other, and the row policies of
`default` ask which role it has.  The grants and the policies are the engine's, as on a server of
ClickHouse: it keeps the rows back in whatever way a question reads a table.
"""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from compose.clickhouse_server.users import User
from schemas.errors import SettingsError

# The role of everybody who is not limited.
FULL_ROLE = "full"

_XML = """<clickhouse>
    <profiles><default/></profiles>
    <quotas><default/></quotas>
    <roles>
        <{full}><grants><query>GRANT ALL ON *.* WITH GRANT OPTION</query></grants></{full}>
{roles}
    </roles>
    <users>
        <default>
            <password></password>
            <networks><ip>::1</ip><ip>127.0.0.1</ip></networks>
            <profile>default</profile>
            <quota>default</quota>
            <grants><query>GRANT {full}</query>{granted}</grants>
            <databases>
{databases}
            </databases>
        </default>
    </users>
</clickhouse>
"""


def users_xml(users: Iterable[User]) -> str:
    """The engine's file of users.  users: the limited ones.

    Raises SettingsError where a name cannot stand in it.
    """
    limited = [(user, _tag(user.name)) for user in users]
    roles, granted = [], []
    rows: dict[tuple[str, str], list[str]] = {}
    for user, role in limited:
        grants = []
        for place, condition in (user.tables or {}).items():
            database, _, table = place.partition(".")
            grants.append(f"<query>GRANT SELECT ON {_tag(database)}.{_tag(table)}</query>")
            term = f"has(currentRoles(), '{role}')"
            rows.setdefault((database, table), []).append(
                f"{term} AND ({condition})" if condition else term
            )
        roles.append(f"        <{role}><grants>{''.join(grants)}</grants></{role}>")
        granted.append(f"<query>GRANT {role}</query>")
    return _XML.format(
        full=FULL_ROLE,
        roles="\n".join(roles),
        granted="".join(granted),
        databases="\n".join(_databases(rows)),
    )


def _databases(rows: dict[tuple[str, str], list[str]]) -> Iterable[str]:
    for database in dict.fromkeys(name for name, _ in rows):
        yield f"                <{database}>"
        for (owner, table), terms in rows.items():
            if owner == database:
                everybody = f"has(currentRoles(), '{FULL_ROLE}')"
                whole = " OR ".join(f"({term})" for term in [everybody, *terms])
                yield f"                    <{table}><filter>{escape(whole)}</filter></{table}>"
        yield f"                </{database}>"


def _tag(name: str) -> str:
    """A name that is one in XML and in SQL, without quotes."""
    if not (name.isascii() and name.isidentifier()):
        raise SettingsError(
            f"{name!r} names a user, database or table for limited users; "
            "begin it with a letter, and use letters, digits and _ alone"
        )
    return name
