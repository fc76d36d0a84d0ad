"""A suite of two tests that would disturb each other, with the fixture of the recipe."""

import httpx

GRAPH = "https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups"
HEADERS = {"Authorization": "Bearer 7e000000-0000-4000-8000-000000000001"}


def make_a_group():
    before = len(httpx.get(GRAPH, headers=HEADERS).raise_for_status().json()["value"])
    httpx.post(GRAPH, headers=HEADERS, json={"name": "by pytest"}).raise_for_status()
    return before


def test_one():
    assert make_a_group() == 12


def test_other():
    assert make_a_group() == 12, "the other test's group is still there"
