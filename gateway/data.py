"""The data folder: what lies where. One place for each name."""

import logging
import os
from pathlib import Path

import msgspec

from gateway import chosen
from gateway.chosen import Chosen
from gateway.errors import OwnFault, SettingsError, UsageError
from gateway.settings import Settings

_log = logging.getLogger(__name__)


class Data:
    """Paths of one box. Makes nothing by itself but `prepare`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.policy = root / "policy"  # generations and their manifest
        self.lists = root / "lists"  # last good copies
        self.run = root / "run"  # sockets, locks and the settings in force; of no worth when the box is down
        self.keeper_socket = self.run / "keeper.sock"
        self.lock = self.run / "hushgate.lock"
        self.chosen = root / "panel-settings.json"  # what the panel has set
        self._settings = self.run / "settings.json"

    def prepare(self) -> None:
        """Make the folders, for their owner alone: the log is personal. Raises UsageError."""
        try:
            # The resolver runs as another user: it may pass through the folder, but look at nothing in it.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.policy, self.lists, self.run):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the data folder {self.root} cannot be used: {error.strerror}",
                hint="name another one with --data DIR",
            ) from None
        if len(os.fsencode(self.run)) > 80:  # a Unix socket's path ends at 107 bytes (unix(7))
            raise UsageError(
                f"the path of the data folder is too long: {self.root}",
                hint="name a shorter one with --data DIR",
            )

    def write_settings(self, settings: Settings) -> None:
        """Note the settings in force, for the roles and for every later command. Raises OwnFault."""
        content = msgspec.json.format(msgspec.json.encode(settings), indent=1)
        beside = self._settings.with_suffix(".new")
        try:
            if self._settings.exists() and self._settings.read_bytes() == content:
                return  # works on a full disk as well
            beside.touch(mode=0o600)
            beside.write_bytes(content)
            beside.replace(self._settings)
        except OSError as error:
            raise OwnFault(
                f"{self._settings} cannot be written: {error.strerror}", hint="make room on the disk"
            ) from None

    def read_settings(self) -> Settings:
        """The settings the box was last started with, and what the panel has set; the defaults where it never was.

        What the panel set last is in both files: where its own is damaged, the other tells.
        """
        found = self._read_settings()
        try:
            return self.in_force(found)
        except SettingsError as error:
            _log.warning("%s (%s)", error, error.hint)
            return found

    def _read_settings(self) -> Settings:
        try:
            return msgspec.json.decode(self._settings.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except PermissionError:
            raise UsageError(
                f"the box in {self.root} is another user's",
                hint="run as the one who started it, most likely root",
            ) from None
        except (OSError, msgspec.MsgspecError) as error:
            raise SettingsError(
                f"{self._settings}: {error}", hint="start the box again: it is written anew"
            ) from None

    def in_force(self, settings: Settings) -> Settings:
        """These, with what the panel has set meanwhile. Raises SettingsError."""
        found = chosen.read(self.chosen)
        try:
            return chosen.over(settings, found)
        except SettingsError as error:
            raise SettingsError(f"{self.chosen}: {error}", hint=error.hint) from None

    def as_last(self, settings: Settings) -> Settings:
        """As `in_force`, by what `write_settings` has noted. Raises SettingsError where nothing is noted."""
        if not self._settings.exists():
            raise SettingsError("what the panel has set is known nowhere else", hint=chosen.HINT)
        last = self._read_settings()
        keys = [key for key, origin in last.origins.items() if origin == "panel" and key in chosen.KEYS]
        values = {key: msgspec.to_builtins(getattr(last.dns, key.removeprefix("dns."))) for key in keys}
        return chosen.over(settings, Chosen(values=values))

    def set_aside(self) -> list[Path]:
        """Damaged databases that were moved out of the way (gateway/store/sqlite.py), for a person to look at."""
        found = self.root.glob("*.corrupt-*")
        return sorted(path for path in found if not path.name.endswith(("-wal", "-shm")))


def default_root() -> Path:
    """What HUSHGATE_DATA names, else the usual place."""
    named = os.environ.get("HUSHGATE_DATA")  # set, but empty, means not set
    return Path(named) if named else usual_root()


def usual_root() -> Path:
    """/var/lib/hushgate for root, the user's own data folder for everybody else."""
    if os.geteuid() == 0:
        return Path("/var/lib/hushgate")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(home) / "hushgate"


def existing(root: Path) -> Data:
    """The data folder of a box that has been started before. Raises UsageError."""
    data = Data(root)
    if not data.policy.is_dir():
        raise UsageError(
            f"no box in {root}", hint="start one with `hushgate up`, or name its folder with --data DIR"
        )
    return data
