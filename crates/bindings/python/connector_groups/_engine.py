"""The C library of crates/abi: handles and bytes."""

from __future__ import annotations

import ctypes
import json
import pathlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from .types import Command, DirectoryDocument

_VERSION = 1
_VIOLATIONS = 4


class EngineError(Exception):
    """What the engine says of a call that it cannot do. `status` is that of the C header; `violations` a document's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.violations: list[dict[str, str]] = json.loads(text)["violations"] if status == _VIOLATIONS else []


class _Answer(ctypes.Structure):
    _fields_ = [("handle", ctypes.c_uint32), ("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def _load() -> ctypes.CDLL:
    here = pathlib.Path(__file__).resolve().parent
    for name in ["libconnector_groups_abi.so", "libconnector_groups_abi.dylib", "connector_groups_abi.dll"]:
        if (here / name).exists():
            library = ctypes.CDLL(str(here / name))
            break
    else:
        raise ImportError("the engine is not built: python build_library.py in crates/bindings/python")
    handle, data, length, answer = ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Answer)
    for name in ["apply", "decide", "respond", "document", "impact", "plan"]:
        getattr(library, f"cg_{name}").argtypes = [handle, data, length, answer]
    library.cg_directory.argtypes = [ctypes.c_uint64, data, length, answer]
    library.cg_audit.argtypes = [data, length, answer]
    library.cg_diff.argtypes = [handle, handle, data, length, answer]
    library.cg_snapshot.argtypes = [handle, answer]
    library.cg_restore.argtypes = [handle, handle]
    library.cg_drop.argtypes = [handle]
    if library.cg_version() != _VERSION:
        raise ImportError(f"the engine's interface has version {library.cg_version()}, not {_VERSION}")
    return library


_library = _load()


def _answered(call: Callable[..., int], *arguments: object) -> tuple[int, bytes]:
    """The new directory's handle, or the bytes."""
    answer = _Answer()
    status = call(*arguments, ctypes.byref(answer))
    if not answer.data:
        if status != 0:
            raise EngineError(status, "the engine has no memory or no handle left")
        return answer.handle, b""
    data = ctypes.string_at(answer.data, answer.length)
    _library.cg_drop(answer.handle)
    if status != 0:
        raise EngineError(status, data.decode())
    return 0, data


def _bytes(value: str | bytes | Mapping[str, Any]) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


class Directory:
    """Tenants by id, each a closed world. Threads may share one: each call is done by itself."""

    def __init__(
        self, document: DirectoryDocument | Mapping[str, Any] | str | bytes | None = None, *, hash_seed: int = 0
    ) -> None:
        self._handle = 0
        data = b"" if document is None else _bytes(document)
        self._handle, _ = _answered(_library.cg_directory, hash_seed, data, len(data))

    @classmethod
    def _of(cls, handle: int) -> Directory:
        directory = cls.__new__(cls)
        directory._handle = handle
        return directory

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Lets the memory go at once; later calls are an EngineError."""
        handle, self._handle = getattr(self, "_handle", 0), 0
        if handle:
            _library.cg_drop(handle)

    def __enter__(self) -> Directory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, call: Callable[..., int], data: bytes) -> bytes:
        return _answered(call, self._handle, data, len(data))[1]

    def apply_lines(self, lines: str | bytes) -> bytes:
        """Lines of the replay format; a line of answer for each that is not blank."""
        return self._ask(_library.cg_apply, _bytes(lines))

    def decide_lines(self, lines: str | bytes) -> bytes:
        """As apply_lines, without doing it."""
        return self._ask(_library.cg_decide, _bytes(lines))

    def apply(self, *commands: Command) -> list[dict[str, Any]]:
        """The answer to each command, in order: `accepted`, `refused` or `invalid`."""
        return _parsed(self.apply_lines(_lines(commands)))

    def decide(self, *commands: Command) -> list[dict[str, Any]]:
        """What each command would do to the directory as it stands, without doing it."""
        return _parsed(self.decide_lines(_lines(commands)))

    def respond(self, request: bytes) -> bytes:
        """A request laid out as HTTP/1.1 does; connector_groups.graph.GraphTransport is more convenient."""
        return self._ask(_library.cg_respond, request)

    def document_bytes(self) -> bytes:
        return self._ask(_library.cg_document, b"")

    def document(self) -> DirectoryDocument:
        """The whole directory."""
        return cast(DirectoryDocument, json.loads(self.document_bytes()))

    def snapshot(self) -> Directory:
        """A copy: later changes of the one are not seen in the other. Costs next to nothing."""
        return self._of(_answered(_library.cg_snapshot, self._handle)[0])

    def restore(self, snapshot: Directory) -> None:
        """Makes this directory what another one is."""
        status = _library.cg_restore(self._handle, snapshot._handle)
        if status != 0:
            raise EngineError(status, "a directory that was closed")

    def impact(self, question: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
        """What a command, or {"tenant": …, "loss": {…}}, would change for availability."""
        return cast("dict[str, Any]", json.loads(self.ask("impact", _bytes(question))))

    def plan(self, question: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
        """The commands that lead to a desired state: {"tenant": …, "desired": {…}, "options": {…}, "newIds": […]}."""
        return cast("dict[str, Any]", json.loads(self.ask("plan", _bytes(question))))

    def ask(self, name: str, question: bytes) -> bytes:
        """`impact` and `plan` as bytes."""
        return self._ask({"impact": _library.cg_impact, "plan": _library.cg_plan}[name], question)

    def diff(self, to: Directory, tenant: str) -> dict[str, Any]:
        """What sets a tenant here apart from the same tenant in `to`, and the commands that lead there."""
        return cast("dict[str, Any]", json.loads(self.diff_bytes(to, _bytes({"tenant": tenant}))))

    def diff_bytes(self, to: Directory, question: bytes) -> bytes:
        return _answered(_library.cg_diff, self._handle, to._handle, question, len(question))[1]


def _lines(commands: Iterable[Command]) -> str:
    return "\n".join(json.dumps(command) for command in commands)


def _parsed(answers: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answers.split(b"\n")[:-1]]


def audit_bytes(document: bytes) -> bytes:
    return _answered(_library.cg_audit, document, len(document))[1]


def audit(document: DirectoryDocument | Mapping[str, Any] | str | bytes) -> list[dict[str, str]]:
    """All that is wrong with a document."""
    return cast("list[dict[str, str]]", json.loads(audit_bytes(_bytes(document)))["violations"])
