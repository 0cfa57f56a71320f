#!/usr/bin/env python3
"""An account with a password of its own that collects from several providers' mailboxes.

    linked_sources_test.py STORE      sqlite, postgresql
"""
import os
import subprocess
import sys
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from servers import Postern, PostgreSQL
from servers.postern import build_folder

STORE = sys.argv[1]
TOOL = os.path.join(build_folder(), "posternctl")


class LinkedSources(unittest.TestCase):
    def setUp(self):
        self.pop = self.enterContext(FakePop())
        self.home = self.pop.maildrop("anna@home.example", "sword of home")
        self.work = self.pop.maildrop("a.nother", "sword of work")
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(store=store, users={"anna": "pass"}, pop3=("127.0.0.1", self.pop.port, "none")))

    def must(self, *arguments, password="", status=0):
        result = subprocess.run([TOOL, "--config", self.postern.path("postern.yaml"), *arguments], check=False, timeout=60,
                                capture_output=True, text=True, input=password + "\n")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def add_both(self):
        self.must("source", "add", "anna", "anna@home.example", password="sword of home")
        self.must("source", "add", "anna", "a.nother", "--mailbox", "Work", password="sword of work")
        return self.enterContext(Client(self.postern.imap_port, "anna", "pass"))

    def test_two_sources_two_mailboxes(self):
        self.home.add(b"Subject: home\r\n\r\nhome\r\n")
        self.work.add(b"Subject: work\r\n\r\nwork\r\n")
        client = self.add_both()
        support.wait_for(lambda: client.exists() == 1, 30, "mail in INBOX")
        support.wait_for(lambda: client.select("Work")[0] == "OK" and client.exists("Work") == 1, 30, "mail in Work")
        self.assertEqual(client.hashes("Work"), self.work.hashes())
        self.assertEqual(client.hashes("INBOX"), self.home.hashes())
        client.exists("Work", readonly=False)
        client.remove(client.find("ALL"))
        support.wait_for(lambda: self.work.deleted, 30, "the deletion there")
        self.assertEqual(self.home.deleted, [])
        self.assertIn("into Work", self.must("source", "list", "anna"))

    def test_one_password_changes(self):
        """It concerns that source alone: nobody is signed out, and the other goes on."""
        client = self.add_both()
        self.work.add(b"Subject: work\r\n\r\nwork\r\n")
        support.wait_for(lambda: client.select("Work")[0] == "OK" and client.exists("Work") == 1, 30, "mail in Work")
        self.work.password = "a new sword"
        support.wait_for(lambda: "a.nother  into Work  password refused" in self.must("source", "list"), 30, "the refusal")
        support.wait_for(lambda: client.exists() == 1 and client.find('SUBJECT "refuses the password"'), 30, "the notice")
        self.home.add(b"Subject: home\r\n\r\nhome\r\n")
        support.wait_for(lambda: client.exists() == 2, 30, "mail of the other source")
        self.work.add(b"Subject: more\r\n\r\nmore\r\n")
        self.must("source", "password", "anna", "a.nother", password="a new sword")
        support.wait_for(lambda: client.exists("Work") == 2, 30, "the mail that waited")
        support.wait_for(lambda: client.exists() == 1, 30, "the notice to go")

    def test_what_is_not_added(self):
        self.add_both()
        self.assertIn("has this source", self.must("source", "add", "anna", "a.nother", password="x", status=1))
        self.assertIn("has several sources", self.must("source", "password", "anna", password="x", status=1))
        self.assertIn("no entry", self.must("source", "add", "anna", "b", "--provider", "nowhere", password="x", status=1))
        self.pop.maildrop("carl", "sword of carl")
        self.enterContext(Client(self.postern.imap_port, "carl", "sword of carl"))
        self.assertIn("no password of its own", self.must("source", "add", "carl", "b", password="x", status=1))
        self.assertIn("usage", self.must("source", "add", "anna", status=2))

    def test_a_source_that_is_removed(self):
        client = self.add_both()
        self.work.add(b"Subject: work\r\n\r\nwork\r\n")
        support.wait_for(lambda: client.select("Work")[0] == "OK" and client.exists("Work") == 1, 30, "mail in Work")
        self.must("source", "remove", "anna", "a.nother", "--yes")
        self.assertNotIn("a.nother", self.must("source", "list"))
        self.work.add(b"Subject: late\r\n\r\nlate\r\n")
        self.home.add(b"Subject: home\r\n\r\nhome\r\n")
        support.wait_for(lambda: client.exists() == 1, 30, "mail of the other source")
        self.assertEqual(client.exists("Work"), 1)
        self.assertEqual(self.work.deleted, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
