#!/usr/bin/env python3
"""sieve-connect manages the scripts of an account; posternctl says what they do."""
import os
import subprocess
import unittest

import support  # noqa: F401  (makes tools/servers importable)
from scripts import WithSieve
from servers.postern import build_folder

TOOL = os.path.join(build_folder(), "posternctl")
SCRIPT = b'require ["fileinto", "variables"];\r\nif header :matches "Subject" "[*]*" { fileinto "${1}"; }\r\n'
MESSAGE = b"From: a@example.org\r\nSubject: [lists] hello\r\n\r\nbody\r\n"


class ManageSieve(unittest.TestCase):
    def setUp(self):
        self.postern = self.enterContext(WithSieve(users={"test1": "pass"}))

    def write(self, name, content):
        path = self.postern.path(name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def must(self, *arguments):
        result = self.postern.sieve_connect(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout.decode()

    def test_scripts_come_and_go(self):
        path = self.write("main.sieve", SCRIPT)
        self.must("--localsieve", path, "--remotesieve", "main", "--upload")
        self.must("--remotesieve", "main", "--activate")
        self.assertIn('"main" ACTIVE', self.must("--list"))
        copy = self.postern.path("copy.sieve")
        self.must("--remotesieve", "main", "--localsieve", copy, "--download")
        with open(copy, "rb") as file:
            self.assertEqual(file.read().replace(b"\r\n", b"\n"), SCRIPT.replace(b"\r\n", b"\n"))
        self.must("--deactivate")
        self.must("--remotesieve", "main", "--delete")
        self.assertNotIn("main", self.must("--list"))

    def test_what_is_wrong_is_refused(self):
        path = self.write("bad.sieve", b"keep;\r\n  frob;\r\n")
        refused = self.postern.sieve_connect("--localsieve", path, "--remotesieve", "bad", "--upload")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(b"line 2, column 3", refused.stdout + refused.stderr)
        self.assertNotEqual(self.postern.sieve_connect("--list", password="wrong").returncode, 0)

    def test_posternctl_says_what_a_script_does(self):
        script, message = self.write("main.sieve", SCRIPT), self.write("message.eml", MESSAGE)
        for config in (self.postern.path("postern.yaml"), "/nonexistent.yaml"):
            with self.subTest(config):
                checked = subprocess.run([TOOL, "--config", config, "sieve", "check", script], check=False, timeout=60, capture_output=True, text=True)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                tested = subprocess.run([TOOL, "--config", config, "sieve", "test", script, message], check=False, timeout=60,
                                        capture_output=True, text=True)
                self.assertEqual(tested.stdout, 'fileinto mailbox="lists"\n', tested.stderr)
        bad = self.write("bad.sieve", b"keep;\n  frob;\n")
        wrong = subprocess.run([TOOL, "sieve", "check", bad], check=False, timeout=60, capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn(":2:3: there is no command", wrong.stderr)

    def test_posternctl_includes_the_sites_scripts(self):
        os.mkdir(self.postern.path("site"))
        self.write("site/noise.sieve", b"discard;")
        config = self.write("site.yaml", b"postern: 1\nplugins: [sieve: { global: site }, sieve-include, store-sqlite]\n")
        script, message = self.write("main.sieve", b'require "include"; include :global "noise";'), self.write("message.eml", MESSAGE)
        command = [TOOL, "--config", config, "sieve", "test", script, message]
        done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
        self.assertEqual(done.stdout, "discard\n", done.stderr)
        self.write("site.yaml", b"postern: 1\nplugins: [sieve: { global: nowhere }, sieve-include, store-sqlite]\n")
        done = subprocess.run(command, check=False, timeout=60, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("site.yaml:2:28: error: `global` names a folder of scripts", done.stderr)


unittest.main()
