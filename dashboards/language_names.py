"""English names of the languages that posts are written in, by ISO 639 code."""

from typing import Final

NAMES: Final = {
    code: name
    for code, _, name in (
        line.strip().partition(" ")
        for line in """
        af Afrikaans
        am Amharic
        ar Arabic
        arq Algerian Arabic
        ary Moroccan Arabic
        arz Egyptian Arabic
        as Assamese
        az Azerbaijani
        be Belarusian
        bg Bulgarian
        bn Bengali
        bs Bosnian
        ca Catalan
        ceb Cebuano
        ckb Central Kurdish
        cs Czech
        cy Welsh
        da Danish
        de German
        el Greek
        en English
        eo Esperanto
        es Spanish
        et Estonian
        eu Basque
        fa Persian
        fi Finnish
        fil Filipino
        fr French
        ga Irish
        gl Galician
        gu Gujarati
        ha Hausa
        he Hebrew
        hi Hindi
        hr Croatian
        hu Hungarian
        hy Armenian
        id Indonesian
        ig Igbo
        is Icelandic
        it Italian
        ja Japanese
        jv Javanese
        ka Georgian
        kk Kazakh
        km Khmer
        kn Kannada
        ko Korean
        ku Kurdish
        ky Kyrgyz
        la Latin
        lb Luxembourgish
        lo Lao
        lt Lithuanian
        lv Latvian
        mg Malagasy
        mk Macedonian
        ml Malayalam
        mn Mongolian
        mr Marathi
        ms Malay
        mt Maltese
        my Burmese
        nb Norwegian Bokmål
        ne Nepali
        nl Dutch
        nn Norwegian Nynorsk
        no Norwegian
        or Odia
        pa Punjabi
        pcm Nigerian Pidgin
        pl Polish
        ps Pashto
        pt Portuguese
        ro Romanian
        ru Russian
        rw Kinyarwanda
        sd Sindhi
        si Sinhala
        sk Slovak
        sl Slovenian
        so Somali
        sq Albanian
        sr Serbian
        su Sundanese
        sv Swedish
        sw Swahili
        ta Tamil
        te Telugu
        tg Tajik
        th Thai
        tk Turkmen
        tl Tagalog
        tr Turkish
        ts Tsonga
        tt Tatar
        tw Twi
        ug Uyghur
        uk Ukrainian
        und Not recognised
        ur Urdu
        uz Uzbek
        vi Vietnamese
        wuu Wu Chinese
        xh Xhosa
        yi Yiddish
        yo Yoruba
        yue Cantonese
        zh Chinese
        zu Zulu
        """.strip().splitlines()
    )
}


def language_name(code: str) -> str:
    """The language's name, or the code where it is not known."""
    return NAMES.get(code, code)
