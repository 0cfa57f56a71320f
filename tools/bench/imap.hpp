#pragma once
// An IMAP client that checks what it is told.
#include <utility>

#include "connection.hpp"

namespace mailbench {

struct Resp {
    string_view text;                        // the whole response, literals included, without the last CRLF
    vector<std::pair<size_t, size_t>> lits;  // (offset, length) in text
    string_view lit(size_t i) const { return text.substr(lits[i].first, lits[i].second); }
};

// "* 12 FETCH (" -> 12, else 0
inline uint32_t fetch_seq(string_view s) {
    if (s.size() < 10 || s[0] != '*') return 0;
    uint32_t n = 0;
    size_t i = 2;
    for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i) n = n * 10 + uint32_t(s[i] - '0');
    return s.substr(i, 8) == " FETCH (" ? n : 0;
}
inline long exists_of(string_view s) {
    if (s.size() < 10 || s[0] != '*' || s.substr(s.size() - 7) != " EXISTS") return -1;
    return atol(string(s.substr(2, s.size() - 9)).c_str());
}

struct Imap {
    Conn c;
    unsigned tagno = 0;
    string caps;
    // parse state of the response under way (offsets from c.b)
    size_t scan = 0;
    Resp r;

    bool try_resp() {
        for (;;) {
            if (c.e - c.b <= scan) return false;
            const char* base = c.buf.data() + c.b;
            const void* p = memchr(base + scan, '\n', c.e - c.b - scan);
            if (!p) return false;  // lines are short, a rescan from the last literal is cheap
            size_t nl = size_t(static_cast<const char*>(p) - base);
            if (nl < 1 || base[nl - 1] != '\r') fail("response line does not end with CRLF");
            if (nl >= 4 && base[nl - 2] == '}') {
                size_t k = nl - 3;
                while (k > scan && base[k] >= '0' && base[k] <= '9') --k;
                if (base[k] == '{' && k < nl - 3 + 1) {
                    size_t len = strtoul(base + k + 1, nullptr, 10);
                    r.lits.emplace_back(nl + 1, len);
                    scan = nl + 1 + len;
                    continue;
                }
            }
            r.text = {base, nl - 1};
            c.b += nl + 1;
            scan = 0;
            return true;
        }
    }
    Task<> next() {
        r.lits.clear();
        scan = 0;
        while (!try_resp()) {
            // reserve space for a large literal at once
            if (c.buf.size() < scan + 65536) c.cap0 = std::max(c.cap0, scan + 65536);
            bool more = co_await c.fill();
            if (!more) fail("connection closed by server");
        }
    }
    string tag() { return fmt("A%u", ++tagno); }

