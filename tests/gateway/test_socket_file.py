import socket
from pathlib import Path

from gateway import socket_file


def test_own_file_is_removed_and_missing_is_no_error(data_dir: Path) -> None:
    path = data_dir / "sock"
    with socket.socket(socket.AF_UNIX) as mine:
        mine.bind(str(path))
        marked = socket_file.mark(path)
        socket_file.remove(path, marked)
        assert not path.exists()
        socket_file.remove(path, marked)


def test_file_of_a_successor_stays(data_dir: Path) -> None:
    path = data_dir / "sock"
    with socket.socket(socket.AF_UNIX) as mine, socket.socket(socket.AF_UNIX) as successor:
        mine.bind(str(path))
        marked = socket_file.mark(path)
        path.unlink()
        successor.bind(str(path))
        socket_file.remove(path, marked)
        assert path.is_socket()
