#!/usr/bin/env python3
"""50,000 messages wait at the provider when somebody signs in for the first time: the mailbox opens at once, and in the end every message
is there once, fetched once.

    backlog_test.py STORE      sqlite, postgresql
"""
import re
import sys
import time
import unittest

import fakepop
import support
from imap_client import Client
from servers import Postern, PostgreSQL

STORE = sys.argv[1]
COUNT = 50_000
UNCHANGED_POLL = 1024   # octets that the provider sends in a session that finds nothing new
FIRST_SELECT = 2.0      # seconds that sign-in and first SELECT may take


class Backlog(unittest.TestCase):
    number = COUNT - 1      # of the last message

    def test_fifty_thousand_messages(self):
        provider = self.enterContext(fakepop.Process())
        provider.maildrop("test1", "pass")
        provider.fill("test1", COUNT)
        provider.set("pipelining", True)
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        postern = self.enterContext(Postern(store=store, pop3=("127.0.0.1", provider.port, "none"), poll=1))
        began = time.monotonic()
        client = self.enterContext(Client(postern.imap_port))
        there = client.exists()
        first = time.monotonic() - began
        print(f"signed in and INBOX selected after {first:.2f} s, with {there} messages in it")
        self.assertLess(first, FIRST_SELECT)
        self.assertLess(there, COUNT, "collection was over: the test shows nothing")
        slowest = 0.0
        while there < COUNT:
            if time.monotonic() - began > 240:
                self.fail(f"only {there} messages after 240 s\n{postern.log_tail()}")
            turn = time.monotonic()
            there = client.exists()
            slowest = max(slowest, time.monotonic() - turn)
            time.sleep(0.1)
        seconds = time.monotonic() - began
        print(f"{COUNT} messages collected in {seconds:.1f} s, {COUNT / seconds:.0f}/s; meanwhile the slowest SELECT took {slowest:.2f} s")
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 2, 60, "two more polls")
        self.assertEqual(provider.count("RETR"), COUNT, "a message was fetched twice")
        before, listings = provider.sent(), provider.count("LIST")
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 3, 60, "three more polls")
        cost = (provider.sent() - before) / (provider.count("QUIT") - polls)
        print(f"a poll of the unchanged maildrop costs {cost:.0f} octets")
        self.assertEqual(provider.count("LIST"), listings, "the whole list was fetched again")
        self.assertLess(cost, UNCHANGED_POLL)
        self.assertEqual(self.subjects(client), list(range(COUNT)))
        print(f"memory (PSS) {postern.memory()} kB")
        self.migrate(provider, client)

    def migrate(self, provider, client):
        """The provider moves to another server, and every message has another id afterwards; then it moves once more, and loses some."""
        uids = set(self.uids(client))
        tops = self.move(provider, client, "a")
        self.assertLessEqual(tops, COUNT // 40)
        self.assertEqual(self.subjects(client), list(range(COUNT + 1)))
        gone = range(500, COUNT, COUNT // 100)
        listed = provider.uids("test1")
        for number in gone:
            provider.remove("test1", listed[number])
        tops = self.move(provider, client, "b")
        self.assertLessEqual(tops, COUNT // 10)
        self.assertEqual(self.subjects(client), sorted(set(range(COUNT + 2)) - set(gone)))
        self.assertEqual(provider.deleted("test1"), [])
        self.assertEqual(len(uids & set(self.uids(client))), COUNT - len(gone), "messages have other UIDs")

    def move(self, provider, client, prefix):
        """Other ids for what is there, and a new message. Answers how many TOP it took until both sides were the same."""
        tops, retrieved, count = provider.count("TOP"), provider.count("RETR"), len(provider.uids("test1"))
        self.number += 1
        began = time.monotonic()
        provider.renumber("test1", prefix)
        provider.add("test1", "Subject: %d\r\nMessage-ID: <new%d@example.org>\r\n\r\nNew.\r\n" % (self.number, self.number))
        support.wait_for(lambda: client.exists() == count + 1, 240, "mail that comes after the migration")
        seconds = time.monotonic() - began
        tops, retrieved = provider.count("TOP") - tops, provider.count("RETR") - retrieved
        print(f"{seconds:.1f} s after the migration of {count} messages both sides were the same: {tops} TOP, {retrieved} RETR")
        self.assertEqual(retrieved, 1, "messages that are here were fetched again")
        return tops

    @staticmethod
    def uids(client):
        return Client.ok(client.uid("SEARCH", "ALL"))[0].split()

    @staticmethod
    def subjects(client):
        client.exists()
        data = Client.ok(client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))
        return sorted(int(re.search(rb"Subject: (\d+)", part[1])[1]) for part in data if isinstance(part, tuple))


unittest.main(argv=sys.argv[:1])
