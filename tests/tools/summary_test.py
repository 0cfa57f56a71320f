#!/usr/bin/env python3
"""The table of the benchmark compares the right way round."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "bench"))
import summary  # noqa: E402


def record(label, **values):
    return {"label": label, "scenario": "imap_append", "ok": True, **values}


class Summary(unittest.TestCase):
    def row(self, records, title):
        return next(line for line in summary.table(records).splitlines() if line.startswith(f"| {title} |"))

    def test_less_time_is_cheaper(self):
        row = self.row([record("dovecot", p50_ms=4), record("postern-sqlite", p50_ms=2)], "- p50 ms")
        self.assertEqual(row, "| - p50 ms | 2.0 | 0.50 | 4.0 |")

    def test_more_per_second_is_cheaper(self):
        row = self.row([record("dovecot", mb_per_s=10), record("postern-sqlite", mb_per_s=40)], "- MB/s")
        self.assertEqual(row, "| - MB/s | 40.0 | 0.25 | 10.0 |")

    def test_the_better_peer_counts(self):
        peers = [record("dovecot", p50_ms=4, mb_per_s=10), record("cyrus", p50_ms=1, mb_per_s=5)]
        records = [*peers, record("postern-sqlite", p50_ms=2, mb_per_s=20)]
        self.assertEqual(self.row(records, "- p50 ms"), "| - p50 ms | 2.0 | 2.00 !! | 4.0 | 1.0 |")
        self.assertEqual(self.row(records, "- MB/s"), "| - MB/s | 20.0 | 0.50 | 10.0 | 5.0 |")

    def test_slower_is_marked(self):
        peer = record("dovecot", p50_ms=1)
        self.assertIn("| 1.50 ! |", self.row([peer, record("postern-sqlite", p50_ms=1.5)], "- p50 ms"))
        self.assertIn("| 1.60 !! |", self.row([peer, record("postern-sqlite", p50_ms=1.6)], "- p50 ms"))

    def test_what_misses_its_target_is_named(self):
        records = [record("dovecot", p50_ms=1), record("postern-sqlite", p50_ms=2)]
        self.assertIn("\npostern-sqlite misses: APPEND, 10 connections, p50 ms (2.00)", summary.table(records))

    def body(self, mine, metric="second_wall_s", scenario="imap_search_body_rare"):
        records = [{"label": label, "scenario": scenario, "ok": True, metric: value}
                   for label, value in (("dovecot", 10), ("cyrus", 5), ("postern-sqlite", mine))]
        return [line for line in summary.table(records).splitlines() if line.startswith("|")][-1]

    def test_body_search_is_a_fiftieth(self):
        self.assertIn("| 0.0200 |", self.body(0.1))
        self.assertIn("| 0.0300 !! |", self.body(0.15))

    def test_first_requests_have_no_target(self):
        self.assertIn("| 4.00 ! |", self.body(20, "first_wall_s", "imap_sort_date"))
        self.assertIn("| 4.00 !! |", self.body(20, "second_wall_s", "imap_sort_date"))

    def test_names_below_the_table_are_whole(self):
        names = [name for _, _, _, name, _, _ in summary.named()]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("SORT (DATE), second: ms", names)

    def test_median_and_best(self):
        row = self.row([record("dovecot", p50_ms=value) for value in (9, 1, 2)], "- p50 ms")
        self.assertEqual(row, "| - p50 ms | 2.0 (1.0) |")

    def test_what_is_missing_is_said(self):
        table = summary.table([{"label": "postern-sqlite", "scenario": "imap_sort", "ok": True, "left_out": "no SORT"},
                               {"label": "postern-sqlite", "scenario": "mixed", "ok": False, "error": "wrong"}])
        self.assertIn("postern-sqlite without: imap_sort (no SORT); mixed (FAILED: wrong)", table)


unittest.main()
