#!/usr/bin/env python3
"""`./run` explains itself and refuses what it does not understand, before it does anything."""
import os
import subprocess
import tempfile
import unittest

import support  # noqa: F401  (makes tools/servers importable)
from servers.postern import ROOT

RUN = os.path.join(ROOT, "run")


def run(*arguments):
    return subprocess.run([RUN, *arguments], check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


class Options(unittest.TestCase):
    def test_help_names_every_option(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for option in ("--data DIR", "--store KIND", "--port-offset N", "--user NAME:PASSWORD", "--pop3 HOST:PORT", "--pop3-tls MODE",
                       "--poll SECONDS", "--config FILE", "--build-only", "--help"):
            self.assertIn(option, result.stdout)

    def test_mistakes_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for arguments, what in [(["--stoer", "sqlite"], "--stoer"), (["--store", "mysql"], "mysql"), (["--store"], "needs a value"),
                                    (["--port-offset", "x"], "--port-offset"), (["--port-offset", "70000"], "70000"), (["--poll", "0"], "--poll"),
                                    (["--pop3", "host"], "HOST:PORT"), (["--pop3-tls", "yes"], "implicit"), (["--user", "name"], "NAME:PASSWORD"),
                                    (["--config", os.path.join(folder, "none.yaml")], "cannot read")]:
                with self.subTest(arguments):
                    result = run("--data", os.path.join(folder, "data"), *arguments)
                    self.assertEqual(result.returncode, 2, result.stderr)
                    self.assertIn(what, result.stderr)
                    self.assertFalse(os.path.exists(os.path.join(folder, "data")))


unittest.main()
