"""The description of the API against the API: whatever it allows is answered as it says, never with 5xx."""

import json
import warnings

import jsonschema_rs
import pytest
from pydantic import BaseModel

from mien.web.examples import GIVEN, RULES, TAKEN
from mien.web.parameters import EXAMPLES as PARAMETERS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own dependencies
    import hypothesis
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What takes long, never ends, or ends what the others need.
SLOW = "get_events|get_track_outline|get_track_audio|run_training|start_training|set_my_password"
HOST = {"Host": "localhost"}
EXAMPLES = 4


def operations(built_app):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", built_app, headers=HOST)
    return [operation.ok() for operation in schema.exclude(operation_id_regex=SLOW).get_all_operations()]


@pytest.mark.filterwarnings("ignore")
def test_whatever_the_description_allows_is_answered_as_it_says(built_app, app):
    paces = app.state.parts.paces
    paces.changes = paces.reads = paces.costly = paces.strangers = Unhurried()
    tried = 0
    for operation in operations(built_app):

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def try_it(case):
            nonlocal tried
            tried += 1
            response = case.call(base_url="http://localhost:8737", headers=HOST)
            case.validate_response(response, checks=CHECKS)

        try_it()
    assert tried > 150


class Unhurried:
    def take(self, _key):
        pass


def bodies(app):
    """The name of every schema that is sent or answered as a whole or as the items of a list."""
    found = set()
    for methods in app.openapi()["paths"].values():
        for details in methods.values():
            given = [details.get("requestBody", {}), *details["responses"].values()]
            for media in (kind for body in given for kind in body.get("content", {}).values()):
                schema = media.get("schema", {})
                for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
                    found.add(part.get("$ref", "").rpartition("/")[2])
    return found - {"", "Body_add_training_files"}  # files by themselves


def models(kind):
    return {model.__name__: model for sub in kind.__subclasses__() for model in (sub, *models(sub).values())}


def test_every_body_that_is_sent_or_answered_has_an_example(built_app):
    assert bodies(built_app) == set(TAKEN) | set(GIVEN)
    schemas = built_app.openapi()["components"]["schemas"]
    assert all(schemas[name]["examples"] for name in bodies(built_app))


def parameters(app):
    """Every parameter of an address: where it stands, its name, and what the description says of it."""
    for methods in app.openapi()["paths"].values():
        for parameter in (one for details in methods.values() for one in details.get("parameters", [])):
            yield parameter["in"], parameter["name"], parameter


def speaks_for_itself(schema, schemas):
    """Whether it is a flag, or one of some words that the description lists."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    kinds = [schemas[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind for kind in kinds]
    return all(kind.get("type") == "boolean" or "enum" in kind for kind in kinds)


def test_every_parameter_that_does_not_speak_for_itself_has_an_example_that_it_allows(built_app):
    schemas = built_app.openapi()["components"]["schemas"]
    wanting = [
        (where, name, parameter)
        for where, name, parameter in parameters(built_app)
        if not speaks_for_itself(parameter["schema"], schemas)
    ]
    assert {(where, name) for where, name, _ in wanting} == PARAMETERS.keys()
    for _, _, parameter in wanting:
        allowed = jsonschema_rs.Draft202012Validator(parameter["schema"], validate_formats=True)
        allowed.validate(parameter["example"])


def test_the_examples_of_parameters_are_taken_by_the_server(client):
    text = {name: str(value) for (where, name), value in PARAMETERS.items() if where == "query"}
    asked = {name: text[name] for name in ("q", "artist", "album", "genre", "limit", "offset")}
    assert client.get("/api/v1/tracks", params=asked).json()["offset"] == 200
    moments = {name: text[name] for name in ("since", "until", "limit")}
    for path in ("journal", "readings"):
        assert client.get(f"/api/v1/{path}", params=moments).status_code == 200
    assert client.get("/api/v1/models/emotion/model.onnx", params={"v": text["v"]}).status_code == 200


@pytest.mark.parametrize("name", [*TAKEN, *GIVEN])
def test_every_example_is_what_its_schema_allows_and_complete_where_it_is_answered(name):
    known = models(BaseModel)[name]
    example = {**TAKEN, **GIVEN}[name]
    read = known.model_validate_json(json.dumps(example), strict=True, extra="forbid")
    if name in GIVEN:
        assert set(example) == set(known.model_fields)
        again = json.loads(read.model_dump_json())
        assert again == json.loads(json.dumps(example))


def test_the_rules_of_the_example_choose_songs(client):
    answer = client.post("/api/v1/playlists/preview", json=RULES)
    assert answer.status_code == 200
