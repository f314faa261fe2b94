"""What the tests of the service and of its page share."""

from collections.abc import Iterator

import pytest

from pictrace.samples import Samples, make_samples
from tests.web.services import RunningService, a_service


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return make_samples(tmp_path_factory.mktemp("drawn") / "samples")


@pytest.fixture(scope="module")
def service(samples: Samples, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """Over the sample pictures; all of them are indexed."""
    with a_service(tmp_path_factory.mktemp("home"), samples.folder) as running:
        running.until_indexed()
        yield running
