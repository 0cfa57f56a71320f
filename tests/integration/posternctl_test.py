#!/usr/bin/env python3
"""posternctl beside a running daemon and without one."""
import os
import subprocess
import sys
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from servers import Postern
from servers.postern import build_folder

TOOL = os.path.join(build_folder(), "posternctl")


class Posternctl(unittest.TestCase):
    def setUp(self):
        self.postern = self.enterContext(Postern(users={"test1": "pass"}))

    def run_tool(self, *arguments, password=""):
        return subprocess.run([TOOL, "--config", self.postern.path("postern.yaml"), *arguments], check=False, timeout=60,
                              capture_output=True, text=True, input=password + "\n")

    def must(self, *arguments, password=""):
        result = self.run_tool(*arguments, password=password)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def sign_in(self, name, password):
        """Signs in and looks into INBOX."""
        self.enterContext(Client(self.postern.imap_port, name, password)).exists()

    def test_accounts_while_the_server_runs(self):
        self.must("account", "add", "anna", password="first")
        self.sign_in("anna", "first")
        self.must("account", "password", "anna", password="second")
        self.sign_in("anna", "second")
        self.assertIn("anna", self.must("account", "list"))
        again = self.run_tool("account", "add", "anna", password="x")
        self.assertEqual(again.returncode, 1)
        self.assertIn("already exists", again.stderr)

    def test_removal_waits_for_the_server_to_stop(self):
        self.must("account", "add", "anna", password="first")
        refused = self.run_tool("account", "remove", "anna", "--yes")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a server is running", refused.stderr)
        self.postern.stop()
        self.must("account", "remove", "anna", "--yes")
        self.assertNotIn("anna", self.must("account", "list"))

    def test_verify(self):
        self.assertIn("1 account: no mistakes found", self.must("verify"))
        self.assertIn("1 account: no mistakes found", self.must("verify", "test1"))
        self.assertEqual(self.run_tool("verify", "nobody").returncode, 1)

    def expunged(self):
        """{subject: id} of the messages that `message list` offers."""
        lines = self.must("message", "list", "test1").splitlines()
        self.assertEqual(lines.pop(), f"{len(lines)} messages can be restored")
        return {line.split("  ")[-1]: line.split("  ")[0] for line in lines}

    def test_expunged_messages_come_back(self):
        with Client(self.postern.imap_port) as client:
            for subject in ("kept", "lost", "gone"):
                Client.ok(client.append("INBOX", None, None, f"From: Anna <a@example.org>\r\nSubject: {subject}\r\n\r\n{subject}\r\n".encode()))
            before = client.bodies()
            client.exists(readonly=False)
            client.remove(client.find('OR SUBJECT "lost" SUBJECT "gone"'))
        expunged = self.expunged()
        self.assertEqual(sorted(expunged), ["gone", "lost"])
        refused = self.run_tool("message", "restore", "test1", "all")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a server is running", refused.stderr)
        self.assertEqual(self.postern.stop(), 0)
        self.assertIn("1 messages restored into INBOX", self.must("message", "restore", "test1", expunged["lost"]))
        self.assertEqual(list(self.expunged()), ["gone"])
        self.assertIn("1 messages restored into Archive", self.must("message", "restore", "test1", "all", "Archive"))
        self.assertEqual(self.expunged(), {})
        self.assertEqual(self.run_tool("message", "restore", "test1", "all").returncode, 1)
        self.assertIn("no mistakes found", self.must("verify"))
        self.postern.start()
        with Client(self.postern.imap_port) as client:
            inbox = client.bodies()
            self.assertEqual(sorted(inbox), [1, 4], "a restored message has a new UID")
            self.assertEqual([inbox[1], inbox[4]], [before[1], before[2]])
            self.assertEqual(list(client.bodies("Archive").values()), [before[3]])

    def test_the_master_key_is_rotated(self):
        """Beside a running server, and after a run that came to nothing."""
        provider = self.enterContext(FakePop())
        for name in ("anna", "bert"):
            provider.maildrop(name, f"sword of {name}")
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none")))
        clients = {name: self.enterContext(Client(self.postern.imap_port, name, f"sword of {name}")) for name in ("anna", "bert")}
        self.assertIn("key 1  2 sources  in use", self.must("key", "list"))
        said = self.must("key", "rotate")
        self.assertIn("key 2 made", said)
        self.assertIn("2 sources sealed under key 2", said)
        self.assertIn("key 2  2 sources  in use\nkey 1  0 sources\n", self.must("key", "list"))
        file = self.postern.path("data", "master.key")
        with open(file, encoding="ascii") as lines:
            newest = lines.readline()
        os.remove(file)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o400), "w", encoding="ascii") as out:
            out.write(f"3 {'ab' * 32}\n{newest}")      # the new key was made, and nothing came after
        self.assertIn("2 sources sealed under key 3", self.must("key", "rotate"))
        for name, client in clients.items():
            provider.maildrops[name].add(f"Subject: {name}\r\n\r\n.\r\n")
            support.wait_for(lambda client=client: client.exists() == 1, 60, "mail after the rotation")
        self.postern.stop()
        self.postern.start()
        for name in clients:
            provider.maildrops[name].add(f"Subject: again\r\n\r\n.\r\n")
            client = self.enterContext(Client(self.postern.imap_port, name, f"sword of {name}"))
            support.wait_for(lambda client=client: client.exists() == 2, 60, "mail after a restart")

    def test_a_brake_is_released(self):
        provider = self.enterContext(FakePop())
        maildrop = provider.maildrop("anna", "pass")
        for number in range(30):
            maildrop.add(f"Subject: {number}\r\n\r\n.\r\n")
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none")))
        client = self.enterContext(Client(self.postern.imap_port, user="anna"))
        support.wait_for(lambda: client.exists() == 30, 60, "the messages")
        self.assertEqual(self.must("source", "list", "anna").count("anna  connector-pop3  anna  polled 20"), 1)
        self.assertNotIn("held", self.must("source", "list"))
        refused = self.run_tool("source", "release", "anna")
        self.assertEqual((refused.returncode, refused.stderr), (1, "posternctl: anna: nothing is held\n"))
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 2, 60, "polls that show that this server keeps what was fetched")
        maildrop.clear()
        support.wait_for(lambda: "held: what is missing there stays here" in self.must("source", "list"), 60, "the brake")
        polls = provider.count("QUIT")
        support.wait_for(lambda: provider.count("QUIT") >= polls + 3, 60, "more polls")
        self.assertEqual(client.exists(), 31)    # and a notice
        self.assertEqual(len(client.find('SUBJECT "missing at your mail provider"')), 1)
        self.must("source", "release", "anna")
        support.wait_for(lambda: client.exists() == 0, 60, "the removal")
        support.wait_for(lambda: "held" not in self.must("source", "list", "anna"), 60, "the end of the release")

    def test_held_deletions_are_cancelled(self):
        provider = self.enterContext(FakePop())
        maildrop = provider.maildrop("anna", "pass")
        for number in range(30):
            maildrop.add(f"Subject: {number}\r\n\r\n.\r\n")
        settings = {"delete_brake": 5, "delete_brake_percent": 10}
        self.postern = self.enterContext(Postern(pop3=("127.0.0.1", provider.port, "none"), pop3_settings=settings))
        client = self.enterContext(Client(self.postern.imap_port, user="anna"))
        support.wait_for(lambda: client.exists() == 30, 60, "the messages")
        self.assertIn("in step: 30", self.must("source", "show", "anna"))
        client.exists(readonly=False)
        client.remove(client.find("ALL")[:20])
        support.wait_for(lambda: "held: deletions there" in self.must("source", "list"), 60, "the brake")
        support.wait_for(lambda: client.exists() == 11, 60, "the notice")
        self.assertEqual(len(client.find('SUBJECT "about to be deleted"')), 1)
        shown = self.must("source", "show", "anna")
        self.assertIn("to be deleted there: 20 in all", shown)
        self.assertEqual(shown.count("to be deleted there: uid"), 20)
        self.must("source", "cancel", "anna")
        support.wait_for(lambda: client.exists() == 30, 60, "the messages, and no notice")
        support.wait_for(lambda: "held" not in self.must("source", "list", "anna"), 60, "the end of it")
        self.assertEqual(maildrop.deleted, [])
        self.assertEqual(provider.count("RETR"), 30)

    def test_plugins(self):
        self.assertIn("imap-idle", self.must("plugins", "list"))
        inspected = self.must("plugins", "inspect", os.path.join(build_folder(), "plugins", "imap-idle.so"))
        self.assertIn("IDLE (RFC 2177)", inspected)
        self.assertIn("as this server's", inspected)

    def test_wrong_use(self):
        self.assertEqual(self.run_tool("no", "such").returncode, 2)
        self.assertEqual(self.run_tool("account", "add").returncode, 2)


unittest.main(argv=sys.argv[:1])
