#pragma once
// An LMTP client.
#include "connection.hpp"

namespace mailbench {

struct Lmtp {
    Conn c;
    bool pipelining = false;
    Task<string> reply() {
        string all;
        for (;;) {
            string l = co_await c.line();
            all += l + "\n";
            if (l.size() < 4 || l[3] != '-') break;
        }
        co_return all;
    }
    Task<> expect(const char* code, const char* what) {
        string s = co_await reply();
        if (!starts(s, code)) fail(fmt("LMTP %s: %s", what, s.substr(0, 120).c_str()));
    }
    Task<> open() {
        c.open(O.lmtp);
        co_await expect("220", "greeting");
        co_await c.send("LHLO bench.example.org\r\n");
        string s = co_await reply();
        if (!starts(s, "250")) fail("LHLO: " + s);
        pipelining = has(s, "PIPELINING");
    }
    // returns seconds from the end of DATA being sent to the final reply
    Task<double> deliver(string rcpt, string_view msg) {
        string a = "MAIL FROM:<sender@example.com>\r\n", b = "RCPT TO:<" + rcpt + ">\r\n", d = "DATA\r\n";
        if (pipelining) {
            string all = a + b + d;
            co_await c.send(all);
            co_await expect("250", "MAIL");
            co_await expect("250", "RCPT");
            co_await expect("354", "DATA");
        } else {
            co_await c.send(a);
            co_await expect("250", "MAIL");
            co_await c.send(b);
            co_await expect("250", "RCPT");
            co_await c.send(d);
            co_await expect("354", "DATA");
        }
        co_await c.send(msg);  // msg ends with CRLF and has no line that starts with a dot
        co_await c.send(".\r\n");
        double t = now();
        co_await expect("250", "end of DATA");
        co_return now() - t;
    }
    Task<> quit() {
        co_await c.send("QUIT\r\n");
        co_await expect("221", "QUIT");
        c.close();
    }
};

}  // namespace mailbench
