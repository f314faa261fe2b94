"""The service, asked by programs over HTTP."""

from pictrace.samples import Samples
from tests.web.services import RunningService


def test_a_search_by_upload_finds_the_photograph(service: RunningService, samples: Samples) -> None:
    found = service.search(samples.query.read_bytes(), samples.query.name, top=3)
    assert found["query"]["name"] == samples.query.name
    assert [match["rank"] for match in found["matches"]] == [1, 2, 3]
    assert found["searched"] == service.get("/statistics")["ready"]