    // reads until the tagged answer; every untagged one goes to f; returns the tagged line
    template <class F>
    Task<string> finish(string t, F& f) {
        t += ' ';
        for (;;) {
            r.lits.clear();
            scan = 0;
            while (!try_resp()) {
                bool more = co_await c.fill();
                if (!more) fail("connection closed by server");
            }
            if (starts(r.text, t)) {
                string s(r.text.substr(t.size()));
                if (!starts(s, "OK")) fail("server answered: " + s.substr(0, 200));
                co_return s;
            }
            if (starts(r.text, "* BYE") && bye_is_error)
                fail("server said: " + string(r.text.substr(0, 200)));
            f(r);
        }
    }
    bool bye_is_error = true;
    template <class F>
    Task<string> cmd(string s, F& f) {
        string t = tag();
        string line = t + " " + s + "\r\n";
        co_await c.send(line);
        string res = co_await finish(t, f);
        co_return res;
    }
    Task<string> cmd(string s) {
        auto ignore = [](Resp&) {};
        string res = co_await cmd(std::move(s), ignore);
        co_return res;
    }
    bool cap(string_view x) const { return ihas(caps, string(" ") + string(x) + " "); }
    Task<> greet() {
        c.open(O.imap);
        co_await next();
        if (!starts(r.text, "* OK")) fail("bad greeting: " + string(r.text.substr(0, 100)));
    }
    Task<> login(string user) {
        co_await greet();
        string ok = co_await cmd("LOGIN \"" + user + "\" \"" + O.password + "\"");
        note_caps(ok);
    }
    void note_caps(const string& ok) {
        size_t p = ok.find("[CAPABILITY ");
        if (p != string::npos) caps = " " + ok.substr(p + 12, ok.find(']', p) - p - 12) + " ";
    }
    Task<> need_caps() {
        if (!caps.empty()) co_return;
        auto f = [this](Resp& x) {
            if (starts(x.text, "* CAPABILITY ")) caps = " " + string(x.text.substr(13)) + " ";
        };
        co_await cmd("CAPABILITY", f);
    }
    Task<> logout() {
        bye_is_error = false;
        bool bye = false;
        auto f = [&](Resp& x) { bye |= starts(x.text, "* BYE"); };
        co_await cmd("LOGOUT", f);
        if (!bye) fail("no BYE");
        c.close();
    }
    struct Sel {
        long exists = -1, uidvalidity = -1, uidnext = -1, modseq = -1;
    };
    template <class F>
    Task<Sel> select_with(string args, F& extra) {
        Sel s;
        bool flags = false;
        auto f = [&](Resp& x) {
            long n;
            if ((n = exists_of(x.text)) >= 0)
                s.exists = n;
            else if (starts(x.text, "* FLAGS ("))
                flags = true;
            else if (starts(x.text, "* OK [UIDVALIDITY "))
                s.uidvalidity = num_after(x.text, "[UIDVALIDITY ");
            else if (starts(x.text, "* OK [UIDNEXT "))
                s.uidnext = num_after(x.text, "[UIDNEXT ");
            else if (starts(x.text, "* OK [HIGHESTMODSEQ "))
                s.modseq = num_after(x.text, "[HIGHESTMODSEQ ");
            else
                extra(x);
        };
        string ok = co_await cmd("SELECT " + args, f);
        if (s.exists < 0 || s.uidvalidity < 0 || s.uidnext < 0 || !flags) fail("SELECT answer is incomplete");
        if (!has(ok, "[READ-WRITE]")) fail("SELECT is not READ-WRITE");
        co_return s;
    }
    Task<Sel> select(string box) {
        auto ig = [](Resp&) {};
        Sel s = co_await select_with(box, ig);
        co_return s;
    }
    Task<long> status_messages(string box) {
        long n = -1;
        auto f = [&](Resp& x) {
            if (starts(x.text, "* STATUS ")) n = num_after(x.text, "MESSAGES ");
        };
        co_await cmd("STATUS " + box + " (MESSAGES)", f);
        if (n < 0) fail("STATUS gave no MESSAGES");
        co_return n;
    }
    // APPEND of one message, waits for the answer
    Task<> append(string box, string_view msg, string opts = "") {
        string t = tag();
        bool plus = cap("LITERAL+") || (cap("LITERAL-") && msg.size() <= 4096);
        string head = t + " APPEND " + box + opts + fmt(" {%zu%s}\r\n", msg.size(), plus ? "+" : "");
        if (plus) {
            head.append(msg);
            head += "\r\n";
            co_await c.send(head);
        } else {
            co_await c.send(head);
            for (;;) {
                co_await next();
                if (starts(r.text, "+")) break;
                if (starts(r.text, t)) fail("APPEND refused: " + string(r.text.substr(0, 100)));
            }
            string body(msg);
            body += "\r\n";
            co_await c.send(body);
        }
        auto ig = [](Resp&) {};
        string ok = co_await finish(t, ig);
        if (cap("UIDPLUS") && !has(ok, "[APPENDUID ")) fail("no APPENDUID");
    }
};

}  // namespace mailbench
