"""The tables that count mentions by time, and the parts of SQL that their readers share.

By minute, and, added up from these, by quarter of an hour: the time zones that are not whole hours
apart are whole quarters apart. Both tables have the same columns.
"""

from collections.abc import Sequence
from typing import Final

from schemas.mention import MENTIONS_TABLE
from schemas.versions import ACTIVE_VERSION

MINUTES_TABLE: Final = "minute_counts"
QUARTERS_TABLE: Final = "quarter_counts"
MARKS_TABLE: Final = "rollup_marks"
AUDITS_TABLE: Final = "rollup_audits"

SENTIMENTS: Final = ("negative", "neutral", "positive")
# A minute is counted by each of these, in columns `lang.name`, `lang.negative` and so on.
DIMENSIONS: Final = ("lang", "source", "topic", "product", "country", "rating", "emotion")
# Beside them, in the rows of no version: what each version said, whether it is seen or not.
VERSIONS_DIMENSION: Final = "version"
# A minute's place in a mention; the table's key can be searched by it.
MINUTE_OF_MENTION: Final = "toStartOfMinute(posted_at)"
# A quarter's place in a minute. In the quarters' own table its name is `minute`, too.
QUARTER_OF_MINUTE: Final = "toStartOfFifteenMinutes(minute)"
QUARTER_S: Final = 900
# Whether every change that no insert tells is known to the rollups, and how many minutes are not
# computed yet. Where the first is 0, the mentions themselves must be asked.
READY_SQL: Final = f"""
SELECT (SELECT countIf(mutation = '') > 0 FROM {AUDITS_TABLE}) AND 0 = (
           SELECT count() FROM system.mutations
           WHERE database = currentDatabase() AND table = '{MENTIONS_TABLE}'
             AND mutation_id NOT IN (SELECT mutation FROM {AUDITS_TABLE})
       ),
       (SELECT sum(sign) FROM {MARKS_TABLE})
"""  # noqa: S608 - constants only
# For IN, beside UNSETTLED_CLAUSE: minutes, and the quarters that they lie in.
UNSETTLED: Final = "(SELECT arrayJoin(unsettled))"
UNSETTLED_QUARTERS: Final = (
    "(SELECT arrayJoin(arrayDistinct(arrayMap("
    "touched -> (touched.1, toStartOfFifteenMinutes(touched.2)), unsettled))))"
)


def unsettled_clause(condition: str = "1") -> str:
    """SQL that names `unsettled`: (brand, minute) touched and not surely computed again since.

    A query that takes some minutes from the rollups and these from the mentions counts each once:
    the list is made once a query. condition: on brand and minute.
    """
    return (
        "WITH (SELECT groupArray((brand, minute)) FROM ("  # noqa: S608 - constants
        f"SELECT DISTINCT brand, minute FROM {MARKS_TABLE} WHERE {condition} "
        "GROUP BY brand, minute, mark HAVING sum(sign) > 0)) AS unsettled"
    )


def shown_rows(active: str = ACTIVE_VERSION) -> str:
    """SQL condition: the rollups' rows that people see, one for each brand and time with posts.

    The row of the active version, or the row of no version where that one scored nothing at that
    time or scored it alone. active: SQL of the version that is taken for the active one.
    """
    names = f"`{VERSIONS_DIMENSION}.name`"
    return (
        f"(model_version = '' OR model_version = {active}) AND (model_version != '' "
        f"OR {active} = '' OR length({names}) = 1 OR NOT has({names}, {active})) "
        "AND negative + neutral + positive > 0"
    )


def counted_parts(dimensions: Sequence[str], *, wholes: Sequence[str] = ("''",)) -> str:
    """SQL `ARRAY JOIN …`: of a rollup's row, one for each part of it, in one reading.

    It gives `part`, a number: first the whole, once for each of `wholes`, then the dimensions in
    their order; and `name`, `bad`, `mid` and `good`. wholes: SQL of the names of these.
    """
    parts = ", ".join(
        f"arrayWithConstant(length(`{dimension}.name`), {number}::UInt8)"
        for number, dimension in enumerate(dimensions, start=len(wholes))
    )
    numbers = ", ".join(f"{number}::UInt8" for number in range(len(wholes)))
    names = ", ".join(f"{whole}::LowCardinality(String)" for whole in wholes)
    counts = {
        as_name: ", ".join([column] * len(wholes))
        for column, as_name in zip(SENTIMENTS, ("bad", "mid", "good"), strict=True)
    }
    joined = [
        _concatenated(numbers, [parts] if parts else [], "part"),
        _concatenated(names, [f"`{dimension}.name`" for dimension in dimensions], "name"),
        *(
            _concatenated(whole, [f"`{dimension}.{column}`" for dimension in dimensions], as_name)
            for column, (as_name, whole) in zip(SENTIMENTS, counts.items(), strict=True)
        ),
    ]
    return f"ARRAY JOIN {', '.join(joined)}"


def _concatenated(first: str, arrays: Sequence[str], name: str) -> str:
    return f"arrayConcat({', '.join([*([f'[{first}]'] if first else []), *arrays])}) AS {name}"
