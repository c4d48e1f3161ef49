import pytest

from gateway.archives.checks import ArchiveFault, Limits, Tally, member


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "a/../x",
            "..",
            "a/..",
            "/etc/passwd",
            "//x",
            "C:/x",
            "a\\..\\b",
            "a//b",
            "a/./b",
            "./../x",
        ),
        *("", "./", "x\0y", "x\ny", "x\x1b[2J", "x" * 256, "\udc80", "x:y"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ArchiveFault) as refused:
        Tally(Limits()).enter(name)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["a", "a/b.c", "etc/pihole/gravity.db", "..a", "a..", "...", "ü/ß"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert Tally(Limits()).enter(name) == name
    assert Tally(Limits()).enter(f"./{name}") == name


def test_the_same_name_twice_is_refused_however_it_is_written() -> None:
    tally = Tally(Limits())
    tally.enter("a")
    with pytest.raises(ArchiveFault, match="same name twice: 'a'"):
        tally.enter("./a")


def test_members_are_counted() -> None:
    tally = Tally(Limits(members=2))
    tally.enter("a")
    tally.enter("b")
    with pytest.raises(ArchiveFault, match="more than 2 files"):
        tally.enter("c")


def test_sizes_are_added_up() -> None:
    tally = Tally(Limits(member_bytes=100, total_bytes=150))
    tally.announce("a", 100)
    tally.announce("b", 50)
    with pytest.raises(ArchiveFault, match="the archive is larger"):
        tally.announce("c", 1)
    with pytest.raises(ArchiveFault, match="'d' is larger"):
        Tally(Limits(member_bytes=100)).announce("d", 101)


def test_much_out_of_little_is_a_bomb() -> None:
    tally = Tally(Limits(ratio=10, ratio_from=1000))
    tally.packed(1000, 1)
    tally.packed(2000, 200)
    with pytest.raises(ArchiveFault, match="bomb"):
        tally.packed(2001, 200)
    with pytest.raises(ArchiveFault, match="bomb"):
        tally.packed(2001, 0)


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", bytes(257) + b"ustar\0", b"PK\x05\x06"],
)
def test_an_archive_within_the_archive_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveFault, match="archive within"):
        member("inner", content + bytes(20))
