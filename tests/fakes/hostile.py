"""Texts that somebody may send where a name or a word is expected."""

TEXTS = (
    "a\nb",
    "a\r\nX-Evil: 1",
    "a\0b",
    "\x1b[31mred",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "\"'`;--",
    "' OR 1=1 --",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "%00%0a%2e%2e%2f",
    "{{7*7}}${7*7}",
    "\ufeff\u200b",
    "\U0001f469\u200d\U0001f4bb",
    "x" * 10_000,
    "-1",
    "0",
    "99999999999999999999",
    "",
    " ",
)
