"""The panel in a browser. A package, so that what its conftest shares among all of it ends with it: pytest ends it
with the session otherwise, and as long as Playwright runs nobody else in this process can run an event loop.
"""
