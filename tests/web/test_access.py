"""Who may use the service, and what it says to everybody else."""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi import FastAPI

from pictrace.errors import WrongWords
from pictrace.web.access import Access, install_access, is_loopback
from pictrace.web.docs import install_docs
from pictrace.web.problems import install_problems
from tests.web.talking import Answer, answer_on, ask, plug, serving

TOKEN = "correct-horse-battery"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOBODY_ELSE = Access(None, False, frozenset({"127.0.0.1"}))


def application(access: Access) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/api/v1/health")
    @app.get("/api/v1/statistics")
    @app.get("/")
    @app.get("/static/base.css")
    @app.post("/api/v1/jobs")
    async def answer() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/v1/mistake")
    async def mistake() -> None:
        raise RuntimeError("the secret of the machine")

    install_problems(app)
    install_docs(app)
    install_access(app, access, 1 << 20)
    return app


@pytest.fixture(scope="module")
def open_port() -> Iterator[int]:
    with serving(application(NOBODY_ELSE)) as port:
        yield port


@pytest.fixture
def port() -> Iterator[int]:
    """Of a service with a token, and with nothing remembered of anybody."""
    with serving(application(Access(TOKEN, False, frozenset({"pictures.example"})))) as port:
        yield port


def sign_in(port: int, token: str, **headers: str) -> Answer:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(port, "POST", "/sign-in", f"token={token}".encode(), form | headers)


def cookie_of(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


# The token: where it comes from


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_alone_no_token_is_needed(host: str) -> None:
    assert is_loopback(host)
    access = Access.open_for(host, None, {})
    assert (access.token, access.was_generated) == (None, False)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("0.0.0.0", ()), ("::", ()), ("192.168.1.20", ()), ("fileserver", ()), ("127.0.0.1", ("pictures.example",))],
)
def test_wherever_others_can_reach_it_a_token_is_made(host: str, allowed: Sequence[str]) -> None:
    tokens = set()
    for _time in range(3):
        access = Access.open_for(host, None, {}, allowed)
        assert access.was_generated
        assert access.token is not None
        assert len(access.token) >= 32
        tokens.add(access.token)
    assert len(tokens) == 3


def test_a_token_from_a_file_or_the_environment_holds_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"\n{TOKEN}\n")
    for host in ("127.0.0.1", "0.0.0.0"):
        assert Access.open_for(host, file, {}).token == TOKEN
        assert Access.open_for(host, None, {"PICTRACE_TOKEN": TOKEN}).token == TOKEN
        assert Access.open_for(host, file, {"PICTRACE_TOKEN": "another"}).token == TOKEN
        assert not Access.open_for(host, file, {}).was_generated


@pytest.mark.parametrize("content", [b"", b" \n", b"two words", b"two\nlines", "töken".encode(), b"a\0b", b"\xff\xfe"])
def test_a_token_that_no_header_can_carry_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(WrongWords, match="cannot be"):
        Access.open_for("127.0.0.1", file, {})


def test_a_token_that_is_given_but_missing_does_not_leave_the_door_open(tmp_path: Path) -> None:
    with pytest.raises(WrongWords, match="No such file"):
        Access.open_for("127.0.0.1", tmp_path / "none", {})
    with pytest.raises(WrongWords, match="PICTRACE_TOKEN"):
        Access.open_for("127.0.0.1", None, {"PICTRACE_TOKEN": ""})


# The token: shown


def test_without_a_token_only_health_and_the_ways_in_are_open(port: int) -> None:
    for path in ("/api/v1/health", "/sign-in", "/static/base.css"):
        assert ask(port, "GET", path).status == 200
    for path in ("/", "/docs", "/openapi.json", "/docs/swagger-ui.css", "/nothing"):
        answer = ask(port, "GET", path)
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    for method, path in (("GET", "/api/v1/statistics"), ("POST", "/api/v1/jobs"), ("GET", "/api/v1/nothing")):
        answer = ask(port, method, path)
        assert answer.status == 401
        assert answer.sentence.startswith("This service needs its token.")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert ask(port, "GET", "/api/v1/statistics", headers=BEARER).status == 200


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \xff"]
)
def test_a_wrong_token_is_refused_and_the_right_one_goes_on(header: str, port: int) -> None:
    answer = ask(port, "GET", "/api/v1/statistics", headers={"Authorization": header})
    assert answer.status == 401
    assert "token" in answer.sentence
    assert ask(port, "GET", "/api/v1/statistics", headers=BEARER).status == 200


def test_a_token_in_the_address_is_none(port: int) -> None:
    assert ask(port, "GET", f"/api/v1/statistics?token={TOKEN}").status == 401


