"""What the server says about safety, to which sites it speaks, and how it starts and ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from models.errors import ConfigError, InputError
from pipeline.web.access import Access, check_origin
from pipeline.web.serve import Address, listen
from tests.web.conftest import LONG_FILE, SHOW, Place, Site, serving

SHOP, DESK, STRANGER = "https://shop.example", "http://localhost:5173", "https://evil.example"
INDEX = f"/api/recordings/{quote(SHOW)}/index"
REPLAY = f"/media/{quote(SHOW)}/replay.mp4"
LONG = f"/media/{quote(SHOW)}/{LONG_FILE}"
EVERYTHING = ("/", INDEX, REPLAY, "/api/recordings", "/api/openapi.json", "/nothing",
              "/api/search")  # fmt: skip


@pytest.fixture(scope="module")
def open_site(place: Place) -> Iterator[Site]:
    options = ("--cors", SHOP, "--cors", DESK, "--pictures-from", "https://cdn.example")
    with serving(place.kandian, *options) as running:
        yield running


@pytest.mark.parametrize("address", EVERYTHING)
def test_every_answer_says_what_a_page_may_do(address: str, site: Site) -> None:
    headers = site.ask(address).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    allowed = {source for sources in policy.values() for source in sources.split()}
    assert allowed == {"'none'", "'self'", "blob:", "data:"}
    assert "data:" not in policy["script-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("address", EVERYTHING)
def test_no_other_site_reads_unless_it_is_named(address: str, site: Site, open_site: Site) -> None:
    allow = "access-control-allow-origin"
    assert allow not in site.ask(address, origin=SHOP).headers
    assert allow not in open_site.ask(address, origin=STRANGER).headers
    assert allow not in open_site.ask(address, origin="null").headers
    assert allow not in open_site.ask(address).headers
    for origin in (SHOP, DESK):
        headers = open_site.ask(address, origin=origin).headers
        assert headers[allow] == origin
        assert "ETag" in headers["access-control-expose-headers"]
    for headers in (open_site.ask(address).headers, open_site.ask(address, origin=SHOP).headers):
        assert headers["vary"] == "Origin"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "https://cdn.example" in headers["content-security-policy"]


def test_a_browser_may_ask_before_it_asks(site: Site, open_site: Site) -> None:
    asked = {"access_control_request_method": "GET", "access_control_request_headers": "range"}
    granted = open_site.ask(REPLAY, "OPTIONS", origin=SHOP, **asked)
    assert (granted.status, granted.body) == (204, b"")
    assert granted.headers["access-control-allow-origin"] == SHOP
    assert granted.headers["access-control-allow-methods"] == "GET, HEAD"
    assert "Range" in granted.headers["access-control-allow-headers"]
    for refusing, origin in ((open_site, STRANGER), (site, SHOP)):
        refused = refusing.ask(REPLAY, "OPTIONS", origin=origin, **asked)
        assert not [name for name in refused.headers if name.startswith("access-control-allow")]


def test_everybody_may_be_let_read(place: Place) -> None:
    with serving(place.kandian, "--cors", "*") as everybody:
        headers = everybody.ask(INDEX, origin=STRANGER).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "vary" not in headers


BAD_ORIGINS = ("", "shop.example", "https://shop.example/", "https://", "null", "https://a b",
               "https://a;script-src *", "ftp://a", "https://a\n", "https://A.example",
               "https://u@a", "https://a:123456", "https://-")  # fmt: skip


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_what_is_no_origin_is_refused(origin: str, place: Place) -> None:
    with pytest.raises(InputError, match="origin"):
        check_origin(origin)
    for option in ("--cors", "--pictures-from"):
        ran = place.kandian("serve", option, origin)
        assert ran.code == 2, ran.err
    with pytest.raises(InputError):
        Access(picture_hosts=("*",))


@pytest.mark.parametrize("origin", [SHOP, DESK, "http://[::1]:80", "https://a", "https://a-b.c:1"])
def test_origins_as_browsers_write_them_are_taken(origin: str) -> None:
    assert check_origin(origin) == origin


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", EVERYTHING[:4])
def test_nothing_can_be_written(method: str, address: str, site: Site) -> None:
    answer = site.ask(address, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "only reads" in answer.json["error"]


@pytest.mark.parametrize("address", EVERYTHING[:4])
def test_head_tells_what_get_tells(address: str, site: Site) -> None:
    get, head = site.ask(address), site.ask(address, "HEAD")
    assert (head.status, head.body) == (get.status, b"")
    for name in ("content-length", "content-type", "etag"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
def test_a_signal_ends_it_after_the_download_that_runs(
    number: signal.Signals, place: Place
) -> None:
    size = (place.folder(SHOW) / LONG_FILE).stat().st_size
    with serving(place.kandian) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=30) as viewer:
            request = f"GET {LONG} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            viewer.sendall(request.encode())
            received = [viewer.recv(1000)]
            site.process.send_signal(number)
            threading.Event().wait(0.3)
            while part := viewer.recv(1 << 20):
                received.append(part)
        head, _, body = b"".join(received).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert len(body) == size
        assert site.process.wait(timeout=20) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", site.port), timeout=5)


def test_an_idle_connection_does_not_keep_it_from_ending(place: Place) -> None:
    with serving(place.kandian) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=30) as idle:
            idle.sendall(b"GET /api/schema HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(100)
            begun = time.monotonic()
            site.process.send_signal(signal.SIGTERM)
            assert site.process.wait(timeout=20) == 0
        assert time.monotonic() - begun < 8


def test_it_listens_on_this_machine_only_and_says_where(place: Place) -> None:
    with serving(place.kandian) as site:
        listening = subprocess.run(
            [sys.executable, "-c", _LISTENING, str(site.port)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert listening.stdout.split() == ["0100007F"]


_LISTENING = (
    "import sys\n"
    "for name in ('tcp', 'tcp6'):\n"
    "    for line in list(open(f'/proc/net/{name}'))[1:]:\n"
    "        _, local, _, state = line.split()[:4]\n"
    "        host, port = local.split(':')\n"
    "        if state == '0A' and int(port, 16) == int(sys.argv[1]): print(host)\n"
)


def test_a_taken_port_is_told_in_one_sentence(place: Place) -> None:
    with listen(Address("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = place.kandian.process("serve", "--port", port)
    assert ran.code == 3
    assert re.search(rf"cannot listen on 127.0.0.1 port {port}: .*--port", ran.err)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("host", ["256.1.1.1", "", "192.0.2.1", "nowhere.invalid"])
def test_an_address_of_no_machine_or_another_is_told(host: str) -> None:
    if not host:
        assert not Address(host, 0).is_loopback
        return
    with pytest.raises(ConfigError, match="--host"):
        listen(Address(host, 0))


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("::", False), ("192.0.2.1", False), ("example", False)],
)  # fmt: skip
def test_loopback_is_known(host: str, *, loopback: bool) -> None:
    assert Address(host, 1).is_loopback is loopback


def test_an_empty_workspace_is_told(kandian) -> None:
    ran = kandian("serve", "--port", 0)
    assert ran.code == 1
    assert "nothing is indexed here yet" in ran.err


def test_without_fastapi_it_says_what_to_install(place: Place) -> None:
    program = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from pipeline.cli.main import main\n"
        f"main(['--workspace', {str(place.root)!r}, 'serve'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 3
    assert "pip install 'kandian[serve]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_only_serving_imports_the_server() -> None:
    program = (
        "import sys; import pipeline.cli.main, pipeline.cli.serve, pipeline.cli.find\n"
        "import pipeline.run.library, pipeline.web.serve, pipeline.web.library\n"
        "print(sorted({'fastapi', 'starlette', 'uvicorn', 'pydantic'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"
