"""The embedded log's one file: opening it, transactions on it, and its errors in plain words.

Why nothing that was acknowledged is lost: the file is in SQLite's write-ahead mode with
`synchronous=FULL`, so a commit returns only after its pages were written to the write-ahead file
and that file was synced to the disk. A process killed at any instant leaves either the whole
transaction or nothing of it. `NORMAL` would do against `kill -9` alone, but a power cut could
take back what `append` had called durable; the sync costs 0.3 ms a commit on a plain cloud disk.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from stream.logs.port import LogError

FILE_NAME: Final = "floorwatch-log.sqlite3"
BUSY_S: Final = 10.0
# The write-ahead file is cut back to this once its pages are in the main file.
WAL_BYTES_KEPT: Final = 64 * 1024 * 1024

# "Flrw": marks the file as ours, so that another program's database is never written to.
_APPLICATION_ID: Final = 0x466C7277
_VERSION: Final = 1

# A record's `place` is its partition's id and its offset in one number, so that the table is its
# own index, a partition's records lie together, and an append writes one tree only: 2^44 offsets
# in each of 2^19 partitions. `next_offset` outlives the records, so no offset is given twice.
# AUTOINCREMENT for members, because a member's id must never come back to life.
_SCHEMA: Final = """
CREATE TABLE topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, compacted INTEGER NOT NULL,
    retention_us INTEGER);
CREATE TABLE partitions (
    id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition));
CREATE TABLE records (
    place INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, appended_at INTEGER NOT NULL);
CREATE TABLE newest (
    partition_id INTEGER NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL,
    deleted_at INTEGER, PRIMARY KEY (partition_id, key)) WITHOUT ROWID;
CREATE INDEX tombstones ON newest (partition_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE groups (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, topic INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 0, UNIQUE (name, topic));
CREATE TABLE members (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL);
CREATE TABLE holdings (
    group_id INTEGER NOT NULL, partition INTEGER NOT NULL, member INTEGER NOT NULL,
    generation INTEGER NOT NULL, PRIMARY KEY (group_id, partition)) WITHOUT ROWID;
CREATE TABLE positions (
    group_id INTEGER NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (group_id, partition)) WITHOUT ROWID;
"""


class Database:
    """One connection to the log's file, for one process and any of its threads in turn."""

    def __init__(self, directory: Path, *, busy_s: float = BUSY_S) -> None:
        self.directory = directory
        self._busy_s = busy_s
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._closed = False
        with self._errors():
            self._connection = sqlite3.connect(
                directory / FILE_NAME,
                timeout=busy_s,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def prepare(self) -> None:
        """Make the tables where the file is new."""
        with self.writing() as connection:
            if not self._is_new(connection):
                return
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @contextmanager
    def statement(self) -> Iterator[sqlite3.Connection]:
        """The connection for one statement outside a transaction."""
        with self._lock:
            if self._closed:
                raise self.error("was closed; open it again")
            if os.getpid() != self._process:
                raise self.error("was opened before this process was forked; open it again")
            with self._errors():
                yield self._connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the log: whatever is read inside belongs together."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One step: all that is written inside, durable at the end, or nothing of it.

        IMMEDIATE, because a transaction that reads first and then writes would fail where
        another process wrote in between, instead of waiting for its turn.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def change(self) -> int:
        """A number that changes whenever another connection, of any process, has committed."""
        with self.statement() as connection:
            (number,) = connection.execute("PRAGMA data_version").fetchone()
        assert isinstance(number, int)
        return number

    def error(self, reason: str) -> LogError:
        """The error to raise for `reason`, naming the log."""
        return LogError(f"embedded:{self.directory}: {reason}")

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        with self._lock:
            self._closed = True
            # Another process's copy after a fork is left alone: closing it is the parent's to do.
            if os.getpid() == self._process:
                self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self.statement() as connection:
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk has SQLite roll back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if _code(error) is None:
                raise  # misuse of the module, a bug of ours
            raise self.error(reason_of(error, busy_s=self._busy_s)) from error

    def _set_up(self) -> None:
        # Looked at before anything is written, and in one moment: others may be making the tables.
        self._connection.execute("BEGIN")
        self._is_new(self._connection)
        self._connection.execute("COMMIT")
        self._to_write_ahead()
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES_KEPT}")

    def _is_new(self, connection: sqlite3.Connection) -> bool:
        """Whether the file has no tables yet. Raises `LogError` where it is not a log of ours."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application == _APPLICATION_ID and version != _VERSION:
            raise self.error("made by another version of floorwatch; use that or a new directory")
        if application != _APPLICATION_ID and (application or tables):
            raise self.error(f"{FILE_NAME} belongs to another program; give another directory")
        return bool(tables == 0)

    def _to_write_ahead(self) -> None:
        """Turning to write-ahead mode answers "busy" without waiting when several processes do it
        at once on a new file, so the waiting is done here."""
        give_up = time.monotonic() + self._busy_s
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up:
                    raise
                time.sleep(0.005)  # noqa: TID251  waits for another process
            else:
                return


def reason_of(error: sqlite3.Error, *, busy_s: float = BUSY_S) -> str:
    """What is wrong and what to do, for an error of SQLite's."""
    match _code(error):
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"{FILE_NAME} is damaged or not a log; move it away or give another directory"
        case sqlite3.SQLITE_FULL:
            return "the disk is full and nothing was written; free some space and try again"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"kept locked by another process for {busy_s:g} s; try again, or end that one"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            return f"{FILE_NAME} cannot be opened for writing; check who owns it and its mode"
        case sqlite3.SQLITE_TOOBIG:
            return "a record is too large to be kept and nothing was written; make it smaller"
        case _:
            return f"the disk or the file failed ({error}); check the disk and its space"


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; an extended one holds it in its lowest byte."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
