// Opening a mailbox and reading it.
#include <functional>
#include <memory>

#include "imap.hpp"
#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {

namespace {

void fetch_twice(const char* name, const char* items, int n,
                 const std::function<void(Resp&, uint32_t)>& check) {
    Sect s[3];
    double bytes = 0;
    auto one = [&](int k) -> Task<> {
        Imap m;
        co_await open_big(m);
        int got = 0;
        vector<bool> seen(size_t(n) + 1);
        bytes = 0;
        auto f = [&](Resp& x) {
            uint32_t q = fetch_seq(x.text);
            if (!q) return;
            if (q > uint32_t(n) || seen[q]) fail("wrong or repeated FETCH");
            seen[q] = true;
            check(x, q);
            bytes += double(x.text.size());
            ++got;
        };
        Meter mt;
        mt.start();
        co_await m.cmd(fmt("FETCH 1:%d %s", n, items), f);
        s[k] = mt.stop();
        if (got != n) fail(fmt("%d FETCH answers, wanted %d", got, n));
        co_await m.logout();
    };
    cold();
    for (int k = 0; k < 3; ++k) run(one(k));
    Out(name)
        .sect("first_", s[0])
        .sect("second_", s[1])
        .num("third_wall_s", s[2].wall)
        .num("third_server_cpu_s", s[2].cpu)
        .num("first_msgs_per_s", n / s[0].wall)
        .num("second_msgs_per_s", n / s[1].wall)
        .num("first_cpu_us_per_msg", s[0].cpu / n * 1e6)
        .num("second_cpu_us_per_msg", s[1].cpu / n * 1e6)
        .num("mb", bytes / 1e6)
        .done();
}

}  // namespace

Task<> open_big(Imap& m) {
    co_await m.login(O.big_user);
    co_await m.need_caps();
    Imap::Sel s = co_await m.select(O.big_box);
    if (s.exists != O.big_n) fail(fmt("EXISTS %ld, wanted %d", s.exists, O.big_n));
}

void sc_imap_select() {
    Sect first, rest;
    vector<double> lat, again;
    auto one = [&](bool is_first) -> Task<> {
        Imap m;
        co_await m.login(O.big_user);
        Meter mt;
        mt.start();
        Imap::Sel s = co_await m.select(O.big_box);
        Sect x = mt.stop();
        if (s.exists != O.big_n) fail(fmt("EXISTS %ld, wanted %d", s.exists, O.big_n));
        if (is_first)
            first = x;
        else
            rest += x, lat.push_back(x.wall);
        if (!is_first) {  // the same again in the same session
            co_await m.select(O.inbox);
            double t = now();
            Imap::Sel s2 = co_await m.select(O.big_box);
            again.push_back(now() - t);
            if (s2.exists != O.big_n) fail("EXISTS differs");
        }
        co_await m.logout();
    };
    cold();
    run(one(true));
    for (int i = 0; i < 20; ++i) run(one(false));
    Out("imap_select")
        .sect("first_", first)
        .num("warm_median_ms", pct(lat, 50) * 1e3)
        .num("warm_cpu_ms", rest.cpu * 1e3 / double(lat.size()))
        .num("reselect_median_ms", pct(again, 50) * 1e3)
        .done();
}

void sc_imap_fetch_flags() {
    vector<double> lat;
    Sect sum;
    double bytes = 0;
    auto one = [&]() -> Task<> {
        Imap m;
        co_await open_big(m);
        vector<bool> seen(size_t(O.big_n) + 1);
        int n = 0;
        auto f = [&](Resp& x) {
            uint32_t q = fetch_seq(x.text);
            if (!q) return;
            if (q > uint32_t(O.big_n) || seen[q]) fail("wrong or repeated FETCH");
            if (num_after(x.text, "UID ") != long(q) || !has(x.text, "FLAGS ("))
                fail("FETCH answer lacks UID or FLAGS");
            seen[q] = true;
            bytes += double(x.text.size());
            ++n;
        };
        Meter mt;
        mt.start();
        co_await m.cmd("FETCH 1:* (UID FLAGS)", f);
        Sect x = mt.stop();
        sum += x;
        lat.push_back(x.wall);
        if (n != O.big_n) fail(fmt("%d FETCH answers", n));
        co_await m.logout();
    };
    for (int i = 0; i < 7; ++i) run(one());
    double med = pct(lat, 50), k = double(lat.size());
    Out("imap_fetch_flags")
        .num("wall_s", med)
        .num("server_cpu_s", sum.cpu / k)
        .num("client_cpu_s", sum.ccpu / k)
        .num("msgs_per_s", O.big_n / med)
        .num("cpu_us_per_msg", sum.cpu / k / O.big_n * 1e6)
        .num("mb", bytes / k / 1e6)
        .done();
}

