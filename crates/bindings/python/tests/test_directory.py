import threading

import pytest
from conftest import TENANT

from connector_groups import Directory, EngineError, _engine, audit

HANDLE, MEMORY = 1, 5
GROUP = "9d000000-0000-4000-8000-000000000001"
CREATE = {"tenant": TENANT, "command": "createConnectorGroup", "id": GROUP, "name": "Zürich", "region": "nam"}


def test_commands_are_answered_in_order_and_dry_runs_change_nothing(connector_groups):
    assert connector_groups.decide(CREATE)[0]["accepted"][0]["event"] == "connectorGroupCreated"
    accepted, refused, invalid = connector_groups.apply(CREATE, CREATE, {"command": "?"})
    assert accepted["accepted"][0]["name"] == "Zürich"
    assert refused["refused"]["code"] == "alreadyExists"
    assert "unknown variant" in invalid["invalid"]
    assert connector_groups.apply() == []


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_begins_with_the_same_directory(connector_groups, time):
    assert "accepted" in connector_groups.apply(CREATE)[0], time


def test_without_a_seed_of_its_own_a_test_begins_without_tenants(pytester):
    pytester.makeconftest('pytest_plugins = ["connector_groups.pytest_plugin"]')
    pytester.makepyfile("""
        import pytest

        seeds = set()
        create = {"command": "createTenant", "id": "7e000000-0000-4000-8000-000000000001", "defaultRegion": "eur"}
        create |= {"now": "2026-03-02T08:00:00Z", "defaultConnectorGroup": {"id": "9d000000-0000-4000-8000-000000000000"}}

        @pytest.mark.parametrize("time", ["first", "second"])
        def test_begins_empty(connector_groups, connector_groups_seed, time):
            assert connector_groups.document() == {"tenants": []}
            assert "accepted" in connector_groups.apply(create)[0]
            seeds.add(id(connector_groups_seed))
            assert len(seeds) == 1
    """)
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_documents_snapshots_and_diff(connector_groups):
    before = connector_groups.snapshot()
    connector_groups.apply(CREATE)
    assert Directory(connector_groups.document()).document() == connector_groups.document() != before.document()
    assert before.diff(connector_groups, TENANT)["commands"][0]["command"] == "createConnectorGroup"
    connector_groups.restore(before)
    assert connector_groups.document() == before.document()


def test_impact_plan_and_audit(connector_groups):
    connector_groups.apply(CREATE)
    assert "impact" in connector_groups.impact({"tenant": TENANT, "loss": {"region": "eur"}})
    plan = connector_groups.plan({"tenant": TENANT, "desired": {"absent": ["Zürich"]}})["plan"]
    assert plan["steps"] == [{"command": "deleteConnectorGroup", "id": GROUP}]
    document = connector_groups.document()
    assert audit(document) == []
    document["tenants"][0]["connectorGroups"][0]["isDefault"] = False
    violations = audit(document)
    assert "I1" in violations[0]["violation"]
    with pytest.raises(EngineError) as error:
        Directory(document)
    assert error.value.violations == violations


def test_what_is_closed_or_wrong_is_an_error_and_nothing_more(connector_groups):
    closed = connector_groups.snapshot()
    closed.close()
    for call in [closed.snapshot, closed.document, lambda: closed.apply(CREATE), lambda: connector_groups.restore(closed)]:
        with pytest.raises(EngineError, match="directory") as error:
            call()
        assert error.value.status == HANDLE
    for document in ["{", b"\xff\xfe", {"tenants": 1}]:
        with pytest.raises(EngineError):
            Directory(document)
    with pytest.raises(EngineError):
        connector_groups.respond(b"nonsense")
    assert b"invalid" in connector_groups.apply_lines(b"\xff\xfe\0")
    closed.close()
    with pytest.raises(EngineError) as error:
        _engine._answered(lambda answer: MEMORY)
    assert error.value.status == MEMORY
    with pytest.raises(EngineError, match="`a\0b`"):
        connector_groups.impact({"tenant": TENANT, "loss": {"region": "eur"}, "a\0b": 1})


def test_what_is_given_is_let_go(connector_groups):
    first = connector_groups.snapshot()
    with connector_groups.snapshot() as closed:
        assert closed.document()
    forgotten = connector_groups.snapshot()
    del forgotten
    connector_groups.snapshot().close()
    with pytest.raises(EngineError):
        Directory("{")
    last = connector_groups.snapshot()
    # Handles are counted up, and what was dropped cannot be dropped again.
    between = range(first._handle + 1, last._handle)
    assert len(between) == 5
    assert [_engine._library.cg_drop(handle) for handle in between] == [HANDLE] * 5


def test_the_hash_seed_is_handed_over(monkeypatch):
    # It changes no answer, only how long a stranger's ids can make a search.
    given, make = [], _engine._library.cg_directory
    monkeypatch.setattr(_engine._library, "cg_directory", lambda *arguments: given.append(arguments[0]) or make(*arguments))
    Directory(hash_seed=2**64 - 1)
    assert given == [2**64 - 1]


def test_a_library_of_another_version_or_none_is_not_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr(_engine, "_VERSION", _engine._VERSION + 1)
    with pytest.raises(ImportError, match="version"):
        _engine._load()
    monkeypatch.setattr(_engine, "__file__", str(tmp_path / "_engine.py"))
    with pytest.raises(ImportError, match="not built"):
        _engine._load()


def test_threads_share_a_directory(connector_groups):
    accepted = []

    def work(number):
        for count in range(200):
            id = f"9d000000-0000-4000-8000-{number:04}{count:08}"
            accepted.append("accepted" in connector_groups.apply(CREATE | {"id": id})[0])

    threads = [threading.Thread(target=work, args=[number]) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert accepted == [True] * 800
    assert len(connector_groups.document()["tenants"][0]["connectorGroups"]) == 801
