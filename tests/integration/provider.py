"""A POP3 provider: Debian's Dovecot over a Maildir that the test fills and looks into."""
import itertools
import os
import poplib
import shutil

from messages import crlf, sha256
from servers import Dovecot


class Provider(Dovecot):
    counter = itertools.count(1)

    def put(self, messages, user="test1"):
        """Puts messages (CRLF) into the user's maildrop, as deliveries would."""
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