def test_wrong_tokens_are_answered_later_and_later_and_right_ones_at_once(port: int) -> None:
    waits = []
    for _time in range(4):
        began = time.monotonic()
        assert ask(port, "GET", "/", headers={"Authorization": "Bearer wrong"}).status == 401
        waits.append(time.monotonic() - began)
    assert all(wait >= least for wait, least in zip(waits, (0.1, 0.2, 0.4, 0.8), strict=True))
    began = time.monotonic()
    assert ask(port, "GET", "/", headers=BEARER).status == 200
    assert time.monotonic() - began < 1.6, "as long as the next wrong one"


def test_many_guesses_at_once_are_not_looked_at(port: int) -> None:
    def guess(_number: int) -> int:
        return ask(port, "GET", "/", headers={"Authorization": "Bearer wrong"}).status

    with ThreadPoolExecutor(24) as people:
        statuses = list(people.map(guess, range(24)))
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= 12
    assert ask(port, "GET", "/", headers=BEARER).status == 200


def test_the_one_too_many_is_told_when_to_try_again(port: int) -> None:
    with ThreadPoolExecutor(16) as people:
        answers = list(
            people.map(lambda _n: ask(port, "GET", "/", headers={"Authorization": "Bearer wrong"}), range(16))
        )
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["Retry-After"] == "3"
    assert refused.sentence.startswith("Too many wrong tokens")


# Signing in


def test_signing_in_gives_a_cookie_that_is_not_the_token(port: int) -> None:
    answer = sign_in(port, TOKEN)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert TOKEN not in str(answer.headers)
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert ask(port, "GET", "/api/v1/statistics", headers=cookie_of(answer)).status == 200
    assert ask(port, "GET", "/sign-in", headers=cookie_of(answer)).status == 303
    assert cookie_of(sign_in(port, TOKEN)) != cookie_of(answer)


def test_behind_tls_the_cookie_is_for_tls_alone(port: int) -> None:
    answer = sign_in(port, TOKEN, **{"X-Forwarded-Proto": "https"})
    (cookie,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert cookie["secure"]


def test_a_wrong_token_at_the_sign_in_page_shows_the_page_again(port: int) -> None:
    for token in ("wrong", "", "%00", "%ff", "<b>"):
        answer = sign_in(port, token)
        assert answer.status == 401
        assert answer.headers["Set-Cookie"] is None
        assert b"This is not the token of this service." in answer.body
        assert b"<form" in answer.body
    assert sign_in(port, TOKEN).status == 303


@pytest.mark.parametrize("body", [b"", b"token", b"\xff\xfe", b"a=1&" * 100, b"token=" + b"x" * 100_000])
def test_a_form_that_makes_no_sense_is_no_sign_in(body: bytes, port: int) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask(port, "POST", "/sign-in", body, headers).status in (400, 401, 413)
    headers = {"Content-Type": "multipart/form-data"}
    assert ask(port, "POST", "/sign-in", body, headers).status in (400, 401, 413)
    assert sign_in(port, TOKEN).status == 303


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(port: int) -> None:
    cookie = cookie_of(sign_in(port, TOKEN))
    answer = ask(port, "POST", "/sign-out", headers=cookie)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert ask(port, "GET", "/api/v1/statistics", headers=cookie).status == 401
    assert ask(port, "POST", "/sign-out").status == 303


def test_a_cookie_that_was_made_up_opens_nothing(port: int) -> None:
    for value in ("", "x", TOKEN, "a" * 5000, '"'):
        assert ask(port, "GET", "/api/v1/statistics", headers={"Cookie": f"pictrace_session={value}"}).status == 401


def test_where_no_token_is_needed_everybody_is_signed_in(open_port: int) -> None:
    assert ask(open_port, "GET", "/sign-in").headers["Location"] == "/"
    assert ask(open_port, "GET", "/api/v1/statistics").status == 200


# Names and origins


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:5000", "localhost.", "127.0.0.1", "127.0.0.1:80", "[::1]:5000", "127.1.2.3"]
)
def test_the_names_of_this_machine_are_answered(host: str, open_port: int) -> None:
    assert ask(open_port, "GET", "/api/v1/statistics", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:5000", "localhost.evil.example", "127.0.0.1.evil.example", "8.8.8.8"),
        *("pictures.example", "", "localhost@evil.example", "[::1", "[::1]evil", "2130706433", "0x7f.1", "[]"),
    ],
)
def test_a_name_that_was_made_to_point_here_is_not_answered(host: str, open_port: int) -> None:
    for path in ("/api/v1/health", "/", "/api/v1/statistics"):
        answer = ask(open_port, "GET", path, headers={"Host": host})
        assert answer.status == 421
        assert "--allow-host" in answer.sentence
    assert ask(open_port, "GET", "/").status == 200


def test_a_name_can_be_allowed(port: int) -> None:
    assert ask(port, "GET", "/", headers=BEARER | {"Host": "Pictures.Example:8443"}).status == 200
    assert ask(port, "GET", "/", headers=BEARER | {"Host": "other.example"}).status == 421
    names = Access.open_for("fileserver", None, {}, ["Pictures.Example", "b.example:443", ""]).names
    assert names == {"fileserver", "pictures.example", "b.example"}


