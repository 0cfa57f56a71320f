#!/usr/bin/env python3
"""Folders, messages and flags are kept in step with a real IMAP provider.

    imap_source_test.py STORE      sqlite, postgresql
"""
import re
import sys
import unittest

import support
from imap_client import Client
from messages import real_messages, sha256
from servers import Dovecot, Postern, PostgreSQL

STORE = sys.argv[1]
USER = "test1"


def message(subject):
    return f"From: a@example.org\r\nTo: b@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\n{subject}\r\n".encode()


def names(client):
    """Folders by name."""
    return {re.search(rb'\) (?:"."|NIL) "?(.+?)"?$', line)[1].decode() for line in Client.ok(client.list()) if line}


def subjects(client, box="INBOX"):
    return sorted(re.search(rb"Subject: (.*?)\r\n", body)[1].decode() for body in client.bodies(box).values())


def flags_of(client, subject, box="INBOX"):
    """Flags without \\Recent, or None if there is no such message."""
    client.exists(box)
    uids = client.find(f'SUBJECT "{subject}"')
    return client.flags(box)[uids[0]] - {"\\Recent"} if uids else None


class Source(unittest.TestCase):
    OPTIONS = "{}"
    DOVECOT = ""

    def setUp(self):
        self.dovecot = self.enterContext(Dovecot(settings=self.DOVECOT))
        self.there = self.enterContext(Client(self.dovecot.imap_port, USER))
        for name in ("Work", "Work/Old" if self.delimiter() == "/" else "Work.Old", "Sent"):
            Client.ok(self.there.create(name))
        for number in range(3):
            self.append(self.there, "INBOX", f"m{number}", "\\Seen" if number == 0 else "")
        self.append(self.there, "Work", "w0", "\\Flagged $Forwarded")
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(
            store=store, imap=("127.0.0.1", self.dovecot.imap_port, "none"), poll=1, pop3_settings={"options": self.OPTIONS}))
        self.here = self.enterContext(Client(self.postern.imap_port, USER))
        self.both("INBOX", lambda client, box: len(client.bodies(box)), 3)

    def delimiter(self):
        return re.search(rb'\) "(.)"', Client.ok(self.there.list())[0])[1].decode()

    @staticmethod
    def append(client, box, subject, flags=""):
        Client.ok(client.append(box, flags, None, message(subject)))

    def there_name(self, box):
        return box.replace("/", self.delimiter())

    def both(self, box, value, expected):
        """Until both sides show it."""
        def shows():
            return value(self.here, box) == expected and value(self.there, self.there_name(box)) == expected
        try:
            support.wait_for(shows, 40, "both sides are in step")
        except BaseException:
            print("here", value(self.here, box), "there", value(self.there, self.there_name(box)), "expected", expected)
            print(self.postern.log_tail(60))
            raise

    def change(self, client, box, subject, *arguments):
        client.exists(box, readonly=False)
        uids = ",".join(map(str, client.find(f'SUBJECT "{subject}"')))
        Client.ok(client.uid(arguments[0], uids, *arguments[1:]))

    def test_everything_appears(self):
        support.wait_for(lambda: {"Work", "Work/Old", "Sent"} <= names(self.here), 30, "the folders")
        self.both("Work", subjects, ["w0"])
        self.assertEqual(self.here.hashes(), self.there.hashes())
        self.assertEqual(flags_of(self.here, "m0"), {"\\Seen"})
        self.assertEqual(flags_of(self.here, "m1"), set())
        self.assertEqual(flags_of(self.here, "w0", "Work"), {"\\Flagged", "$Forwarded"})

    def test_real_messages_are_equal_to_the_octet(self):
        mails = real_messages(60)
        for data in mails:
            Client.ok(self.there.append("Work", "", None, data))
        expected = sorted([sha256(data) for data in mails] + [sha256(message("w0"))])
        self.both("Work", lambda client, box: client.hashes(box), expected)

    def test_flags_go_both_ways(self):
        self.change(self.here, "INBOX", "m1", "STORE", "+FLAGS", "(\\Flagged Holiday)")
        self.both("INBOX", lambda c, box: flags_of(c, "m1", box), {"\\Flagged", "Holiday"})
        self.change(self.there, "INBOX", "m1", "STORE", "FLAGS", "(\\Seen Holiday)")
        self.both("INBOX", lambda c, box: flags_of(c, "m1", box), {"\\Seen", "Holiday"})
        self.change(self.here, "INBOX", "m0", "STORE", "-FLAGS", "(\\Seen)")
        self.change(self.there, "INBOX", "m0", "STORE", "+FLAGS", "(\\Answered)")
        self.both("INBOX", lambda c, box: flags_of(c, "m0", box), {"\\Answered"})

    def test_moves_go_both_ways(self):
        self.change(self.here, "INBOX", "m1", "STORE", "+FLAGS", "(\\Seen)")
        self.change(self.here, "INBOX", "m1", "MOVE", "Work")
        self.both("Work", subjects, ["m1", "w0"])
        self.both("INBOX", subjects, ["m0", "m2"])
        self.both("Work", lambda c, box: flags_of(c, "m1", box), {"\\Seen"})
        self.change(self.there, "INBOX", "m2", "MOVE", self.there_name("Work/Old"))
        self.both("Work/Old", subjects, ["m2"])
        self.both("INBOX", subjects, ["m0"])

    def test_copies_and_new_messages_go_up(self):
        self.change(self.here, "INBOX", "m1", "COPY", "Work")
        self.append(self.here, "Sent", "sent0", "\\Seen")
        self.append(self.here, "Drafts", "draft0", "\\Draft")
        self.both("Work", subjects, ["m1", "w0"])
        self.both("INBOX", subjects, ["m0", "m1", "m2"])
        self.both("Sent", subjects, ["sent0"])
        self.both("Drafts", subjects, ["draft0"])
        self.both("Sent", lambda c, box: flags_of(c, "sent0", box), {"\\Seen"})

    def test_deletions_go_both_ways(self):
        self.here.exists("INBOX", readonly=False)
        self.here.remove(self.here.find('SUBJECT "m0"'))
        self.both("INBOX", subjects, ["m1", "m2"])
        self.there.exists("INBOX", readonly=False)
        self.there.remove(self.there.find('SUBJECT "m2"'))
        self.both("INBOX", subjects, ["m1"])


class Condstore(Source):
    OPTIONS = "{ qresync: false }"


class Plain(Source):
    OPTIONS = "{ condstore: false, list_status: false }"


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
