#!/usr/bin/env python3
"""idle-memory counts whole process trees, and its sessions are what they claim to be."""
import os
import subprocess
import sys
import unittest

from script import TOOLS, load

sys.path.insert(0, os.path.join(TOOLS, "bench"))
idle_memory = load("bench/idle-memory")
from servers import Cyrus  # noqa: E402

# A process whose child holds 64 MiB.
HOLDER = "import subprocess, sys; subprocess.run([sys.executable, '-c', " \
         "'import sys; held = bytes(range(256)) * 2**18; print(1, flush=True); sys.stdin.read()'])"


class IdleMemory(unittest.TestCase):
    def test_children_count(self):
        with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            self.assertEqual(len(idle_memory.process_tree([process.pid])), 2)
            self.assertGreater(idle_memory.memory([process.pid]), 64 * 1024)

    def test_table(self):
        records = [{"label": "a", "case": case, "sessions": 10, "messages": 1, "empty_kib": 100, "kib": kib}
                   for case, kib in (("selected", 150), ("IDLE, COMPRESS", 1200))]
        self.assertEqual(idle_memory.table(records).splitlines()[-1], "| a | 5.0 (15.0) | | | 110.0 (120.0) |")

    def test_sessions_are_served(self):
        with Cyrus(users={"bench1": "pass", "bench2": "pass"}) as server:
            idle_memory.fill(server.imaps_port, 2, 3)
            for _, idle, compress in idle_memory.CASES:
                for session in idle_memory.open_sessions(server.imaps_port, [1, 2], idle, compress):
                    self.assertEqual(session.inflate is not None, compress)
                    session.done(idle)

    def test_a_refusal_is_an_error(self):
        with Cyrus(users={"bench1": "other"}) as server:
            with self.assertRaises(RuntimeError):
                idle_memory.open_sessions(server.imaps_port, [1], False, False)


if __name__ == "__main__":
    unittest.main()
