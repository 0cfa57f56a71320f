#!/usr/bin/env python3
"""rows.txt says which test shows which behaviour of the gateway: every row is in it, and every test it names exists."""
import glob
import os
import re
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROWS = {"A": range(1, 25), "B": range(1, 19), "C": range(1, 6), "D": range(1, 12), "E": range(3, 11)}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def exists(name):
    """SUITE:Case.Name of tests/SUITE, or FILE:method of tests/integration."""
    where, what = name.split(":")
    if where.endswith(".py"):
        return f"    def {what}(" in read(os.path.join(TESTS, "integration", where))
    suite, case = what.split(".")
    pattern = re.compile(rf"^TEST(?:_F)?\({suite}, {case}\)", re.M)
    return any(pattern.search(read(path)) for path in glob.glob(os.path.join(TESTS, where, "*_test.cpp")))


class Rows(unittest.TestCase):
    def setUp(self):
        self.rows = dict(line.split(" ", 1) for line in read(os.path.join(HERE, "rows.txt")).splitlines())

    def test_every_row_is_there(self):
        self.assertEqual(list(self.rows), [f"{letter}{number}" for letter, numbers in ROWS.items() for number in numbers])

    def test_every_test_is_there(self):
        for row, names in self.rows.items():
            if names.startswith("open: "):
                continue
            for name in names.split():
                self.assertTrue(exists(name), f"{row}: there is no test {name}")


unittest.main()
