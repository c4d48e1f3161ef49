"""What every part of the panel must stand: both themes, no sideways scrolling, nothing that axe finds wrong."""

from tests.browser.visitor import PHONE, Visitor

SIZES = {"desktop": (1400, 1000), "phone": PHONE}


def in_both_themes(visitor: Visitor, name: str) -> None:
    """Look at the page as it stands, a dialog over it included; a picture of each theme is kept."""
    width = "phone" if visitor.page.viewport_size == {"width": PHONE[0], "height": PHONE[1]} else "desktop"
    for theme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        visitor.picture(f"{name}-{width}-{theme}")
        assert not visitor.overflow(), (name, theme)
        assert not visitor.accessibility(), (name, theme)
