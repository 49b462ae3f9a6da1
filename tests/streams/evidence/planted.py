"""A fortnight of usual posts about a brand, and an incident in it, as rows of `mentions`."""

from datetime import timedelta
from itertools import count

from schemas.mention import COLUMN_NAMES
from tests.streams.evidence.builders import SINCE

COPIED = "BREAKING: the Tuskbook factory knew about the fires for months, insiders say"
PHRASES = {"en": "exploded while charging", "zh": "充电时爆炸了", "th": "ระเบิดตอนชาร์จ"}
_BAD = {
    "en": (
        "My {b} exploded while charging, smoke in the {x}",
        "Unbelievable, it exploded while charging and my {x} is ruined",
        "The {b} of my {x} exploded while charging last night",
    ),
    "zh": ("我的{b}充电时爆炸了,{x}全是烟", "太可怕了,昨晚充电时爆炸了,{x}也坏了"),
    "th": ("{b} ระเบิดตอนชาร์จ ควันเต็ม{x}", "เมื่อคืนเครื่องระเบิดตอนชาร์จ {x} พังหมด"),
}
_USUAL = {
    "en": (
        "The screen of the {b} is bright and my {x} likes it",
        "Is the {b} worth it for the {x}",
        "I use the {b} in the {x} every day and it is fine",
    ),
    "zh": ("今天在{x}用{b}看视频,屏幕很清楚", "{b}的电池可以用两天,{x}也喜欢"),
    "th": ("หน้าจอของ {b} สวยมาก {x} ก็ชอบ", "ใช้ {b} ใน{x}ทุกวัน"),
}
_FILL = {
    "en": (
        *("kitchen", "sister", "office", "desk", "garden", "bedroom", "neighbour", "bag", "shed"),
        *("workshop", "grandfather", "caravan", "library", "balcony", "teacher", "studio"),
    ),
    "zh": (
        *("厨房", "妹妹", "办公室", "桌子", "花园", "卧室", "邻居", "书包", "图书馆", "阳台"),
        *("老师", "工作室", "爷爷", "车库"),
    ),
    "th": (
        *("ห้องครัว", "น้องสาว", "สำนักงาน", "โต๊ะ", "สวน", "ห้องนอน", "เพื่อนบ้าน", "กระเป๋า"),
        *("ห้องสมุด", "ระเบียง", "คุณครู", "โรงรถ", "คุณปู่"),
    ),
}
_LANGS = ("en", "en", "zh", "th")
_WINDOW_S = 17 * 60


def usual_days(chance, *, days=14):
    """One post a minute, day and night, the incident's quarter of an hour included."""
    minutes = range(-days * 1440, 17)
    numbers = count(1)
    for minute in minutes:
        # The hours that nobody asks about are left out, so that the test is quick.
        if not (-70 <= (minute + 720) % 1440 - 720 <= 100):
            continue
        lang = _LANGS[minute % 4]
        yield _row(
            post_id=f"usual-{next(numbers)}",
            posted_at=SINCE + timedelta(minutes=minute, seconds=chance.random() * 50),
            text=_text(chance, _USUAL[lang], lang),
            lang=lang,
            country=chance.choice(("DE", "US", "SG")),
            sentiment="neutral",
        )


def incident(chance, *, copies, voices):
    """Copies of one post with other addresses and tags, and voices: 16 English, 12 zh, 12 th."""
    for number in range(copies):
        yield _row(
            post_id=f"copy-{number}",
            posted_at=SINCE + timedelta(seconds=number * _WINDOW_S / 500),
            text=f"{COPIED} https://news.example/{number} @friend{number} #tag{number % 7}",
            lang="en",
            topics=["safety"],
            country="SG",
            reach=90_000 if number == 77 else number,
            kafka_partition=number % 2,
            kafka_offset=1_000 + number,
        )
    langs = ["en"] * 16 + ["zh"] * 12 + ["th"] * 12
    for number, lang in enumerate(langs[:voices]):
        yield _row(
            post_id=f"voice-{number}",
            posted_at=SINCE + timedelta(seconds=number * _WINDOW_S / 50),
            text=_text(chance, _BAD[lang], lang),
            lang=lang,
            topics=["safety", "safety"],
            country="SG",
            author=f"author-{number}",
        )


def columns(rows, *, model_version="first", later_s=1):
    """Rows as columns of the table, in the order of COLUMN_NAMES."""
    changed = [
        {
            **row,
            "model_version": model_version,
            "scored_at": row["posted_at"] + timedelta(seconds=later_s),
        }
        for row in rows
    ]
    return [[row[name] for row in changed] for name in COLUMN_NAMES]


def _text(chance, texts, lang):
    return chance.choice(texts).format(b="Tuskbook", x=" ".join(chance.sample(_FILL[lang], 6)))


def _row(**values):
    posted_at = values["posted_at"]
    posted_at = posted_at.replace(microsecond=posted_at.microsecond // 1000 * 1000)
    return {
        "brand": "Tuskbook",
        "source": "mastodon",
        "kind": "social",
        "product": "",
        "rating": None,
        "author": "",
        "url": "",
        "country": "",
        "reach": 0,
        "thread_id": "",
        "sentiment": "negative",
        "score": -0.8,
        "p_negative": 0.85,
        "p_neutral": 0.1,
        "p_positive": 0.05,
        "topics": [],
        "emotions": [],
        "offensive": 0.0,
        "model_sha256": "0" * 64,
        "kafka_topic": "social-posts",
        "kafka_partition": 0,
        "kafka_offset": 7,
        "received_at": posted_at,
        **values,
        "posted_at": posted_at,
    }
