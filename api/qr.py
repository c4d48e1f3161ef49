"""QR codes as SVG: for an <img>, or as part of a page. Without scripts, styles or anything from elsewhere."""

from html import escape
from typing import Any

from gateway.errors import UsageError

BORDER = 4  # modules of light around it (ISO/IEC 18004 §9.1)


def picture(text: str, title: str = "QR code") -> str:
    """`text` as a code, one unit a module; whoever shows it says how large. Raises UsageError for too much text."""
    import segno  # only whoever needs a code pays for it

    try:
        code = segno.make_qr(text, error="m")
    except segno.DataOverflowError:
        raise UsageError("that is too much for a QR code", hint="2331 bytes of UTF-8 are the most") from None
    size = code.symbol_size(border=BORDER)[0]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<rect class="qr-light" width="{size}" height="{size}" fill="#fff"/>'
        f'<path class="qr-dark" fill="#000" d="{_path(code)}"/></svg>'
    )


def _path(code: Any) -> str:
    """A rectangle for each run of dark modules, row by row."""
    drawn = []
    for y, row in enumerate(code.matrix_iter(border=BORDER)):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                drawn.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
                start = None
    return "".join(drawn)
