"""What /openapi.json promises is kept, whatever is sent."""

import json
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from tests.web.services import RunningService
from tests.web.talking import ask

few = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_answer_is_one_that_the_description_names(service: RunningService) -> None:
    """Nor is any a 500. Sensible questions and nonsense, for every operation."""
    schema = schemathesis.openapi.from_url(f"{service.address}/openapi.json")
    # Not every text is an address, nor every file a picture: that is told with 422.
    checks = [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in GenerationMode:

            @few
            @given(case=operation.as_strategy(generation_mode=mode))
            def answers_as_described(case: Any) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate(timeout=30, checks=checks)

            with suppress(Unsatisfiable):  # without parameters there is no nonsense
                answers_as_described()
    assert asked > 200
    assert service.get("/health")["status"] == "ok"


def test_the_description_names_every_problem_of_every_operation(service: RunningService) -> None:
    description = ask(service.port, "GET", "/openapi.json").json
    assert description["info"]["title"] == "PicTrace"
    for path, operations in description["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in operations.values():
            assert operation["description"]
            assert {"400", "401", "403", "421", "429", "503"} <= operation["responses"].keys()
            for status, answer in operation["responses"].items():
                assert answer["description"]
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]
    for verb in ("pause", "resume", "cancel"):
        assert "409" in description["paths"][f"/api/v1/jobs/{{job}}/{verb}"]["post"]["responses"]
    assert "HTTPValidationError" not in json.dumps(description)
