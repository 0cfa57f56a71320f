#!/usr/bin/env python3
"""posternctl beside a running daemon and without one."""
import os
import subprocess
import sys
import unittest

from support import Postern  # first: it makes `servers` importable
from imap_client import Client
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

    def test_plugins(self):
        self.assertIn("imap-idle", self.must("plugins", "list"))
        inspected = self.must("plugins", "inspect", os.path.join(build_folder(), "plugins", "imap-idle.so"))
        self.assertIn("IDLE (RFC 2177)", inspected)
        self.assertIn("as this server's", inspected)

    def test_wrong_use(self):
        self.assertEqual(self.run_tool("no", "such").returncode, 2)
        self.assertEqual(self.run_tool("account", "add").returncode, 2)


unittest.main(argv=sys.argv[:1])
