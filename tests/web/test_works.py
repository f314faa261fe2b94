"""Long works of the service, and what is answered while they go on."""

import json
import multiprocessing
import os
import signal
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from pictrace import engine_process
from pictrace.web import dispatcher
from tests.faulty_worker import CRASHES, serve_with_a_faulty_decoder, starts
from tests.pictures import aged, make_archive, make_picture
from tests.web.services import API, RunningService, a_service, until
from tests.web.talking import ask, form, post_json


def states(service: RunningService, job: str) -> Iterator[dict[str, Any]]:
    """As the server sends them, until it sends no more."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=40)
    connection.request("GET", f"{API}/jobs/{job}/events")
    response = connection.getresponse()
    assert response.getheader("Content-Type", "").startswith("text/event-stream")
    for line in response:
        name, _, value = line.decode("ascii").rstrip("\n").partition(": ")
        if name == "event":
            assert value == "job"
        elif name == "data":
            yield json.loads(value)
    connection.close()


def test_it_starts_at_once_and_answers_over_what_is_ready(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 150, side=64)
    data = (archive / "000.jpg").read_bytes()
    with a_service(tmp_path / "home", archive) as service:
        assert service.get("/health")["status"] == "ok"
        (job,) = service.get("/jobs")["items"]
        assert (job["kind"], job["state"]) == ("index", "running")
        watched: list[dict[str, Any]] = []
        watching = threading.Thread(target=lambda: watched.extend(states(service, job["id"])))
        watching.start()
        until(lambda: service.get("/statistics")["ready"])
        service.post(f"/jobs/{job['id']}/pause")
        found = service.search(data)
        meanwhile = service.get("/statistics")
        assert 0 < found["searched"] <= meanwhile["ready"] < 150
        assert meanwhile["indexing"]["state"] == "paused"
        assert meanwhile["pictures"] == 150
        assert found["matches"][0]["sha256"] in {one["sha256"] for one in service.get("/pictures?count=1000")["items"]}
        service.post(f"/jobs/{job['id']}/resume")
        after = service.until_indexed()
        watching.join(20)
        assert (after["ready"], after["indexed"], after["reused"], after["cached_share"]) == (150, 150, 0, 0.0)
        assert [state["state"] for state in (watched[0], watched[-1])] == ["running", "finished"]
        assert "paused" in {state["state"] for state in watched}
        assert watched[-1]["done"] == watched[-1]["total"] == 150


def test_a_cancelled_index_keeps_what_it_did_and_can_be_started_anew(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 150, side=64)
    with a_service(tmp_path / "home", archive) as service:
        until(lambda: service.get("/statistics")["ready"])
        cancelled = service.post("/jobs/1/cancel")
        assert until(lambda: service.get("/jobs/1")["state"] == "cancelled")
        assert cancelled["id"] == "1"
        for verb in ("pause", "resume", "cancel"):
            refused = post_json(service.port, f"{API}/jobs/1/{verb}", None)
            assert (refused.status, refused.sentence) == (409, "The job has ended already.")
        kept = service.get("/statistics")["ready"]
        answer = post_json(service.port, f"{API}/jobs", {"kind": "index"})
        assert (answer.status, answer.headers["Location"]) == (202, f"{API}/jobs/2")
        assert service.post("/jobs", {"kind": "index"})["id"] == "2", "it does that already"
        after = service.until_indexed()
        assert after["ready"] == after["reused"] + after["indexed"] == 150
        assert after["reused"] >= kept > 0


def test_duplicates_wait_for_the_index_and_come_in_pages(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 12)
    for seed in range(3):
        (archive / f"copy {seed}.jpg").write_bytes((archive / f"{seed:03}.jpg").read_bytes())
    make_picture(4).resize((80, 80)).save(archive / "smaller.jpg", quality=90)
    with a_service(tmp_path / "home", archive) as service:
        service.post("/jobs/1/pause")
        job = service.post("/jobs", {"kind": "duplicates", "similar": True})["id"]
        assert service.get(f"/jobs/{job}")["message"] == "It begins when the job before it has ended."
        service.post("/jobs/1/resume")
        *_, last = states(service, job)
        assert (last["kind"], last["state"], last["message"]) == ("duplicates", "finished", None)
        whole = service.get(f"/jobs/{job}/groups")
        assert [group["kind"] for group in whole["items"]] == ["exact"] * 3 + ["edited"]
        assert [one["name"] for one in whole["items"][3]["members"]] == ["004.jpg", "smaller.jpg"]
        assert whole["items"][0]["members"][1] == {
            "sha256": whole["items"][0]["members"][0]["sha256"],
            "archive": "photos",
            "name": "copy 0.jpg",
            "address": None,
            "width": 96,
            "height": 96,
            "bytes": (archive / "000.jpg").stat().st_size,
            "damaged": False,
            "score": 1.0,
        }
        page = service.get(f"/jobs/{job}/groups?start=1&count=2")
        assert (page["total"], page["items"]) == (4, whole["items"][1:3])


def test_a_waiting_job_can_be_cancelled(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 5)
    with a_service(tmp_path / "home", archive) as service:
        service.post("/jobs/1/pause")
        job = service.post("/jobs", {"kind": "duplicates"})["id"]
        cancelled = service.post(f"/jobs/{job}/cancel")
        assert (cancelled["state"], cancelled["message"]) == ("cancelled", None)
        service.post("/jobs/1/resume")
        assert service.until_indexed()["ready"] == 5
        assert service.get(f"/jobs/{job}/groups") == {"total": 0, "items": []}


def test_a_job_waits_for_all_before_it_though_one_between_was_cancelled(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 5)
    with a_service(tmp_path / "home", archive) as service:
        service.post("/jobs/1/pause")
        between = service.post("/jobs", {"kind": "duplicates"})["id"]
        last = service.post("/jobs", {"kind": "duplicates", "similar": True})["id"]
        service.post(f"/jobs/{between}/cancel")
        # Had it begun, it would have said so before it was asked again.
        service.search((archive / "000.jpg").read_bytes(), top=1)
        assert service.get(f"/jobs/{last}")["message"] == "It begins when the job before it has ended."
        service.post("/jobs/1/resume")
        *_, ended = states(service, last)
        assert (ended["state"], ended["message"]) == ("finished", None)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are text")
def test_names_that_are_no_text_and_odd_archives_survive(tmp_path: Path) -> None:
    archive = tmp_path / "photos"
    archive.mkdir()
    picture = make_picture(1)
    odd = b"caf\xe9 \xff.jpg"
    picture.save(tmp_path / "plain.jpg")
    data = (tmp_path / "plain.jpg").read_bytes()
    for name in (odd, "줄\n<b>".encode() + b".jpg"):
        Path(os.fsdecode(os.fsencode(archive) + b"/" + name)).write_bytes(data)
    (archive / os.fsdecode(b"broken \xfe.jpg")).write_bytes(b"no picture")
    (archive / "inner.zip").write_bytes(b"PK\3\4 no archive")
    twin = tmp_path / "elsewhere" / "photos"
    twin.mkdir(parents=True)
    with zipfile.ZipFile(twin / "more.zip", "w") as more:
        more.writestr("a.jpg", data)
    with a_service(tmp_path / "home", archive, twin) as service:
        facts = service.until_indexed()
        assert facts["archives"] == ["photos", "photos (2)"]
        skipped = service.get("/skipped")
        assert {one["name"] for one in skipped["items"]} == {os.fsdecode(b"broken \xfe.jpg"), "inner.zip"}
        assert skipped["total"] == facts["skipped"] == 2
        names = [(one["archive"], one["name"]) for one in service.get("/pictures")["items"]]
        assert ("photos", os.fsdecode(odd)) in names
        assert ("photos (2)", "more.zip!/a.jpg") in names
        found = service.search(data, name="é\udcff.jpg".encode("utf-8", "replace").decode())
        assert {match["name"] for match in found["matches"]} == {name for _archive, name in names}
        assert service.ask(f"/pictures/{found['matches'][0]['sha256']}").body == data
        job = service.post("/jobs", {"kind": "duplicates"})["id"]
        assert list(states(service, job))
        (group,) = service.get(f"/jobs/{job}/groups")["items"]
        assert os.fsdecode(odd) in {one["name"] for one in group["members"]}
        for path in ("/statistics", "/skipped", "/pictures", "/jobs", f"/jobs/{job}/groups"):
            assert str(tmp_path).encode() not in service.ask(path).body


def test_searches_of_many_people_at_once_each_get_their_own_answer(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "photos", 12)
    pictures = [(archive / f"{seed:03}.jpg").read_bytes() for seed in range(12)]
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        with ThreadPoolExecutor(12) as people:
            answers = people.map(lambda seed: service.search(pictures[seed], top=1 + seed % 2), range(12))
            for seed, found in enumerate(answers):
                assert found["matches"][0]["name"] == f"{seed:03}.jpg"
                assert len(found["matches"]) == 1 + seed % 2


def test_more_searches_than_can_wait_are_told_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = make_archive(tmp_path / "photos", 2)
    body, headers = form((archive / "000.jpg").read_bytes())
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        for bound in ("_MOST_WAITING", "_MOST_WAITING_BYTES"):
            with monkeypatch.context() as crowded:
                crowded.setattr(dispatcher, bound, 0)
                refused = ask(service.port, "POST", f"{API}/search/upload", body, headers)
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
            assert "Too many searches" in refused.sentence
        assert ask(service.port, "POST", f"{API}/search/upload", body, headers).status == 200


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_a_worker_that_dies_is_replaced_and_nobody_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "serve", serve_with_a_faulty_decoder)
    archive = aged(make_archive(tmp_path / "photos", 20))
    data = (archive / "004.jpg").read_bytes()
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        os.kill(the_worker(), signal.SIGKILL)
        assert service.search(data, top=1)["searched"] == 20
        body, headers = form(data + CRASHES)
        refused = ask(service.port, "POST", f"{API}/search/upload", body, headers)
        assert (refused.status, refused.sentence) == (422, "Decoding it made the decoder crash.")
        assert service.search(data, top=1)["matches"][0]["name"] == "004.jpg"
        assert starts(tmp_path / "home") <= 5


def test_a_worker_that_cannot_live_is_a_problem_with_its_sentence_and_recovery_needs_no_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_archive(tmp_path / "photos", 3)
    data = (archive / "001.jpg").read_bytes()
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        with monkeypatch.context() as broken:
            broken.setattr(engine_process, "serve", dies)
            os.kill(the_worker(), signal.SIGKILL)
            body, headers = form(data)
            refused = ask(service.port, "POST", f"{API}/search/upload", body, headers)
            assert (refused.status, refused.sentence) == (
                503,
                "The search stopped unexpectedly. Your index is safe.",
            )
        until(lambda: service.search(data, top=1)["searched"] == 3)


def dies(*_arguments: object) -> None:
    os._exit(1)


def the_worker() -> int:
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    return worker.pid
