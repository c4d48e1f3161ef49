"""Who makes a change."""

import os
import pwd
from typing import NoReturn

import pytest

from gateway.author import KEEPER, Author, local


def test_whoever_types_on_the_box_is_named() -> None:
    assert local() == Author(f"command line ({pwd.getpwuid(os.getuid()).pw_name})", "")


def test_a_user_without_a_name_is_named_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_number: int) -> NoReturn:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert local().who == f"command line (user {os.getuid()})"


def test_the_keeper_has_no_address() -> None:
    assert KEEPER.whence == ""
