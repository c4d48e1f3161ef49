"""The application: its doors, its routes, its errors. Nothing runs at import."""

from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from api import document, idempotency, problems, rights
from api.auth.entrance import Entrance
from api.box import ApiBox
from api.built import Built
from api.doors import Doors
from api.hosts import Hosts
from gateway.version import version

# A noun each, in the order of the document.
ROUTES = (
    "session",
    "account",
    "tokens",
    "rules",
    "exchange",
    "generations",
    "audit",
    "status",
    "health",
    "metrics",
    "webhooks",
    "docs",
    "pages",
    "bundles",
    "bundle_keys",
    "backup",
    "groups",
    "lists",
    "why",
    "trace",
    "network",
    "act",
    "catalogue",
    "devices",
    "pauses",
    "log",
    "live",
    "statistics",
    "overview",
    "findings",
    "places",
    "demo",
    "pointing",
    "qr",
)


class _Guarded(FastAPI):
    """Its doors are around everything, what answers errors included."""

    def build_middleware_stack(self) -> ASGIApp:
        """As FastAPI calls it, once."""
        box: ApiBox = self.state.box
        return Doors(super().build_middleware_stack(), box, Hosts(box.settings.panel))

    def openapi(self) -> dict[str, Any]:
        """The document, made anew at each call."""
        made = super().openapi()
        document.describe(made)
        rights.describe(made)
        self.openapi_schema = None
        return made


def create_app(box: ApiBox) -> FastAPI:
    """The API of one box."""
    app = _Guarded(
        title="Hushgate",
        version=version(),
        description=document.OVERVIEW,
        openapi_url=None,  # see routes/docs.py: FastAPI would keep it as 10 MB of objects
        docs_url=None,  # FastAPI's own pages load scripts from other hosts
        redoc_url=None,
        redirect_slashes=False,  # a path is one of ours or it is not
        generate_unique_id_function=_operation,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.box = box
    app.state.entrance = Entrance()
    app.state.built = Built()
    problems.install(app)
    import_module("api.routes.pages").install(app)
    idempotency.install(app)
    for noun in ROUTES:
        _take(app, import_module(f"api.routes.{noun}").router)
    app.webhooks.include_router(import_module("api.routes.webhooks").sent)
    for product in box.settings.panel.adapters:
        adapter = import_module(f"api.adapters.{product}.app")  # not loaded where nobody wants it
        app.mount(adapter.PATH, adapter.create(box))
    return app


def _take(app: FastAPI, router: APIRouter) -> None:
    """Include the routes as they are: include_router has each built once more, for options that none of ours has."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.unique_id = _operation(route)
        app.router.routes.append(route)


def _operation(route: APIRoute) -> str:
    """The name of an operation in the document, and of the function in generated clients: `rules_create`."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"
