"""Texts that have broken pages before."""

from __future__ import annotations

HOSTILE = {
    "the end of a script": "</script><script>document.title = 'taken'</script>",
    "a comment": "<!--<script>",
    "an image": "<img src=x onerror=\"document.title = 'taken'\">",
    "an end and a quote": '"></title><style>*{display:none}</style>',
    "a template": "${document.title = 'taken'} {{7*7}} $data $script $title",
    "entities": "&lt;b&gt; &amp;&#0; &quot;",
    "backslashes": '\\u003c/script> \\" \\n \\',
    "from right to left": "منارة عند الغروب \u202e drawkcab \u2066 unclosed --ar 3:2",
    "emoji": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿 灯台 --ar 16:9",
    "line ends": "one\ntwo\r\nthree\u2028four\u2029five\ttab\x0bvt",
    "what is no character": "nul\x00 bell\x07 escape\x1b[31m \ufffe",
    "stacked marks": "z" + "\u0335\u0321\u0348" * 400,
    "one long word": "w" * 8192,
    "as long as can be": "a lighthouse " * 630 + "</script>",
}