void sc_imap_fetch_envelope() {
    int n = std::min(10000, O.big_n);
    fetch_twice("imap_fetch_envelope", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)", n,
                [](Resp& x, uint32_t q) {
                    if (num_after(x.text, "RFC822.SIZE ") != long(Mail::size(q - 1)))
                        fail(fmt("wrong RFC822.SIZE for %u", q));
                    if (!has(x.text, "ENVELOPE (") || !has(x.text, "BODYSTRUCTURE (") ||
                        !has(x.text, "INTERNALDATE \"") || !has(x.text, "FLAGS ("))
                        fail("FETCH answer is incomplete");
                    if (!has(x.text, Mail::msgid(q - 1))) fail("wrong ENVELOPE");
                });
}
void sc_imap_fetch_headers() {
    int n = std::min(10000, O.big_n);
    fetch_twice("imap_fetch_headers", "BODY.PEEK[HEADER.FIELDS (From To Subject Date Message-Id References)]",
                n, [](Resp& x, uint32_t q) {
                    if (x.lits.empty()) fail("no literal");
                    string_view h = x.lit(x.lits.size() - 1);
                    if (h.size() < 4 || h.substr(h.size() - 4) != "\r\n\r\n")
                        fail("header does not end with an empty line");
                    if (!has(h, "Message-ID: " + Mail::msgid(q - 1)) || !has(h, "From: ") ||
                        !has(h, "To: ") || !has(h, "Subject: ") || !has(h, "Date: "))
                        fail("wrong header");
                    if (Mail::parent(q - 1) >= 0 && !has(h, "References:")) fail("References lost");
                    if (has(h, "Received:")) fail("too much header");
                });
}

void sc_imap_fetch_bodies() {
    int per = std::min(5000, O.big_n / 8);
    for (int conns : {1, 8}) {
        vector<std::unique_ptr<Imap>> cs;
        auto opn = [&](Imap& m) -> Task<> { co_await open_big(m); };
        for (int i = 0; i < conns; ++i) {
            cs.push_back(std::make_unique<Imap>());
            run(opn(*cs.back()));
        }
        double bytes = 0;
        auto worker = [&](Imap& m, int k) -> Task<> {
            int got = 0;
            uint32_t lo = uint32_t(k * per + 1), hi = uint32_t((k + 1) * per);
            auto f = [&](Resp& x) {
                uint32_t q = fetch_seq(x.text);
                if (!q) return;
                if (q < lo || q > hi || x.lits.size() != 1) fail("wrong FETCH");
                string_view b = x.lit(0);
                if (b.size() != Mail::size(q - 1))
                    fail(fmt("body of %u has %zu bytes, wanted %zu", q, b.size(), Mail::size(q - 1)));
                if (!starts(b, fmt("X-Bench-Id: %08u", q - 1)) || b.substr(b.size() - 2) != "\r\n")
                    fail("wrong body");
                bytes += double(b.size());
                ++got;
            };
            co_await m.cmd(fmt("UID FETCH %u:%u BODY.PEEK[]", lo, hi), f);
            if (got != per) fail(fmt("%d bodies, wanted %d", got, per));
        };
        Meter mt;
        mt.start();
        vector<Task<>> ts;
        for (int i = 0; i < conns; ++i) ts.push_back(worker(*cs[size_t(i)], i));
        run_all(std::move(ts));
        Sect s = mt.stop();
        auto end = [](Imap& m) -> Task<> { co_await m.logout(); };
        for (auto& c : cs) run(end(*c));
        double n = double(per) * conns;
        Out(fmt("imap_fetch_bodies_c%d", conns))
            .sect("", s)
            .num("messages", n)
            .num("mb", bytes / 1e6)
            .num("mb_per_s", bytes / 1e6 / s.wall)
            .num("msgs_per_s", n / s.wall)
            .num("cpu_us_per_msg", s.cpu / n * 1e6)
            .num("cpu_ms_per_mb", s.cpu * 1e3 / (bytes / 1e6))
            .done();
    }
}

}  // namespace mailbench
