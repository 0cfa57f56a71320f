"""An IMAP client for tests: imaplib with IDLE and with messages as a dictionary."""
import contextlib
import imaplib
import re
import time

from messages import sha256

imaplib._MAXLINE = 10_000_000   # a FETCH or SEARCH of a large mailbox is one long line


class Refused(Exception):
    """A tagged NO or BAD."""


class Client(imaplib.IMAP4):
    """Signed in after construction. Every method raises Refused unless the answer is OK."""

    def __init__(self, port, user="test1", password="pass", timeout=60):
        super().__init__("127.0.0.1", port, timeout)
        try:
            self.ok(self.login(user, password))
        except BaseException:
            self.shutdown()
            raise

    def __exit__(self, *_):
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.logout()

    @staticmethod
    def ok(result):
        if result[0] not in ("OK", "BYE"):
            raise Refused(result)
        return result[1]

    def exists(self, box="INBOX", readonly=True):
        """Selects the mailbox and returns the number of its messages."""
        return int(self.ok(self.select(box, readonly))[0])

    def bodies(self, box="INBOX"):
        """{uid: octets} of the whole mailbox."""
        if not self.exists(box):
            return {}
        data = self.ok(self.uid("FETCH", "1:*", "(UID BODY.PEEK[])"))
        return {int(re.search(rb"UID (\d+)", part[0])[1]): part[1] for part in data if isinstance(part, tuple)}

    def hashes(self, box="INBOX"):
        """The SHA-256 of every message, sorted: twice in the mailbox is twice in the list."""
        return sorted(sha256(body) for body in self.bodies(box).values())

    def flags(self, box="INBOX"):
        """{uid: set of flags}"""
        if not self.exists(box):
            return {}
        data = self.ok(self.uid("FETCH", "1:*", "(UID FLAGS)"))
        # A change that another session makes at the moment is told between, without the UID.
        found = [line for line in data if b"UID " in line]
        return {int(re.search(rb"UID (\d+)", line)[1]): set(re.search(rb"FLAGS \((.*?)\)", line)[1].decode().split()) for line in found}

    def find(self, criteria):
        """UIDs in the selected mailbox."""
        return [int(uid) for uid in self.ok(self.uid("SEARCH", criteria))[0].split()]

    def remove(self, uids):
        """Expunges messages of the selected mailbox, as a client without UIDPLUS does."""
        self.ok(self.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Deleted)"))
        self.ok(self.expunge())

    @contextlib.contextmanager
    def idle(self):
        """IDLE while inside; yields a function next_line(seconds) that waits for one untagged line."""
        tag = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        line = self.readline()
        if not line.startswith(b"+"):
            raise Refused(line)

        def next_line(seconds):
            self.sock.settimeout(seconds)
            return self.readline().rstrip(b"\r\n").decode()
        yield next_line
        self.sock.settimeout(60)
        self.send(b"DONE\r\n")
        while not (line := self.readline()).startswith(tag):
            if not line:
                raise ConnectionError("the server hung up in IDLE")
        if not line.startswith(tag + b" OK"):
            raise Refused(line)


def wait_for_line(next_line, pattern, seconds):
    """The first line in IDLE that matches; others pass by. TimeoutError after `seconds`, and then the connection is spent."""
    deadline = time.monotonic() + seconds
    while True:
        line = next_line(max(0.01, deadline - time.monotonic()))
        if re.search(pattern, line):
            return line
