"""Microsoft Graph's application proxy connector groups in-process."""

from ._engine import Directory, EngineError, audit
from .types import Command, DirectoryDocument, Event

__all__ = ["Command", "Directory", "DirectoryDocument", "EngineError", "Event", "audit"]
__version__ = "0.1.0"
