"""Versions of a thing: a change of what is shown is another version, and only that."""

from typing import ClassVar

import pytest
from fastapi import Response
from pydantic import BaseModel

from api import etags
from gateway.errors import Stale


class Thing(BaseModel):
    VOLATILE: ClassVar[frozenset[str]] = frozenset({"seen"})

    name: str
    tags: list[str] = []
    seen: int = 0


def test_the_same_is_the_same_version_and_another_is_another() -> None:
    assert etags.tag(Thing(name="a")) == etags.tag(Thing(name="a"))
    assert etags.tag(Thing(name="a")) != etags.tag(Thing(name="b"))
    assert etags.tag(Thing(name="a", tags=["b"])) != etags.tag(Thing(name="a"))


def test_what_changes_by_itself_is_no_part_of_it() -> None:
    assert etags.tag(Thing(name="a", seen=5)) == etags.tag(Thing(name="a"))


def test_a_response_names_the_version() -> None:
    response = Response()
    thing = etags.tagged(response, Thing(name="a"))
    assert response.headers["etag"] == etags.tag(thing)


@pytest.mark.parametrize("given", [None, "*", " * ", "{tag}", '"x", {tag}'])
def test_the_version_that_is_there_may_be_changed(given: str | None) -> None:
    thing = Thing(name="a")
    etags.expect(given and given.format(tag=etags.tag(thing)), thing)


@pytest.mark.parametrize("given", ['"x"', "", "W/{tag}", "{bare}"])
def test_any_other_may_not(given: str) -> None:
    thing = Thing(name="a")
    tag = etags.tag(thing)
    with pytest.raises(Stale):
        etags.expect(given.format(tag=tag, bare=tag.strip('"')), thing)
