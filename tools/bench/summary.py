#!/usr/bin/env python3
"""The results of several servers side by side, as a Markdown table.

    tools/bench/summary.py FILE...     files of JSON lines, as tools/bench/run writes them

A cell is the median of the runs, with the best in brackets where there were several. Behind each Postern column stands its cost
relative to the better of the peers (Dovecot, Cyrus) in that row: 2.00 means twice the time, CPU or memory (half the rate). What is
dearer is marked with !, what misses its target with !! and named below the table: SEARCH BODY a fiftieth of the peer's cost,
anything else one and a half times; what is asked for the first time and what is written to the disk have no target.
"""
import json
import statistics
import sys

PEERS = ["dovecot", "cyrus"]
WARM, BODY_SEARCH = 1.5, 1 / 50     # targets: at most so many times the better peer's cost
MISSED = " !!"

ROWS = [  # scenario, metric, title, scale, digits
    ("lmtp_deliver", "msgs_per_s", "LMTP deliver, 10 connections: messages/s", 1, 0),
    ("lmtp_deliver", "mb_per_s", "- MB/s", 1, 1),
    ("lmtp_deliver", "p50_ms", "- p50 ms", 1, 1),
    ("lmtp_deliver", "p99_ms", "- p99 ms", 1, 1),
    ("lmtp_deliver", "cpu_ms_per_op", "- **server CPU ms/msg**", 1, 2),
    ("lmtp_deliver", "write_amplification", "- bytes to storage / message bytes", 1, 2),
    ("imap_append", "msgs_per_s", "APPEND, 10 connections: messages/s", 1, 0),
    ("imap_append", "mb_per_s", "- MB/s", 1, 1),
    ("imap_append", "p50_ms", "- p50 ms", 1, 1),
    ("imap_append", "p99_ms", "- p99 ms", 1, 1),
    ("imap_append", "cpu_ms_per_op", "- **server CPU ms/msg**", 1, 2),
    ("imap_append", "write_amplification", "- bytes to storage / message bytes", 1, 2),
    ("fill_settled", "cpu_ms_per_op", "After delivery, unasked (search index): **CPU ms/msg**", 1, 2),
    ("imap_login_c1", "per_s", "connect+LOGIN+LOGOUT, 1 at a time: per s", 1, 0),
    ("imap_login_c1", "cpu_ms_per_op", "- **server CPU ms**", 1, 2),
    ("imap_login_c32", "per_s", "connect+LOGIN+LOGOUT, 32 at a time: per s", 1, 0),
    ("imap_login_c32", "p99_ms", "- p99 ms", 1, 1),
    ("imap_login_c32", "cpu_ms_per_op", "- **server CPU ms**", 1, 2),
    ("imap_select", "first_wall_s", "SELECT, first: ms", 1e3, 2),
    ("imap_select", "warm_median_ms", "SELECT, new session: ms", 1, 2),
    ("imap_select", "reselect_median_ms", "SELECT, same session again: ms", 1, 2),
    ("imap_select", "warm_cpu_ms", "- **server CPU ms (new session)**", 1, 2),
    ("imap_fetch_flags", "msgs_per_s", "FETCH 1:* (UID FLAGS): messages/s", 1, 0),
    ("imap_fetch_flags", "wall_s", "- ms for all", 1e3, 1),
    ("imap_fetch_flags", "cpu_us_per_msg", "- **server CPU us/msg**", 1, 2),
    ("imap_fetch_envelope", "first_wall_s", "FETCH ENVELOPE+BODYSTRUCTURE, first: ms", 1e3, 0),
    ("imap_fetch_envelope", "second_wall_s", "- second: ms", 1e3, 0),
    ("imap_fetch_envelope", "first_cpu_us_per_msg", "- **server CPU us/msg, first**", 1, 1),
    ("imap_fetch_envelope", "second_cpu_us_per_msg", "- **server CPU us/msg, second**", 1, 1),
    ("imap_fetch_headers", "first_wall_s", "FETCH 6 header fields, first: ms", 1e3, 0),
    ("imap_fetch_headers", "second_wall_s", "- second: ms", 1e3, 0),
    ("imap_fetch_headers", "first_cpu_us_per_msg", "- **server CPU us/msg, first**", 1, 1),
    ("imap_fetch_headers", "second_cpu_us_per_msg", "- **server CPU us/msg, second**", 1, 1),
    ("imap_fetch_bodies_c1", "mb_per_s", "FETCH BODY.PEEK[], 1 connection: MB/s", 1, 0),
    ("imap_fetch_bodies_c1", "cpu_ms_per_mb", "- **server CPU ms/MB**", 1, 2),
    ("imap_fetch_bodies_c8", "mb_per_s", "FETCH BODY.PEEK[], 8 connections: MB/s", 1, 0),
    ("imap_fetch_bodies_c8", "cpu_ms_per_mb", "- **server CPU ms/MB**", 1, 2),
    ("imap_store_flags", "single_per_s", "UID STORE one by one: per s", 1, 0),
    ("imap_store_flags", "p50_ms", "- p50 ms", 1, 3),
    ("imap_store_flags", "p99_ms", "- p99 ms", 1, 3),
    ("imap_store_flags", "single_cpu_us_per_op", "- **server CPU us/op**", 1, 0),
    ("imap_store_flags", "range_wall_s", "STORE of 10,000 at once (or all): ms", 1e3, 1),
    ("imap_store_flags", "range_server_cpu_s", "- **server CPU ms**", 1e3, 1),
    ("imap_search_header", "first_wall_s", "SEARCH SUBJECT, first: ms", 1e3, 0),
    ("imap_search_header", "second_wall_s", "- second: ms", 1e3, 0),
    ("imap_search_header", "second_server_cpu_s", "- **server CPU ms, second**", 1e3, 0),
    ("imap_search_body_rare", "first_wall_s", "SEARCH BODY, few hits, first: ms", 1e3, 1),
    ("imap_search_body_rare", "second_wall_s", "- second: ms", 1e3, 1),
    ("imap_search_body_rare", "second_server_cpu_s", "- **server CPU ms, second**", 1e3, 1),
    ("imap_search_body_absent", "first_wall_s", "SEARCH BODY, absent term, first: ms", 1e3, 1),
    ("imap_search_body_absent", "second_wall_s", "- second: ms", 1e3, 1),
    ("imap_search_body_absent", "second_server_cpu_s", "- **server CPU ms, second**", 1e3, 1),
    ("imap_sort_date", "first_wall_s", "SORT (DATE), first: ms", 1e3, 0),
    ("imap_sort_date", "second_wall_s", "- second: ms", 1e3, 0),
    ("imap_sort_date", "second_server_cpu_s", "- **server CPU ms, second**", 1e3, 0),
    ("imap_thread_references", "first_wall_s", "THREAD REFERENCES, first: ms", 1e3, 0),
    ("imap_thread_references", "second_wall_s", "- second: ms", 1e3, 0),
    ("imap_thread_references", "second_server_cpu_s", "- **server CPU ms, second**", 1e3, 0),
    ("imap_qresync", "median_ms", "SELECT QRESYNC (100 flags, 100 vanished): ms", 1, 1),
    ("imap_qresync", "cpu_ms_per_op", "- **server CPU ms**", 1, 1),
    ("imap_idle_latency", "p50_ms", "IDLE, delivery's reply to EXISTS: p50 ms", 1, 1),
    ("imap_idle_latency", "p99_ms", "- p99 ms", 1, 1),
    ("imap_idle_latency", "cpu_ms_per_op", "- **server CPU ms (delivery+notice)**", 1, 2),
    ("pop3_retr", "uidl_list_wall_s", "POP3 UIDL+LIST: ms", 1e3, 1),
    ("pop3_retr", "msgs_per_s", "POP3 RETR, one by one: messages/s", 1, 0),
    ("pop3_retr", "mb_per_s", "- MB/s", 1, 0),
    ("pop3_retr", "cpu_us_per_msg", "- **server CPU us/msg**", 1, 0),
    ("mixed", "ops_per_s", "mixed, 50 connections: commands/s", 1, 0),
    ("mixed", "p50_ms", "- p50 ms", 1, 1),
    ("mixed", "p99_ms", "- p99 ms", 1, 1),
    ("mixed", "append_p99_ms", "- APPEND p99 ms", 1, 1),
    ("mixed", "cpu_ms_per_op", "- **server CPU ms/command**", 1, 3),
    ("idle_memory_1000", "kb_per_connection_total", "1,000 idle sessions: KiB each (whole server / n)", 1, 0),
    ("idle_memory_1000", "kb_per_connection", "- KiB each above the empty server", 1, 0),
    ("idle_memory_1000", "open_wall_s", "- to open them (LOGIN, SELECT, IDLE): s", 1, 2),
    ("idle_memory_1000", "open_server_cpu_s", "- **server CPU s to open them**", 1, 2),
]


