"""Builds posts.jsonl.gz from the public data sets that CREDITS.md names.

`python -m compose.demo.build FOLDER`, where FOLDER has one folder a data set with a
`train.jsonl` of `text`, `label`, `lang`. The same data give the same file, byte for byte.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from compose.demo.posts import POSTS_FILE

Row = dict[str, Any]

# A text with an address, a number to call or a handle could point to a person.
_PERSONAL: Final = re.compile(r"@|https?:|www\.|\.com|\d[\d \-.]{6,}\d")
_LINK: Final = re.compile(r"\s*https?://\S+")
_COARSE: Final = re.compile(
    r"fuck|shit|bitch|cunt|nigg|fagg|retard|whore|\brap(e|ed|ist)\b|porn|\bsex|\bdick|asshole|"
    r"anjing|bangsat|kontol|memek|goblok|tolol|bajingan|ngentot|kampret|"
    r"เหี้ย|ควย|สัส|เย็ด|หี|อีดอก|แม่ง|ระยำ|ไอ้|"
    r"씨발|시발|병신|새끼|좆|지랄|ㅅㅂ|ㅂㅅ|빨갱|홍어|쓰레기|개같|미친|자살|"
    r"puta|mierda|merde|scheiß|nazi|hitler|gay|kurva|blyat|сука|бля",
    re.IGNORECASE,
)
# An invented brand must not be given what is said about a real one.
_REAL_MAKERS: Final = re.compile(
    r"samsung|galaxy|xiaomi|redmi|\bmi\b|iphone|apple|oneplus|oppo|vivo|realme|nokia|motorola|"
    r"huawei|honor|sony|\blg\b|chrome ?book|mac ?book|\bmac\b|\bhp\b|\bdell\b|lenovo|asus|acer|"
    r"toshiba|microsoft|surface|amazon|flipkart|google|android|windows|best ?buy|walmart|"
    r"thinkpad|alienware|bose|beats|삼성|갤럭시|아이폰|애플|구글|아마존|크롬북|맥북|"
    r"三星|苹果|亚马逊|谷歌|小米|华为|联想|戴尔|サムスン|アップル|アマゾン|グーグル|クローム|"
    r"マック|سامسونج|آبل|أمازون|جوجل|كروم|सैमसंग|अमेज़न|गूगल|एप्पल|क्रोम|"
    r"самсунг|эпл|амазон|гугл|хромбук|ซัมซุง|แอปเปิล|อเมซอน|กูเกิล|โครม|coursera|marriott|hilton",
    re.IGNORECASE,
)
_CARS: Final = re.compile(
    r"toyota|โตโยต้า|honda|ฮอนด้า|nissan|นิสสัน|mazda|มาสด้า|mitsubishi|มิตซูบิชิ|daihatsu",
    re.IGNORECASE,
)
# Reviews of services, without a name in mid-sentence: it would be a person's or a firm's.
_SERVICES: Final = re.compile(
    r"^(?!.*[^.!?\s]\s+[A-ZÅÄÖ])(?!\w+ (är|var|har) )(?!.*[.!]\s*\w+\.?$)"
    r".*(service|bemöt|levera|rekommend|personal|kund|köp|beställ)",
    re.DOTALL,
)
_LISTED: Final = re.compile(r"\b(Tesla|Netflix)\b")


@dataclass(frozen=True, slots=True)
class Share:
    """What is taken of one data set.

    folder: the data set. part, lang: its `source` and language to take, "" for all.
    most: rows a language.
    source, kind: as in Post. brand: the invented brand of these reviews; "" where the text names
    its brand itself. naming: what the text must name.
    """

    folder: str
    most: int
    source: str
    kind: str = "review"
    part: str = ""
    lang: str = ""
    brand: str = ""
    naming: re.Pattern[str] | None = None


SHARES: Final = (
    Share("m_absa", 55, "stay-reviews", part="hotel", brand="Velorra"),
    Share("hoasa_id", 500, "stay-reviews", brand="Velorra"),
    Share("m_absa", 55, "gadget-shop", part="phone", brand="Orbiloo"),
    Share("m_absa", 75, "gadget-shop", part="laptop", brand="Tuskbook"),
    Share("m_absa", 55, "table-guide", part="restaurant", brand="Saffrano"),
    Share("mams_en", 400, "table-guide", brand="Saffrano"),
    Share("m_absa", 30, "course-ratings", part="coursera", brand="Studivo"),
    Share("nsmc_ko", 600, "film-forum", brand="Kinolume"),
    Share("brighter", 300, "service-guide", lang="sv", brand="Fixelia", naming=_SERVICES),
    Share("wisesight_th", 550, "social", kind="social", naming=_CARS),
    Share("casa_id", 300, "social", kind="social", naming=_CARS),
    Share("smsa_id", 100, "social", kind="social", naming=_CARS),
    Share("twitter_fin_en", 120, "headlines", kind="news", naming=_LISTED),
)


def build(data: Path) -> list[Row]:
    """All posts of the demo, in a fixed, well-mixed order."""
    # Data sets overlap: of equal texts the first counts.
    rows = {row["text"]: row for share in reversed(SHARES) for row in _taken(share, data)}
    return sorted(rows.values(), key=lambda row: _shuffled(row["id"]))


def write(rows: list[Row], file: Path) -> None:
    """Write the rows as gzipped JSON lines without a time stamp."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def _taken(share: Share, data: Path) -> Iterator[Row]:
    candidates = []
    with (data / share.folder / "train.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            text = _LINK.sub("", row["text"]).strip()
            wanted = share.part in {"", row.get("source")} and share.lang in {"", row["lang"]}
            if wanted and _fits(text, share):
                name = "-".join(filter(None, (share.folder, share.part, str(number))))
                candidates.append((_shuffled(name), name, text, row))
    counts: dict[str, int] = {}
    for _, name, text, row in sorted(candidates, key=lambda candidate: candidate[0]):
        lang = row["lang"]
        counts[lang] = counts.get(lang, 0) + 1
        if counts[lang] <= share.most:
            yield _post(share, name=name, text=text, row=row)


def _fits(text: str, share: Share) -> bool:
    wide = sum(not character.isascii() for character in text) * 2 > len(text)
    return (
        (10 if wide else 25) <= len(text) <= 600
        and not _PERSONAL.search(text)
        and not _COARSE.search(text)
        and not (share.brand and _REAL_MAKERS.search(text))
        and (share.naming is None or share.naming.search(text) is not None)
    )


def _post(share: Share, *, name: str, text: str, row: Row) -> Row:
    post = {
        "id": name,
        "source": share.source,
        "kind": share.kind,
        "brand": share.brand,
        "lang": row["lang"],
        "label": _label(row["label"]),
        "stars": row.get("rating"),
        "text": text,
    }
    return {key: value for key, value in post.items() if value not in {"", None}}


def _label(label: str | list[Any]) -> str:
    """The polarity of the whole text, as the data set's people gave it."""
    if isinstance(label, str):
        return "neutral" if label == "question" else label
    found = {_polarity(entry) for entry in label} - {"neutral"}
    if not found:
        return "neutral"
    return found.pop() if len(found) == 1 else "mixed"


def _polarity(entry: dict[str, str] | str) -> str:
    """Of an aspect, or of an emotion."""
    if isinstance(entry, dict):
        return entry["polarity"]
    return {"joy": "positive", "surprise": "neutral"}.get(entry, "negative")


def _shuffled(name: str) -> str:
    return blake2b(name.encode(), digest_size=8).hexdigest()


if __name__ == "__main__":
    write(build(Path(sys.argv[1])), POSTS_FILE)