def elsewhere(site: str, origin: str = "", mode: str = "cors") -> dict[str, str]:
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode} | ({"Origin": origin} if origin else {})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[::1"},
        {"Origin": "http://127.0.0.1:1"},
        elsewhere("cross-site", "http://evil.example"),
        elsewhere("cross-site", mode="navigate"),
        elsewhere("same-site", mode="no-cors"),
        elsewhere("none", "http://evil.example"),
    ],
)
def test_a_page_elsewhere_cannot_change_anything(headers: dict[str, str], open_port: int) -> None:
    for path in ("/api/v1/jobs", "/sign-in", "/sign-out"):
        answer = ask(open_port, "POST", path, b"", headers)
        assert answer.status == 403
        assert answer.sentence.startswith("Another page may not use this service.")
    assert ask(open_port, "POST", "/api/v1/jobs").status == 200


def test_a_page_elsewhere_cannot_fetch_but_a_link_can_be_followed(open_port: int) -> None:
    for mode in ("cors", "no-cors", "websocket"):
        assert ask(open_port, "GET", "/api/v1/statistics", headers=elsewhere("cross-site", mode=mode)).status == 403
    assert ask(open_port, "GET", "/", headers=elsewhere("cross-site", mode="navigate")).status == 200


def test_its_own_page_and_other_programs_are_heard(open_port: int) -> None:
    own = f"http://127.0.0.1:{open_port}"
    for headers in ({}, elsewhere("same-origin", own), elsewhere("none", mode="navigate"), {"Origin": own}):
        assert ask(open_port, "POST", "/api/v1/jobs", b"", headers).status == 200
    named = {"Host": "LocalHost:77", "Origin": "http://localhost:77"}
    assert ask(open_port, "POST", "/api/v1/jobs", b"", named).status == 200


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
def test_a_proxy_cannot_lead_strangers_in_where_no_token_is_needed(header: str, open_port: int, port: int) -> None:
    answer = ask(open_port, "GET", "/api/v1/statistics", headers={header: "203.0.113.7"})
    assert answer.status == 403
    assert "--token-file" in answer.sentence
    assert ask(port, "GET", "/api/v1/statistics", headers=BEARER | {header: "203.0.113.7"}).status == 200


# Every answer


def test_whoever_asks_for_the_head_alone_gets_it(port: int) -> None:
    whole, head = (ask(port, method, "/sign-in") for method in ("GET", "HEAD"))
    assert (head.status, head.headers["Content-Length"]) == (200, whole.headers["Content-Length"])
    assert (len(whole.body), head.body) == (int(whole.headers["Content-Length"]), b"")
    assert ask(port, "HEAD", "/api/v1/statistics").status == 401


def test_every_answer_carries_the_policy(port: int) -> None:
    asked = [
        ask(port, "GET", "/", headers=BEARER),
        ask(port, "GET", "/"),
        ask(port, "GET", "/sign-in"),
        ask(port, "GET", "/api/v1/nothing", headers=BEARER),
        ask(port, "GET", "/", headers={"Host": "evil.example"}),
        ask(port, "POST", "/api/v1/jobs", b"", {"Origin": "null"}),
        ask(port, "GET", "/api/v1/mistake", headers=BEARER),
    ]
    assert [answer.status for answer in asked] == [200, 303, 200, 404, 421, 403, 500]
    for answer in asked:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Server"] is None
        assert len(answer.headers.get_all("Content-Security-Policy", [])) == 1


def test_a_mistake_is_told_without_its_details_and_the_service_goes_on(open_port: int) -> None:
    answer = ask(open_port, "GET", "/api/v1/mistake")
    assert answer.status == 500
    assert answer.sentence.startswith("The service made a mistake.")
    assert b"secret" not in answer.body
    assert ask(open_port, "GET", "/").status == 200


def test_the_log_tells_of_requests_but_of_no_token(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask(port, "GET", f"/api/v1/statistics?token={TOKEN}&x=1", headers=BEARER)
        cookie = cookie_of(sign_in(port, TOKEN))
        ask(port, "GET", "/api/v1/jobs/%0d%0aforged", headers=cookie)
    lines = [record.getMessage() for record in caplog.records if record.name == "pictrace.access"]
    assert [line.rpartition(" ")[0].rpartition(" ")[0] for line in lines] == [
        "127.0.0.1 GET /api/v1/statistics 200",
        "127.0.0.1 POST /sign-in 303",
        "127.0.0.1 GET /api/v1/jobs/%0d%0aforged 404",
    ]
    assert TOKEN not in caplog.text
    assert cookie["Cookie"].partition("=")[2] not in caplog.text


def test_a_request_of_two_hosts_is_none(open_port: int) -> None:
    with plug(open_port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
        assert answer_on(connection).status == 400
