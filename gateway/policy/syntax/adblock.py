"""AdBlock rules as DNS filters read them: `||name^`, `@@…`, `/regex/`, `$modifiers`. Plain names as well."""

import re
from collections.abc import Iterator

from gateway.policy.rule import Refused, Rule
from gateway.policy.syntax import hosts, modifiers, patterns, regex
from gateway.policy.syntax.domains import without_comment
from gateway.policy.syntax.lines import LineFault

_COSMETIC = re.compile(r"#@?\$?\??%?#|\$@?\$|##\^")
# A line of a hosts file may begin with ## too. Only what selects elements of a page is worth a report.
_PAGE_WIDE = re.compile(r"##[.\[*]|##\^|##\+js|###[\w-]+$|##[a-z]+[.\[#>]|#@#\S|#@?\$?\??%?#(?<!##)\S")
_HEADER = re.compile(r"\[ad(?:block|guard)[^\]]*\]", re.I)


def read(text: str, line: int) -> Iterator[Rule | Refused]:
    """What one line says. A hosts line is one here as well: the products that read these rules take it so."""
    text = text.strip()
    if hosts.is_hosts(text):
        yield from hosts.read(text, line)
    elif not is_comment(text):
        yield rule(text, line)


def is_comment(text: str) -> bool:
    """Is it `! …`, `# …` or `[Adblock Plus 2.0]`, and no rule for the elements of a page?"""
    return text[0] == "!" or (text[0] == "#" and not _PAGE_WIDE.match(text)) or bool(_HEADER.fullmatch(text))


def rule(text: str, line: int) -> Rule:
    """The rule that `text` is; raises LineFault."""
    text = _bare(text)
    if not text.startswith(("/", "@@/")) and _COSMETIC.search(text):
        raise LineFault("a rule for the elements of a page: DNS sees names only")
    exception = text.startswith("@@")
    pattern, options = _cut(text.removeprefix("@@"))
    said = modifiers.Modifiers()
    if options is not None:
        said = modifiers.read(options, exception=exception)
    if pattern.startswith("/") and not pattern.startswith("//"):
        found = regex.matcher(pattern[1:-1])
    else:
        found = patterns.matcher(pattern)
    if found == regex.EVERYTHING and said.conditions is None and not said.badfilter:
        raise LineFault(
            "would cover every name: say for whom or what with $client, $ctag, $dnstype or $denyallow"
        )
    match, name, expression = found
    return Rule(
        text=text,
        line=line,
        match=match,
        name=name,
        regex=expression,
        allow=exception,
        important=said.important,
        badfilter=said.badfilter,
        conditions=said.conditions,
        rewrite=said.rewrite,
    )


def disabled_by(text: str) -> str:
    """The text of the rule that the `$badfilter` rule `text` disables: the same without that modifier."""
    text = _bare(text)
    exception = "@@" if text.startswith("@@") else ""
    pattern, options = _cut(text.removeprefix("@@"))
    kept = [piece for piece in modifiers.pieces(options or "", ",") if piece != "badfilter"]
    return exception + pattern + ("$" + ",".join(kept) if kept else "")


def _bare(text: str) -> str:
    """Without a comment at its end; one within quotes is none."""
    head = re.split(r"\s#", text, maxsplit=1)[0]
    return text if "'" in head or '"' in head else without_comment(text)


def _cut(body: str) -> tuple[str, str | None]:
    """Pattern and modifiers. A regular expression keeps its own `$`."""
    if body.startswith("/") and not body.startswith("//"):
        if len(body) > 2 and body.endswith("/"):
            return body, None
        at = body.rfind("/$")
        if at < 1:
            raise LineFault("a URL or a path: DNS sees names only")
        return body[: at + 1], body[at + 2 :]
    pattern, dollar, options = body.partition("$")
    return pattern, options if dollar else None