def is_rate(metric):
    return "per_s" in metric


def target(scenario, metric):
    """The cost that a row may have, None if there is no limit."""
    if scenario == "imap_search_body_rare" or scenario == "imap_search_body_absent":
        return BODY_SEARCH
    return None if metric.startswith("first_") or metric == "write_amplification" else WARM


def collect(records):
    """{label: {(scenario, metric): [values]}}, {label: {scenario: reason}} of what was left out or failed."""
    values, absent = {}, {}
    for record in records:
        label, scenario = record["label"], record["scenario"]
        values.setdefault(label, {})
        reason = record.get("left_out") or (None if record.get("ok") else "FAILED: " + record.get("error", "?"))
        if reason:
            absent.setdefault(label, {})[scenario] = reason
            continue
        for key, value in record.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                values[label].setdefault((scenario, key), []).append(value)
    return values, absent


def cell(found, metric, scale, digits):
    if not found:
        return ""
    text = f"{statistics.median(found) * scale:,.{digits}f}"
    if len(found) > 1:
        text += f" ({(max if is_rate(metric) else min)(found) * scale:,.{digits}f})"
    return text


def better(peers, metric):
    """The best median of the peers' values; None if none has any."""
    medians = [statistics.median(found) for found in peers if found]
    return (max if is_rate(metric) else min)(medians) if medians else None


