"""Tests mirror the source, file for file."""

from pathlib import PurePosixPath

from tests.meta import tree

# Source without a test file of its own → why.
EXCEPTIONS: dict[str, str] = {
    "gateway/__init__.py": "holds the version",
    "gateway/model.py": "values without behaviour; every test uses them",
    "gateway/errors.py": "the family of errors; every test uses it",
    "gateway/policy/rule.py": "values without behaviour; every parser's test uses them",
    "gateway/store/migrations": "run by tests/gateway/store/test_migrate.py as a whole",
}


def _tests_for(source: PurePosixPath) -> set[PurePosixPath]:
    """gateway/policy/decide.py → tests/gateway/policy/test_decide.py; a package's __init__ bears its name."""
    folder = PurePosixPath("tests") / source.parent
    if source.name == "__init__.py":
        return {folder / f"test_{source.parent.name}.py", folder.parent / f"test_{source.parent.name}.py"}
    return {folder / f"test_{source.name}"}


def _excepted(source: PurePosixPath) -> bool:
    return any(str(place) in EXCEPTIONS for place in (source, *source.parents))


def test_every_source_file_has_its_test_file() -> None:
    known = set(tree.files())
    missing = [
        f"{source}: no {min(_tests_for(source))}"
        for source in tree.sources("gateway")
        if not _excepted(source) and not _tests_for(source) & known
    ]
    assert not missing


def test_every_mirrored_test_file_has_its_source() -> None:
    wanted = {test for source in tree.sources("gateway") for test in _tests_for(source)}
    orphans = [
        str(path)
        for path in tree.sources("tests")
        if path.parts[1] == "gateway" and path.name.startswith("test_") and path not in wanted
    ]
    assert not orphans


def test_no_exception_is_out_of_date() -> None:
    known = set(tree.files())
    stale = [
        place
        for place in EXCEPTIONS
        if not any(PurePosixPath(place) in (path, *path.parents) for path in known)
        or _tests_for(PurePosixPath(place)) & known
    ]
    assert not stale
