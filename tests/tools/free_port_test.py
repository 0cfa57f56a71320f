#!/usr/bin/env python3
"""A port is given out once: two servers may choose theirs before either listens."""
import subprocess
import sys
import unittest

from script import TOOLS

sys.path.insert(0, TOOLS)
from servers.process import free_port  # noqa: E402


class FreePort(unittest.TestCase):
    def test_none_is_given_twice(self):
        given = [free_port() for _ in range(300)]
        self.assertEqual(len(set(given)), len(given))

    def test_ports_at_a_distance_belong_to_it(self):
        taken = set()
        for _ in range(60):
            port = free_port(1, 850)
            self.assertTrue(taken.isdisjoint({port, port + 1, port + 850}))
            taken |= {port, port + 1, port + 850}

    def test_another_process_gets_others(self):
        ours = {free_port() for _ in range(150)}
        program = f"import sys; sys.path.insert(0, '{TOOLS}')\nfrom servers.process import free_port\n" \
                  "print(*[free_port() for _ in range(150)])"
        theirs = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        self.assertTrue(ours.isdisjoint(map(int, theirs.split())))


if __name__ == "__main__":
    unittest.main()
