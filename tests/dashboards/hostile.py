"""Two hundred hostile posts: markup, markdown, direction tricks, control characters, formulas."""

import itertools
from collections.abc import Iterator

# What would run if it were markup; each sets `window.harmed`, which the browser test looks at.
_SCRIPTS = (
    "<script>window.harmed=1</script>",
    "<img src=x onerror=window.harmed=1>",
    "<svg/onload=window.harmed=1>",
    "<svg><script>window.harmed=1</script></svg>",
    "<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>",
    "<details open ontoggle=window.harmed=1>x</details>",
    "<body onload=window.harmed=1>",
    "<input autofocus onfocus=window.harmed=1>",
    "<video><source onerror=window.harmed=1></video>",
    "<math><mi//xlink:href='data:x,<script>window.harmed=1</script>'>",
    "<a href='javascript:window.harmed=1'>click</a>",
    "<form action='javascript:window.harmed=1'><button>ok</button></form>",
    "<style>@import 'http://evil.test/x.css'; * { display: none }</style>",
    "<link rel=stylesheet href=http://evil.test/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.test/'>",
    "<base href=http://evil.test/>",
    "</bdi></article></div><script>window.harmed=1</script>",
    '" onmouseover="window.harmed=1',
    "' autofocus onfocus='window.harmed=1",
    "<noscript><p title='</noscript><img src=x onerror=window.harmed=1>'>",
    "<template><script>window.harmed=1</script></template>",
    "<object data=javascript:window.harmed=1>",
    "${window.harmed=1} {{window.harmed=1}} <%= harmed %>",
    "\\u003cscript\\u003ewindow.harmed=1\\u003c/script\\u003e",
    "&lt;script&gt;window.harmed=1&lt;/script&gt;",
)
_MARKDOWN = (
    "![x](http://evil.test/pixel.png)",
    "[click](javascript:window.harmed=1)",
    "[x]: http://evil.test/ 'x'\n[x]",
    "# A heading\n\n- a list\n\n> a quote",
    "**bold** _italic_ ~~gone~~ `code`",
    "```\ncode\n```",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    ":red[alarm] :material/skull: :streamlit:",
    "$\\href{javascript:window.harmed=1}{x}$ $$\\int$$",
    "<http://evil.test/> www.evil.test",
)
_DIRECTION = (
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068abc",
    "\u202d\u202e" * 40 + "abc",
    "\u05d0\u05d1\u05d2 100% \u202eabc",
    "\u061c\u200f\u200e\u0627\u0644\u0633\u0644\u0627\u0645",
)
_INVISIBLE = (
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "\u200b" * 3000 + "x",
    "x" + "\u0301" * 500 + "y",
    "\U000e0041\U000e0042 tags",
    "\u3164\u115f\u1160 fillers",
    "\ufff9\ufffa\ufffb",
)
_CONTROL = tuple(
    f"a{''.join(map(chr, range(start, start + 8)))}b"
    for start in (0x00, 0x08, 0x10, 0x18, 0x7F, 0x88)
)
_FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.test/","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    " \u00a0=1+1",
    "\0=1+1",
)
_GIANT = (
    "x" * 90_000,
    "\U0001f4a9" * 20_000,
    "\n" * 20_000 + "end",
    "W" + "\t" * 5_000 + "W",
    "\ufdfa" * 5_000,
)
_SQL = (
    "'; DROP TABLE mentions; --",
    "\\'; DROP TABLE mentions; --",
    "%(since_ms)s %s %% {x} {0}",
)

LINKS = (
    "javascript:window.harmed=1",
    "JaVaScRiPt:window.harmed=1",
    " javascript:window.harmed=1",
    "java\nscript:window.harmed=1",
    "data:text/html,<script>window.harmed=1</script>",
    "vbscript:window.harmed=1",
    "file:///etc/passwd",
    "//evil.test/",
    "http://good.test@evil.test/",
    "http://user:secret@evil.test/",
    "https://evil.test/\u202egnp.exe",
    "https://ev\u0456l.test/",
    'https://evil.test/" onclick="window.harmed=1',
    "https://[::1",
    "https://evil.test:99999999/",
    "http:/\\evil.test",
    "blob:http://evil.test/x",
    "https://",
)


def texts() -> tuple[str, ...]:
    """All texts: each alone, then in pairs until there are two hundred."""
    alone = (
        *_SCRIPTS, *_MARKDOWN, *_DIRECTION, *_INVISIBLE, *_CONTROL, *_FORMULAS, *_GIANT, *_SQL
    )  # fmt: skip
    return tuple(itertools.islice(itertools.chain(alone, _pairs()), 200))


def _pairs() -> Iterator[str]:
    tricks = itertools.cycle((*_DIRECTION, *_INVISIBLE, *_CONTROL, *_FORMULAS))
    for script in itertools.cycle((*_SCRIPTS, *_MARKDOWN)):
        trick = next(tricks)
        yield f"{trick}{script}"
        yield f"{script}\n{trick}"
