"""Posts as Parquet, for programs: whole texts, typed columns, nothing changed."""

import io
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import pyarrow as pa
from pyarrow import parquet

from dashboards.queries.posts import FeedPost

_TEXT: Final = pa.string()
SCHEMA: Final = pa.schema(
    [
        ("posted_at", pa.timestamp("ms", tz="UTC")),
        *((name, _TEXT) for name in ("brand", "product", "source", "kind", "lang", "country")),
        ("author", _TEXT),
        ("sentiment", _TEXT),
        ("score", pa.float32()),
        ("rating", pa.float32()),
        ("reach", pa.uint64()),
        ("topics", pa.list_(_TEXT)),
        *((name, _TEXT) for name in ("text", "url", "post_id", "model_version")),
    ]
)


def to_parquet(posts: Sequence[FeedPost]) -> bytes:
    """One row a post, in the order given."""
    columns = {name: list(map(attrgetter(name), posts)) for name in SCHEMA.names}
    target = io.BytesIO()
    parquet.write_table(pa.table(columns, schema=SCHEMA), target, compression="zstd")
    return target.getvalue()
