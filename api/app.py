"""The application: its doors, its routes, its errors. Nothing runs at import."""

from importlib import import_module

from fastapi import FastAPI

from api import problems
from api.box import ApiBox
from gateway.version import version

# A noun each, in the order of the document.
ROUTES = ("rules",)


def create_app(box: ApiBox) -> FastAPI:
    """The API of one box."""
    app = FastAPI(
        title="Hushgate",
        version=version(),
        description="Rules, lists, devices and log of a privacy firewall for phones.",
        docs_url=None,  # FastAPI's own pages load scripts from other hosts
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.box = box
    problems.install(app)
    for noun in ROUTES:
        app.include_router(import_module(f"api.routes.{noun}").router)
    return app
