import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from kg.errors import InputError
from kg.server import listen
from serving import small_release

SCRIPT = """
import sys
from pathlib import Path
from kg.errors import KgError
from kg.server import serve
from kg.web import Settings
from serving import small_release
try:
    serve(small_release(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]), Settings())
except KgError as error:
    sys.exit(str(error))
"""


def start(folder, port=0):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    if file.read().rpartition(")")[2].split()[1] == str(pid):
                        found += [int(name), *children(int(name))]
            except OSError:
                continue
    return found


def test_the_server_says_where_it_is_answers_and_stops_at_ctrl_c(tmp_path):
    server = start(tmp_path)
    assert server.stdout is not None
    assert server.stdout.readline() == "Release 0123456789abcdef\n"
    address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
    assert address
    url = address.group()
    with urllib.request.urlopen(url + "sparql?query=ASK%20%7B%20?s%20?p%20?o%20%7D") as answer:
        assert json.load(answer)["boolean"] is True
    with urllib.request.urlopen(url + "queries/friendship-and-council?format=csv") as answer:
        assert answer.read().decode().count("\n") == 5
    family = children(server.pid)
    assert len(family) >= 3  # two web processes, and the one that answered the stranger
    os.killpg(server.pid, signal.SIGINT)
    _, errors = server.communicate(timeout=20)
    assert server.returncode == 0
    assert errors == ""
    for pid in family:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_downloads_come_from_a_project_in_a_relative_folder(tmp_path):
    release = small_release(tmp_path / "build" / "releases" / "0123456789abcdef")
    (release.folder / "release.json").write_text(json.dumps(release.description))
    (tmp_path / "build" / "current").write_text(release.id)
    for name in ("data", "documents", "ontology", "queries", "shapes"):
        (tmp_path / name).mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "kg", "--project", ".", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "Release 0123456789abcdef\n"
        url = server.stdout.readline().split()[1]
        with urllib.request.urlopen(url + "downloads/kg.trig") as answer:
            assert answer.read() == (release.folder / "kg.trig").read_bytes()
        (release.folder / "kg.trig").unlink()
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url + "downloads/kg.trig")
        assert caught.value.code == 404
        assert "its file is gone; build the release again" in caught.value.read().decode()
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.communicate(timeout=20)


def test_a_port_in_use_is_one_line_that_says_what_to_do(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = start(tmp_path, port)
        output, errors = server.communicate(timeout=20)
    assert server.returncode == 1
    assert output == ""
    assert errors == (
        f"port {port} on 127.0.0.1 is in use; stop the other program or choose another: "
        f"make serve PORT={port + 1}\n"
    )


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 80), ("192.0.2.1", 8000),
                                            ("127.0.0.1", 99999)])  # fmt: skip
def test_an_address_that_cannot_be_used_is_an_input_error(host, port):
    with pytest.raises(InputError, match="HOST and PORT"):
        listen(host, port)
