"""Reads calls and writes answers, as crates/abi/examples/trace.rs lays them out: trace.py < calls > answers, or trace.py time."""

import json
import pathlib
import sys
import time

begin = time.perf_counter_ns()
from connector_groups import Directory, EngineError  # noqa: E402
from connector_groups._engine import audit_bytes  # noqa: E402

directory = Directory()
kept = Directory()
cold = time.perf_counter_ns() - begin


def answer(name: str, data: bytes) -> bytes:
    global directory, kept
    if name == "new":
        directory = Directory(hash_seed=int(data))
    elif name == "load":
        directory = Directory(data)
    elif name == "snapshot":
        kept = directory.snapshot()
    elif name == "restore":
        directory.restore(kept)
    elif name == "apply":
        return directory.apply_lines(data)
    elif name == "decide":
        return directory.decide_lines(data)
    elif name == "respond":
        return directory.respond(data)
    elif name == "document":
        return directory.document_bytes()
    elif name == "diff":
        return kept.diff_bytes(directory, data)
    elif name == "audit":
        return audit_bytes(data)
    else:
        return directory.ask(name, data)
    return b""


def run() -> None:
    calls, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := calls.readline():
        name, length = head.split()
        data = calls.read(int(length))
        calls.read(1)
        try:
            status, given = 0, answer(name.decode(), data)
        except EngineError as error:
            status, given = error.status, str(error).encode()
        answers.write(b"%d %d\n%b\n" % (status, len(given), given))


def measure() -> None:
    """The same calls that every binding times, in nanoseconds."""
    contoso = pathlib.Path(__file__).resolve().parents[3] / "examples/contoso.jsonl"
    directory.apply_lines(contoso.read_bytes())
    tenant, group = directory.document()["tenants"][0]["id"], "9d000000-0000-4000-8000-000000000001"
    line = json.dumps({"tenant": tenant, "command": "updateConnectorGroup", "id": group, "name": "Datacenter Amsterdam"}).encode()
    url = f"https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/{group}"
    request = f'GET {url}\nauthorization: Bearer {tenant}\n:call: {{"now":"2026-03-02T08:00:00Z"}}\n\n'.encode()

    def each(ask) -> int:
        begin = time.perf_counter_ns()
        for _ in range(20_000):
            ask()
        return (time.perf_counter_ns() - begin) // 20_000

    apply, respond = each(lambda: directory.apply_lines(line)), each(lambda: directory.respond(request))
    snapshot = each(lambda: directory.snapshot().close())
    print(json.dumps({"language": "python", "cold": cold, "apply": apply, "respond": respond, "snapshot": snapshot}))


if sys.argv[1:] == ["time"]:
    measure()
else:
    run()