def cost(found, peer, metric):
    """How many times the peer's cost; None if that cannot be said."""
    if not found or peer is None:
        return None
    mine, other = statistics.median(found), peer
    if is_rate(metric):
        mine, other = other, mine
    return mine / other if other > 0 else None


def marked(ratio, limit):
    if ratio is None:
        return ""
    missed = limit is not None and ratio > limit
    return (f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.4f}") + (MISSED if missed else " !" if ratio > 1 else "")


def named():
    """ROWS with the whole name of each: that of its heading, too."""
    heading = ""
    for scenario, metric, title, scale, digits in ROWS:
        if title.startswith("-"):
            yield scenario, metric, title, f"{heading}, {title[2:].replace('**', '')}", scale, digits
        else:
            heading = title.rpartition(": ")[0].removesuffix(", first")
            yield scenario, metric, title, title.replace("**", ""), scale, digits


def table(records):
    values, absent = collect(records)
    labels = sorted(values, key=lambda label: (label in PEERS and 1 + PEERS.index(label), label))
    peers = [label for label in labels if label in PEERS]
    compared = [label for label in labels if label not in PEERS and peers]
    head = [part for label in labels for part in ([label, "cost"] if label in compared else [label])]
    lines, missed = ["| | " + " | ".join(head) + " |", "|---|" + "---:|" * len(head)], {}
    for scenario, metric, title, name, scale, digits in named():
        found = {label: values[label].get((scenario, metric)) for label in labels}
        peer, cells = better([found[label] for label in peers], metric), []
        for label in labels:
            cells.append(cell(found[label], metric, scale, digits))
            if label in compared:
                cells.append(marked(cost(found[label], peer, metric), target(scenario, metric)))
                if cells[-1].endswith(MISSED):
                    missed.setdefault(label, []).append(f"{name} ({cells[-1][:-len(MISSED)]})")
        if any(cells):
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    for label, names in missed.items():
        lines += ["", f"{label} misses: " + "; ".join(names)]
    for label, reasons in absent.items():
        lines += ["", f"{label} without: " + "; ".join(f"{scenario} ({reason})" for scenario, reason in reasons.items())]
    return "\n".join(lines)


def read(files):
    for name in files:
        with open(name, encoding="utf-8") as file:
            yield from map(json.loads, file)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print(table(read(sys.argv[1:])))
