"""Lexical view of the project's C++ files, shared by the check scripts."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>(?:u8|[uUL])?R"(?P<d>[^()\\\s]{0,16})\(.*?\)(?P=d)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')""",
    re.X | re.S)


def tracked(*patterns, root=ROOT):
    """Files of the project that git tracks and that match one of the pathspecs, relative to root."""
    out = subprocess.run(["git", "-C", root, "ls-files", "-z", "--", *patterns], check=True, capture_output=True)
    names = out.stdout.decode().split("\0")
    return [n for n in names if n and os.path.isfile(os.path.join(root, n))]


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with comments blanked out: same length, same lines."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["line"] or m["block"] else m[0], text)


def code_only(text):
    """The text with comments and the contents of literals blanked out: same length, same lines."""
    def keep(m):
        if m["line"] or m["block"]:
            return _blank(m[0])
        quote = "'" if m["char"] else '"'
        return quote + _blank(m[0][1:-1]) + quote
    return _TOKEN.sub(keep, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
