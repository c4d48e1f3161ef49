"""The picture is the code, and nothing else gets into it."""

import re
import xml.etree.ElementTree as ET

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from api import qr
from gateway.errors import UsageError

SVG = "{http://www.w3.org/2000/svg}"
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def modules(drawn: str) -> list[list[int]]:
    """What a camera would see: dark modules are 1."""
    root = ET.fromstring(drawn)
    _, _, width, height = map(int, root.attrib["viewBox"].split())
    seen = [[0] * width for _ in range(height)]
    path = root.find(f"{SVG}path")
    assert path is not None
    assert RUN.sub("", path.attrib["d"]) == ""
    for x, y, run, back in RUN.findall(path.attrib["d"]):
        assert run == back
        for place in range(int(x), int(x) + int(run)):
            seen[int(y)][place] = 1
    return seen


@pytest.mark.parametrize(
    "text", ["http://192.168.1.5:8080/point", "otpauth://totp/Hushgate:admin?secret=AAAA", "ä€😀", "7" * 1000]
)
def test_it_is_the_code_of_the_text_with_its_quiet_zone(text: str) -> None:
    wanted = segno.make_qr(text, error="m").matrix_iter(border=4)
    assert modules(qr.picture(text)) == [list(map(int, row)) for row in wanted]


def test_it_has_a_title_and_no_style_script_or_size() -> None:
    root = ET.fromstring(qr.picture("x", "QR code of <b>&\"'"))
    assert root.attrib == {
        "class": "qr", "viewBox": "0 0 29 29", "role": "img", "shape-rendering": "crispEdges",
    }  # fmt: skip
    title, light, dark = root
    assert title.text == "QR code of <b>&\"'"
    assert light.attrib == {"class": "qr-light", "width": "29", "height": "29", "fill": "#fff"}
    assert dark.attrib.keys() == {"class", "fill", "d"}


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=300))
def test_whatever_is_said_is_no_markup(text: str) -> None:
    drawn = qr.picture(text)
    assert len(drawn) < 300_000
    assert [element.tag for element in ET.fromstring(drawn)] == [f"{SVG}title", f"{SVG}rect", f"{SVG}path"]


def test_what_no_code_can_hold_is_refused() -> None:
    assert qr.picture("x" * 2331)
    with pytest.raises(UsageError, match="too much"):
        qr.picture("x" * 2332)
    with pytest.raises(UsageError, match="too much"):
        qr.picture("😀" * 1000)
