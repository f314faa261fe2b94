"""The service, asked by programs over HTTP, when all is indexed."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from pictrace.samples import Samples
from tests import web_server
from tests.pictures import make_picture
from tests.web.services import API, RunningService, a_service
from tests.web.talking import post_json


@pytest.fixture(scope="module")
def lighthouse(service: RunningService) -> str:
    """The SHA-256 of a picture that lies in the archive three times."""
    names = {one["name"]: str(one["sha256"]) for one in service.get("/pictures")["items"]}
    return names["Holidays/lighthouse.jpg"]


def picture_of(answer: bytes) -> Image.Image:
    return Image.open(io.BytesIO(answer))


def test_a_search_by_upload_finds_the_photograph(service: RunningService, samples: Samples) -> None:
    data = samples.query.read_bytes()
    found = service.search(data, samples.query.name, top=3)
    assert found["query"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["query"]["name"] == samples.query.name
    assert (found["query"]["width"], found["query"]["height"]) == picture_of(data).size
    assert [match["rank"] for match in found["matches"]] == [1, 2, 3]
    assert found["searched"] == service.get("/statistics")["ready"]
    best = found["matches"][0]
    assert best["name"].endswith(("lighthouse.jpg", "DSC_0417.jpg"))
    assert (best["archive"], best["address"], best["label"]) == (samples.folder.name, None, "edited copy")
    assert best["score"] > 0.9 < best["structure"]
    assert "key points" in best["reason"]
    assert (best["width"], best["height"]) == (900, 600)


def test_a_threshold_and_a_number_of_matches_do_what_they_say(service: RunningService, samples: Samples) -> None:
    data = samples.query.read_bytes()
    everything = service.search(data, top=1000)["matches"]
    assert len(everything) == service.get("/statistics")["ready"]
    some = service.search(data, top=1000, min_score=0.9)["matches"]
    assert some == [match for match in everything if match["score"] >= 0.9] != everything


def test_a_picture_of_the_archive_is_searched_for_without_finding_itself(
    service: RunningService, lighthouse: str
) -> None:
    found = service.post("/search", {"sha256": lighthouse, "top": 4})
    assert found["searched"] == service.get("/statistics")["ready"] - 1
    assert [match["sha256"] == lighthouse for match in found["matches"]] == [True, True, False, False]
    assert found["matches"][0]["score"] == 1.0


def test_a_part_of_a_recent_query_is_searched_for_by_its_sha256(service: RunningService, samples: Samples) -> None:
    query = service.search(samples.query.read_bytes(), top=1)["query"]
    region = {"x": 0, "y": 0, "width": query["width"] // 2, "height": query["height"]}
    found = service.post("/search", {"sha256": query["sha256"], "top": 1, "region": region})
    assert found["query"] == query | {"name": "query.jpg"}
    uploaded = service.search(samples.query.read_bytes(), top=1, region=f"0,0,{region['width']},{region['height']}")
    assert found["matches"] == uploaded["matches"]
    outside = post_json(service.port, f"{API}/search", {"sha256": query["sha256"], "region": region | {"x": 90_000}})
    assert outside.status == 422
    assert "outside of the picture" in outside.sentence


def test_a_gallery_shows_every_picture_once_page_by_page(service: RunningService) -> None:
    whole = service.get("/pictures?count=1000")
    pages = [service.get(f"/pictures?start={start}&count=10") for start in range(0, 50, 10)]
    assert [one for page in pages for one in page["items"]] == whole["items"]
    assert {page["total"] for page in pages} == {len(whole["items"])} == {service.get("/statistics")["ready"]}
    names = [one["name"] for one in whole["items"]]
    assert names == sorted(set(names))


def test_a_picture_comes_as_it_is_and_only_once(service: RunningService, samples: Samples, lighthouse: str) -> None:
    answer = service.ask(f"/pictures/{lighthouse}")
    assert answer.body == (samples.folder / "Holidays/lighthouse.jpg").read_bytes()
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["ETag"] == f'"{lighthouse}"'
    for path in ("", "/thumbnail", "/preview", "/preview?side=100"):
        first = service.ask(f"/pictures/{lighthouse}{path}")
        again = service.ask(f"/pictures/{lighthouse}{path}", If_None_Match=f'"other", W/{first.headers["ETag"]}')
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        changed = service.ask(f"/pictures/{lighthouse}{path}", If_None_Match='"other"')
        assert (changed.status, changed.body) == (200, first.body)


def test_thumbnails_and_previews_are_as_large_as_asked(service: RunningService, lighthouse: str) -> None:
    for path, size in (("thumbnail", (384, 256)), ("preview?side=600", (600, 400)), ("preview?side=4000", (900, 600))):
        picture = picture_of(service.ask(f"/pictures/{lighthouse}/{path}").body)
        assert (picture.format, picture.size) == ("JPEG", size)


def test_what_was_searched_for_can_be_seen_and_explained(
    service: RunningService, samples: Samples, lighthouse: str
) -> None:
    data = samples.query.read_bytes()
    query = service.search(data, top=1)["query"]["sha256"]
    assert service.ask(f"/pictures/{query}").body == data
    assert max(picture_of(service.ask(f"/pictures/{query}/thumbnail").body).size) == 384
    pair = f"one={query}&other={lighthouse}"
    explained = service.get(f"/explain?{pair}")
    assert explained["label_words"] == "edited copy"
    assert explained["points_agreeing"] > 100
    assert len(explained["overlay"]["affine"]) == 6
    assert all(0 <= place <= 1 for point in explained["overlay"]["points"] for place in point)
    assert service.get(f"/explain?{pair}&region=0,0,300,300")["score"] != explained["score"]
    drawn = service.ask(f"/explain/drawing?{pair}")
    assert (drawn.headers["Content-Type"], picture_of(drawn.body).format) == ("image/png", "PNG")


def test_a_picture_that_no_browser_draws_has_a_preview(tmp_path: Path) -> None:
    archive = tmp_path / "photos"
    archive.mkdir()
    Image.new("CMYK", (300, 200), (0, 200, 0, 0)).save(archive / "print.tif")
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        (picture,) = service.get("/pictures")["items"]
        assert service.ask(f"/pictures/{picture['sha256']}").headers["Content-Type"] == "image/tiff"
        preview = picture_of(service.ask(f"/pictures/{picture['sha256']}/preview?side=150").body)
        assert (preview.format, preview.mode, preview.size) == ("JPEG", "RGB", (150, 100))


def test_a_picture_that_changed_or_went_is_said_to_have_and_never_another_one_shown(tmp_path: Path) -> None:
    archive = tmp_path / "photos"
    archive.mkdir()
    for name, colour in (("changed", "red"), ("gone", "blue")):
        Image.new("RGB", (60, 40), colour).save(archive / f"{name}.png")
    with a_service(tmp_path / "home", archive) as service:
        service.until_indexed()
        changed, gone = (one["sha256"] for one in service.get("/pictures")["items"])
        Image.new("RGB", (60, 40), "green").save(archive / "changed.png")
        (archive / "gone.png").unlink()
        for sha256, sentence in ((changed, "was changed"), (gone, "is gone")):
            answer = service.ask(f"/pictures/{sha256}")
            assert answer.status == 404
            assert sentence in answer.sentence
            assert str(tmp_path) not in answer.sentence
            assert service.ask(f"/pictures/{sha256}/thumbnail").status == 200


def test_a_list_of_addresses_is_served_with_them_and_obeys_the_choice_of_the_service(tmp_path: Path) -> None:
    coded = io.BytesIO()
    make_picture(5).save(coded, "JPEG")
    with web_server.serving() as server:
        server.give("/5.jpg", coded.getvalue(), Content_Type="image/jpeg", ETag='"five"')
        address = server.url("/5.jpg")
        addresses = tmp_path / "list.txt"
        addresses.write_text(f"{address}\n")
        with a_service(tmp_path / "home", addresses, private_addresses=True) as service:
            service.until_indexed()
            (match,) = service.search(coded.getvalue())["matches"]
            assert (match["archive"], match["name"], match["address"]) == ("list.txt", address, address)
            assert service.get("/pictures")["items"][0]["address"] == address
            assert service.ask(f"/pictures/{match['sha256']}").body == coded.getvalue()
            assert service.post("/search", {"url": address})["matches"][0]["score"] == 1.0
        asked = len(server.asked)
        with a_service(tmp_path / "home of another", addresses) as service:
            assert service.until_indexed()["skipped"] == 1
            refused = post_json(service.port, f"{API}/search", {"url": address})
            assert refused.status == 422
        assert len(server.asked) == asked
