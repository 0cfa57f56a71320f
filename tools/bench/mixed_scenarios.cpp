// A POP3 client, and many IMAP clients that do a bit of everything.
#include <map>
#include <memory>

#include "imap.hpp"
#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {

void sc_pop3_retr() {
    struct Pop {
        Conn c;
        Task<string> ok() {
            string l = co_await c.line();
            if (!starts(l, "+OK")) fail("POP3: " + l.substr(0, 100));
            co_return l;
        }
        Task<string> cmd(string s) {
            s += "\r\n";
            co_await c.send(s);
            string l = co_await ok();
            co_return l;
        }
        // the body of a multi-line answer is left in c.data()[0..n), terminator after it
        Task<size_t> body() {
            size_t from = 0;
            for (;;) {
                string_view d = c.data();
                if (d.size() >= 3 && starts(d, ".\r\n")) co_return 0;
                if (d.size() > from) {
                    const void* p = memmem(d.data() + from, d.size() - from, "\r\n.\r\n", 5);
                    if (p) co_return size_t(static_cast<const char*>(p) - d.data()) + 2;
                    from = d.size() > 4 ? d.size() - 4 : 0;
                }
                bool more = co_await c.fill();
                if (!more) fail("connection closed by server");
            }
        }
    };
    Sect login, list, retr;
    double bytes = 0;
    auto t = [&]() -> Task<> {
        Pop p;
        Meter mt;
        mt.start();
        p.c.open(O.pop3);
        co_await p.ok();
        co_await p.cmd("USER " + O.pop_user);
        co_await p.cmd("PASS " + O.password);
        login = mt.stop();
        mt.start();
        co_await p.cmd("UIDL");
        size_t n = co_await p.body();
        string_view d = p.c.data().substr(0, n);
        long lines = std::count(d.begin(), d.end(), '\n');
        if (lines != O.pop_n) fail(fmt("UIDL gave %ld lines", lines));
        p.c.b += n + 3;
        co_await p.cmd("LIST");
        n = co_await p.body();
        d = p.c.data().substr(0, n);
        lines = std::count(d.begin(), d.end(), '\n');
        if (lines != O.pop_n) fail(fmt("LIST gave %ld lines", lines));
        if (!has(d, fmt("\r\n2 %zu\r\n", Mail::size(1)))) fail("LIST has a wrong size");
        p.c.b += n + 3;
        list = mt.stop();
        mt.start();
        for (int i = 1; i <= O.pop_n; ++i) {
            co_await p.cmd(fmt("RETR %d", i));
            n = co_await p.body();
            string_view b = p.c.data().substr(0, n);
            if (n != Mail::size(uint32_t(i - 1))) fail(fmt("RETR %d gave %zu bytes", i, n));
            if (!starts(b, fmt("X-Bench-Id: %08d", i - 1))) fail("wrong message");
            bytes += double(n);
            p.c.b += n + 3;
        }
        retr = mt.stop();
        co_await p.cmd("QUIT");
    };
    cold();
    run(t());
    Out("pop3_retr")
        .num("login_wall_s", login.wall)
        .num("uidl_list_wall_s", list.wall)
        .num("uidl_list_server_cpu_s", list.cpu)
        .sect("", retr)
        .num("msgs_per_s", O.pop_n / retr.wall)
        .num("mb_per_s", bytes / 1e6 / retr.wall)
        .num("cpu_us_per_msg", retr.cpu / O.pop_n * 1e6)
        .done();
}

void sc_mixed() {
    const auto& p = pool();
    int C = O.mixed_conns;
    vector<double> lat;
    std::map<string, vector<double>> by;
    int loops = 0, seq = 0;
    vector<std::unique_ptr<Imap>> cs;
    auto opn = [&](Imap& m, int u) -> Task<> {
        co_await m.login(user_name(u));
        co_await m.need_caps();
        long n = co_await m.status_messages(O.inbox);
        for (; n < 20; ++n) co_await m.append(O.inbox, p[size_t(seq++) % p.size()]);
    };
    for (int i = 0; i < C; ++i) {
        cs.push_back(std::make_unique<Imap>());
        run(opn(*cs.back(), 301 + i));
    }
    double until = 0;
    auto worker = [&](Imap& m, int k) -> Task<> {
        double t;
        auto note = [&](const char* what) {
            double d = now() - t;
            lat.push_back(d);
            by[what].push_back(d);
        };
        int idx = k * 17;
        while (now() < until) {
            t = now();
            Imap::Sel s = co_await m.select(O.inbox);
            note("select");
            if (s.exists < 20) fail("mailbox shrank");
            int got = 0;
            long size_last = 0;
            auto f = [&](Resp& x) {
                uint32_t q = fetch_seq(x.text);
                if (!q || !has(x.text, "ENVELOPE (")) return;
                ++got;
                if (q == uint32_t(s.exists)) size_last = num_after(x.text, "RFC822.SIZE ");
            };
            t = now();
            co_await m.cmd(
                fmt("FETCH %ld:%ld (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)", s.exists - 9, s.exists),
                f);
            note("envelopes");
            if (got != 10) fail(fmt("%d envelopes, wanted 10", got));
            long blen = -1;
            auto g = [&](Resp& x) {
                if (fetch_seq(x.text) && x.lits.size() == 1) blen = long(x.lits[0].second);
            };
            t = now();
            co_await m.cmd(fmt("FETCH %ld (BODY.PEEK[])", s.exists), g);
            note("body");
            if (blen != size_last) fail("body length differs from RFC822.SIZE");
            t = now();
            co_await m.cmd(fmt("STORE %ld +FLAGS.SILENT (\\Seen)", s.exists));
            note("store");
            string msg = fresh(p[size_t(idx++) % p.size()]);
            t = now();
            co_await m.append(O.inbox, msg);
            note("append");
            t = now();
            co_await m.cmd("STORE 1 +FLAGS.SILENT (\\Deleted)");
            note("store");
            int ex = 0;
            auto e = [&](Resp& x) {
                ex += x.text.size() > 8 && x.text.substr(x.text.size() - 8) == " EXPUNGE";
            };
            t = now();
            co_await m.cmd("EXPUNGE", e);
            note("expunge");
            if (ex != 1) fail(fmt("%d EXPUNGE answers", ex));
            ++loops;
        }
    };
    Meter mt;
    mt.start();
    until = now() + O.mixed_secs;
    vector<Task<>> ts;
    for (int i = 0; i < C; ++i) ts.push_back(worker(*cs[size_t(i)], i));
    run_all(std::move(ts));
    Sect s = mt.stop();
    auto end = [](Imap& m) -> Task<> { co_await m.logout(); };
    for (auto& c : cs) run(end(*c));
    double n = double(lat.size());
    Out o("mixed");
    o.sect("", s)
        .num("conns", C)
        .num("ops", n)
        .num("ops_per_s", n / s.wall)
        .num("loops_per_s", loops / s.wall)
        .num("p50_ms", pct(lat, 50) * 1e3)
        .num("p99_ms", pct(lat, 99) * 1e3)
        .num("cpu_ms_per_op", s.cpu * 1e3 / n);
    for (auto& [k, v] : by) o.num(k + "_p50_ms", pct(v, 50) * 1e3).num(k + "_p99_ms", pct(v, 99) * 1e3);
    o.done();
}

}  // namespace mailbench
