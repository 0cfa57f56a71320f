#!/usr/bin/env python3
"""tools/check-layers accepts what points downwards and finds what does not."""
import unittest

from script import load

SCRIPT = load("check-layers")
TREE = {"sdk/src/mime/parser.hpp", "sdk/include/postern/result.hpp", "kernel/net/tls.hpp", "plugins/imap/session.hpp",
        "plugins/imap/command/login.hpp", "plugins/gateway/engine.hpp", "sdk/testkit/src/store/case.hpp"}


def faults(source, text):
    return "\n".join(SCRIPT.check(source, text, TREE.__contains__))


class Includes(unittest.TestCase):
    def test_good(self):
        for source, included in [
                ("sdk/src/mime/parser.cpp", "parser.hpp"), ("sdk/src/mime/parser.cpp", "postern/result.hpp"),
                ("sdk/src/imap/x.cpp", "mime/parser.hpp"), ("kernel/app/main.cpp", "kernel/net/tls.hpp"),
                ("plugins/imap/command/login.cpp", "session.hpp"), ("plugins/imap/command/login.cpp", "login.hpp"),
                ("plugins/imap/a.cpp", "command/login.hpp"), ("plugins/imap/a.cpp", "imap/session.hpp"),
                ("sdk/testkit/src/store/cases.cpp", "store/case.hpp"), ("tests/kernel/x_test.cpp", "kernel/net/tls.hpp"),
                ("tools/posternctl/main.cpp", "kernel/net/tls.hpp")]:
            with self.subTest(f"{source} {included}"):
                self.assertEqual(faults(source, f'#include "{included}"\n#include <boost/asio/buffer.hpp>\n'), "")

    def test_bad(self):
        for source, included in [
                ("sdk/include/postern/a.hpp", "kernel/net/tls.hpp"), ("sdk/src/a.cpp", "plugins/imap/session.hpp"),
                ("kernel/net/tls.cpp", "plugins/imap/session.hpp"), ("plugins/imap/a.cpp", "kernel/net/tls.hpp"),
                ("plugins/imap/a.cpp", "plugins/gateway/engine.hpp"), ("plugins/imap/a.cpp", "../gateway/engine.hpp"),
                ("plugins/imap/a.cpp", "engine.hpp"), ("plugins/imap/a.cpp", "gateway/engine.hpp"), ("kernel/net/a.cpp", "../../plugins/imap/session.hpp")]:
            with self.subTest(f"{source} {included}"):
                self.assertTrue(faults(source, f'\n#include "{included}"\n').startswith(f"{source}:2:"))

    def test_angle_brackets_do_not_hide_it(self):
        self.assertIn("may not include kernel", faults("plugins/imap/a.cpp", "#include <kernel/net/tls.hpp>\n"))

    def test_comment_is_no_include(self):
        self.assertEqual(faults("plugins/imap/a.cpp", '// #include "kernel/net/tls.hpp"\n'), "")


class Keywords(unittest.TestCase):
    def test_core_names_no_extension(self):
        for text in ['table.add("IDLE");', "// as CONDSTORE does", "bool qresync = false;", 'if (word == "LITERAL+")',
                     "void emit_vanished();", '"SPECIAL-USE"']:
            with self.subTest(text):
                self.assertIn("plugins/imap/a.cpp:1:", faults("plugins/imap/a.cpp", text))

    def test_plain_words_are_allowed(self):
        for text in ["auto a = std::move(b);", "// an idle session may move on", 'table.add("FETCH");', "sort(v);",
                     "enable(mode);", '"IDLENESS"', "Modseq modseq;"]:
            with self.subTest(text):
                self.assertEqual(faults("plugins/imap/a.cpp", text), "")

    def test_the_extension_names_itself(self):
        self.assertEqual(faults("plugins/imap-idle/plugin.cpp", 'add("IDLE");'), "")


unittest.main()
