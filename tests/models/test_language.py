"""Which language a text is in."""

import time

import pytest

from models.language import LanguageDetector


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The delivery took two weeks and nobody answered", "en"),
        ("DER SERVICE WAR WIRKLICH SEHR SCHLECHT", "de"),
        ("El paquete llegó tarde y roto https://t.co/abc @tienda", "es"),
        ("这个手机的质量真的很差，不推荐", "zh"),
        ("とても良いホテルでした。また来ます", "ja"),
        ("배송이 너무 늦어요 정말 실망했습니다", "ko"),
        ("Очень плохое обслуживание\nв этом магазине", "ru"),
        ("خدمة العملاء سيئة جدا", "ar"),
        ("สินค้าคุณภาพดีมาก ส่งเร็ว", "th"),
        ("Sản phẩm rất tốt, giao hàng nhanh", "vi"),
    ],
)
def test_languages_are_told_apart(detector, text, lang):
    """Capitals, line breaks, links and names do not mislead."""
    assert detector.detect([text]) == [lang]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("苹果新手机电池很耐用", "zh"),
        ("質量差", "zh"),
        ("小米の新店开业了，质量很好", "zh"),
        ("Xiaomi 14 手机发热严重", "zh"),
        ("电池", "zh"),
        ("最高でした", "ja"),
        ("駅前の新店舗は接客が最悪", "ja"),
        ("ｻｲｺｰ", "ja"),
        ("ㅋㅋㅋㅋ", "ko"),
        ("최고", "ko"),
        ("ดี", "th"),
        ("My new 小米 phone is great and the battery lasts", "en"),
        ("Ich finde das Wort 質量 schön, es heißt Qualität", "de"),
    ],
)
def test_a_script_of_one_language_tells_it(detector, text, lang):
    """However short the text; a few foreign letters tell nothing."""
    assert detector.detect([text]) == [lang]


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "12345", "https://example.org/en", "@user", "\ud83d", "\x00", "🙂🙂"]
)
def test_what_has_no_language_is_unknown(detector, text):
    """No guess where there is nothing to go by."""
    assert detector.detect([text]) == ["und"]


def test_order_is_kept(detector):
    """One answer a text, in order."""
    texts = ["Das Wetter ist heute sehr schön", "", "The weather is very nice today"]
    assert detector.detect(texts) == ["de", "und", "en"]


def test_endless_text_is_cheap(detector):
    """Only the start of a text is read."""
    started = time.monotonic()
    assert detector.detect(["this is a very long text " * 200_000]) == ["en"]
    assert time.monotonic() - started < 0.5
