"""`/v1/pointing`: how to point a phone at this box."""

from ipaddress import IPv6Address, ip_address

from fastapi import APIRouter, Request

from api import qr
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.pointing import PointingForAll, PointingPublic
from gateway import panel_address, pointing
from gateway.access import Scope
from gateway.interfaces import own_addresses, reachable
from gateway.settings import endpoint

router = APIRouter(prefix="/v1/pointing", tags=["pointing"])

PAGE = "point"  # under the panel's address; open to all
_READS = scoped(Scope.READ)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def read(request: Request, box: Box) -> PointingPublic:
    """Which DNS server to enter on a phone, and where its page with the steps is.

    The address by which this request came stands in front: it is known to work in this network.
    """
    reached = _reached(request)
    found = pointing.find(box.settings.dns.listen, reachable(lasting=True), reached)
    panel = pointing.pages(panel_address.urls(box.settings.panel), reached)
    page = f"{panel[0]}{PAGE}" if panel else ""
    problems = list(found.problems)
    if not panel:
        host, _ = endpoint(box.settings.panel.listen, "panel.listen")
        problems.append(
            f"The panel is served on {host} alone, which a phone cannot open. "
            "To change that, start Hushgate with --panel 0.0.0.0:8080"
            if not panel_address.is_everywhere(box.settings.panel)
            else "This machine has no address at which a phone could open the panel"
        )
    return PointingPublic(
        **PointingForAll.of(found).model_dump(exclude={"problems"}),
        problems=problems,
        panel=list(panel),
        page=page,
        qr=qr.picture(page, f"QR code of {page}") if page else "",
    )


@router.get("/public")
def read_public(request: Request, box: Box) -> PointingForAll:
    """Which DNS server to enter on a phone. Open to all in the house, so it tells nothing of the household."""
    return PointingForAll.of(
        pointing.find(box.settings.dns.listen, reachable(lasting=True), _reached(request))
    )


def _reached(request: Request) -> frozenset[str]:
    """The address that this request came to, and that of the other family on the same interface."""
    server = request.scope.get("server") or ("", 0)
    try:
        address = ip_address(str(server[0]).partition("%")[0])
    except ValueError:
        return frozenset()
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return frozenset(str(one) for one in own_addresses(address.packed) if one)
