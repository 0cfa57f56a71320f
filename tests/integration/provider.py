"""POP3 providers that the test fills and looks into: Debian's Dovecot over a Maildir, and Cyrus."""
import contextlib
import itertools
import os
import poplib
import shutil

from imap_client import Client, Refused
from messages import crlf, sha256
from servers import Dovecot
from servers.cyrus import Cyrus


class Provider(Dovecot):
    counter = itertools.count(1)

    def put(self, messages, user="test1"):
        """Puts messages (CRLF) into the user's maildrop, as deliveries would. Returns those that the server took."""
        inbox = os.path.join(self.home(user), "Maildir")
        made = [os.path.join(inbox, part) for part in ("cur", "new", "tmp")]
        for folder in made:
            os.makedirs(folder, exist_ok=True)
        for data in messages:
            name = f"{1700000000 + next(self.counter)}.M{os.getpid()}.provider"
            path = os.path.join(inbox, "tmp", name)
            with open(path, "wb") as file:
                file.write(data.replace(b"\r\n", b"\n"))
            self.give(path)
            os.rename(path, os.path.join(inbox, "new", name))
        for folder in [self.home(user), inbox, *made]:
            self.give(folder)
        return messages

    def give(self, path):
        if os.geteuid() == 0:
            shutil.chown(path, self.mail_account.pw_uid, self.mail_account.pw_gid)

    def hashes(self, user="test1"):
        """The SHA-256 of every message in the maildrop, sorted."""
        inbox = os.path.join(self.home(user), "Maildir")
        found = []
        for part in ("cur", "new"):
            for name in os.listdir(os.path.join(inbox, part)):
                with open(os.path.join(inbox, part, name), "rb") as file:
                    found.append(sha256(crlf(file.read())))
        return sorted(found)

    def remove(self, subject, user="test1"):
        """Another POP3 client deletes the message with this subject."""
        client = poplib.POP3("127.0.0.1", self.pop3_port, timeout=30)
        client.user(user)
        client.pass_(self.password)
        wanted = b"Subject: " + subject.encode()
        numbers = [n for n in range(1, client.stat()[0] + 1) if wanted in client.top(n, 0)[1]]
        for number in numbers:
            client.dele(number)
        client.quit()
        if len(numbers) != 1:
            raise AssertionError(f"{len(numbers)} messages have the subject {subject}")


class CyrusProvider(Cyrus):
    """What others do to the maildrop they do over IMAP: a POP3 session of theirs would lock it."""

    def __init__(self):
        super().__init__(users={"test1": "pass"})

    def put(self, messages, user="test1"):
        """Returns those that the server took: it refuses NUL and headers that are none."""
        taken = []
        with Client(self.imap_port, user) as client:
            for data in messages:
                with contextlib.suppress(Refused):
                    Client.ok(client.append("INBOX", "", None, data))
                    taken.append(data)
        return taken

    def hashes(self, user="test1"):
        with Client(self.imap_port, user) as client:
            return client.hashes()

    def remove(self, subject, user="test1"):
        with Client(self.imap_port, user) as client:
            client.exists(readonly=False)
            uids = client.find(f'SUBJECT "{subject}"')
            if len(uids) != 1:
                raise AssertionError(f"{len(uids)} messages have the subject {subject}")
            client.remove(uids)
