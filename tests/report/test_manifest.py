import json

from made_up import manifest

from audit.report.manifest import manifest_from_json, manifest_to_json


def test_a_manifest_is_read_as_it_was_written():
    made = manifest(previous_manifest_sha256="aa", compared_with="r1", warnings=("stale",))
    assert manifest_from_json(manifest_to_json(made)) == made


def test_times_are_utc_and_keys_are_sorted():
    text = manifest_to_json(manifest())
    content = json.loads(text)
    assert content["started_at"] == "2024-03-05T02:00:00Z"
    assert content["horizon"]["newest_at"] == "2024-03-03T10:00:00Z"
    assert content["seconds"] == {"detectors": {"repeated-subject": 0.25}, "steps": {"load": 1.5}}
    assert list(content) == sorted(content)
    assert text.endswith("}\n")


def test_what_a_later_version_adds_is_passed_over():
    content = json.loads(manifest_to_json(manifest()))
    content["colour"] = "red"
    content["inputs"][0]["colour"] = "red"
    assert manifest_from_json(json.dumps(content)) == manifest()
