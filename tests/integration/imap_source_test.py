#!/usr/bin/env python3
"""Folders, messages and flags are kept in step with a real IMAP provider.

    imap_source_test.py STORE PROVIDER [TEST...]      sqlite, postgresql; dovecot, cyrus
"""
import contextlib
import re
import sys
import unittest

import support
from imap_client import Client, Refused
from messages import real_messages, sha256
from servers import Dovecot, Postern, PostgreSQL
from servers.cyrus import Cyrus

STORE, PROVIDER = sys.argv[1:3]
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
    POLL = 1
    CYRUS = {}      # of its imapd.conf

    def setUp(self):
        self.provider = self.enterContext(Dovecot() if PROVIDER == "dovecot" else Cyrus(users={USER: "pass"}, settings=self.CYRUS))
        self.there = self.enterContext(Client(self.provider.imap_port, USER))
        for name in ("Work", "Work/Old" if self.delimiter() == "/" else "Work.Old", "Sent"):
            Client.ok(self.there.create(name))
        for number in range(3):
            self.append(self.there, "INBOX", f"m{number}", "\\Seen" if number == 0 else "")
        self.append(self.there, "Work", "w0", "\\Flagged $Forwarded")
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(
            store=store, imap=("127.0.0.1", self.provider.imap_port, "none"), poll=self.POLL, pop3_settings={"options": self.OPTIONS}))
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
        mails = []
        for data in real_messages(60):
            with contextlib.suppress(Refused):  # Cyrus takes no NUL and no header that is none
                Client.ok(self.there.append("Work", "", None, data))
                mails.append(data)
        self.assertGreater(len(mails), 40)
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

    def test_folders_go_both_ways(self):
        Client.ok(self.here.create("Projects"))
        Client.ok(self.here.create("Projects/2026"))
        support.wait_for(lambda: self.there_name("Projects/2026") in names(self.there), 30, "the new folders there")
        self.append(self.here, "Projects/2026", "p0")
        self.both("Projects/2026", subjects, ["p0"])
        Client.ok(self.here.rename("Projects", "Plans"))
        support.wait_for(lambda: self.there_name("Plans/2026") in names(self.there), 30, "the rename there")
        self.both("Plans/2026", subjects, ["p0"])
        self.assertNotIn(self.there_name("Projects/2026"), names(self.there))
        Client.ok(self.there.create("News"))
        support.wait_for(lambda: "News" in names(self.here), 30, "the new folder here")
        Client.ok(self.there.rename("News", "Reports"))
        support.wait_for(lambda: "Reports" in names(self.here) and "News" not in names(self.here), 30, "the rename here")
        Client.ok(self.here.delete("Reports"))
        support.wait_for(lambda: "Reports" not in names(self.there), 30, "the removal there")
        self.there.exists("INBOX")  # who has it open is sent away
        Client.ok(self.there.delete(self.there_name("Plans/2026")))
        support.wait_for(lambda: "Plans/2026" not in names(self.here), 30, "the removal here")
        # The names of now, not of a moment in between.
        for name in ("Projects", "Projects/2026", "Plans/2026", "News", "Reports"):
            self.assertNotIn(self.there_name(name), names(self.there))
            self.assertNotIn(name, names(self.here))


class Qresync(Source):
    def away(self, crash):
        """What the user does while the provider is away goes there when it is back."""
        self.there.logout()
        self.provider.stop()
        self.change(self.here, "INBOX", "m1", "MOVE", "Work")
        self.change(self.here, "INBOX", "m0", "STORE", "+FLAGS", "(\\Flagged)")
        self.append(self.here, "Sent", "sent1")
        self.here.exists("INBOX", readonly=False)
        self.here.remove(self.here.find('SUBJECT "m2"'))
        Client.ok(self.here.create("Later"))
        if crash:
            self.here.logout()
            self.postern.kill()
        self.provider.start()
        if crash:
            self.postern.start()
            self.here = self.enterContext(Client(self.postern.imap_port, USER))
        self.there = self.enterContext(Client(self.provider.imap_port, USER))
        self.both("INBOX", subjects, ["m0"])
        self.both("Work", subjects, ["m1", "w0"])
        self.both("Sent", subjects, ["sent1"])
        self.both("INBOX", lambda c, box: flags_of(c, "m0", box), {"\\Seen", "\\Flagged"})
        support.wait_for(lambda: "Later" in names(self.there), 30, "the folder there")

    def test_an_outage_is_made_up_for(self):
        self.away(crash=False)

    def test_an_outage_is_made_up_for_after_a_crash(self):
        self.away(crash=True)


class Condstore(Qresync):
    OPTIONS = "{ qresync: false }"


class CondstoreAlone(Qresync):
    """A provider that has CONDSTORE and never heard of QRESYNC."""
    CYRUS = {"suppress_capabilities": "QRESYNC"}

    def test_the_provider_is_one(self):
        offered = Client.ok(self.there.capability())[0].upper().split()
        self.assertIn(b"CONDSTORE", offered)
        self.assertNotIn(b"QRESYNC", offered)


class Plain(Qresync):
    OPTIONS = "{ condstore: false, list_status: false }"


class Listening(Source):
    """What the provider tells comes at once; what it does not tell, such as new folders, with the next poll."""
    POLL = 20


del Source      # the others have its tests


if PROVIDER == "cyrus":
    del Listening       # Cyrus 3.6 tells of the open mailbox alone
else:
    del CondstoreAlone  # a setting of Cyrus


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
