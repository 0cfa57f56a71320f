// Resynchronisation, notices to waiting clients, and what waiting costs.
#include <memory>

#include "imap.hpp"
#include "lmtp.hpp"
#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {

namespace {

long set_size(string_view s) {  // "1:5,9" -> 6
    long total = 0;
    const char *p = s.data(), *e = p + s.size();
    while (p < e && *p >= '0' && *p <= '9') {
        long a = 0, b;
        while (p < e && *p >= '0' && *p <= '9') a = a * 10 + (*p++ - '0');
        b = a;
        if (p < e && *p == ':') {
            ++p, b = 0;
            while (p < e && *p >= '0' && *p <= '9') b = b * 10 + (*p++ - '0');
        }
        total += b - a + 1;
        if (p < e && *p == ',')
            ++p;
        else
            break;
    }
    return total;
}

}  // namespace

void sc_imap_qresync() {
    Sect sum;
    vector<double> lat;
    auto t = [&]() -> Task<> {
        Imap a;
        co_await open_big(a);
        if (!a.cap("QRESYNC")) fail("QRESYNC is not offered");
        long flagged = co_await count_search(a, "UID SEARCH UID 7 FLAGGED");
        const char* op = flagged ? "-" : "+";
        string small(pool()[0]);
        for (int i = 0; i < 100; ++i) co_await a.append(O.big_box, small);
        Imap b;
        co_await b.login(O.big_user);
        co_await b.need_caps();
        co_await b.cmd("ENABLE QRESYNC");
        Imap::Sel sb = co_await b.select(O.big_box);
        if (sb.exists != O.big_n + 100 || sb.modseq < 0) fail("mailbox is not as expected before QRESYNC");
        co_await b.logout();
        for (int i = 0; i < 100; ++i)
            co_await a.cmd(fmt("UID STORE %d %sFLAGS.SILENT (\\Flagged)", 7 + i * (O.big_n / 101), op));
        long ex = 0;
        co_await a.cmd(fmt("UID STORE %ld:%ld +FLAGS.SILENT (\\Deleted)", sb.uidnext - 100, sb.uidnext - 1));
        auto f = [&](Resp& x) { ex += x.text.size() > 8 && x.text.substr(x.text.size() - 8) == " EXPUNGE"; };
        co_await a.cmd(fmt("UID EXPUNGE %ld:%ld", sb.uidnext - 100, sb.uidnext - 1), f);
        if (ex != 100) fail(fmt("%ld EXPUNGE answers, wanted 100", ex));
        co_await a.logout();
        for (int i = 0; i < 11; ++i) {
            Imap c;
            co_await c.login(O.big_user);
            co_await c.cmd("ENABLE QRESYNC");
            long vanished = 0, fetched = 0;
            auto g = [&](Resp& x) {
                if (starts(x.text, "* VANISHED (EARLIER) ")) vanished += set_size(x.text.substr(21));
                if (fetch_seq(x.text)) {
                    ++fetched;
                    if (!has(x.text, "MODSEQ (") || !has(x.text, "UID ") || !has(x.text, "FLAGS ("))
                        fail("QRESYNC FETCH is incomplete");
                }
            };
            Meter mt;
            mt.start();
            Imap::Sel s = co_await c.select_with(
                fmt("%s (QRESYNC (%ld %ld))", O.big_box.c_str(), sb.uidvalidity, sb.modseq), g);
            Sect x = mt.stop();
            if (s.exists != O.big_n || vanished < 100 || fetched < 100 || fetched > 110)
                fail(fmt("QRESYNC: exists %ld vanished %ld fetched %ld", s.exists, vanished, fetched));
            sum += x;
            lat.push_back(x.wall);
            co_await c.logout();
        }
    };
    run(t());
    Out("imap_qresync")
        .num("first_ms", lat[0] * 1e3)
        .num("median_ms", pct(lat, 50) * 1e3)
        .num("cpu_ms_per_op", sum.cpu * 1e3 / double(lat.size()))
        .done();
}

void sc_imap_idle_latency() {
    int K = O.idle_k;
    struct Idler {
        Imap m;
        double seen = 0;
        bool stop = false;
    };
    vector<std::unique_ptr<Idler>> v;
    auto begin = [](Idler& d, int u) -> Task<> {
        co_await d.m.login(user_name(u));
        co_await d.m.select(O.inbox);
        co_await d.m.c.send("I1 IDLE\r\n");
        for (;;) {
            co_await d.m.next();
            if (starts(d.m.r.text, "+")) break;
            if (starts(d.m.r.text, "I1 ")) fail("IDLE refused");
        }
    };
    for (int i = 0; i < K; ++i) {
        v.push_back(std::make_unique<Idler>());
        run(begin(*v.back(), 1 + i));
    }
    int seen = 0;
    auto listen = [&](Idler& d) -> Task<> {
        while (d.seen == 0) {
            co_await d.m.next();
            if (exists_of(d.m.r.text) > 0) d.seen = now(), ++seen;
        }
    };
    vector<double> sent(size_t(K), 0.0), replied(size_t(K), 0.0);
    string msg;
    for (uint32_t id = 1000000;; ++id)
        if (Mail::size(id) < 8192) {
            msg = Mail::make(id);
            break;
        }
    auto by_lmtp = [&]() -> Task<> {
        Lmtp l;
        co_await l.open();
        co_await sleep_for(1.0);
        for (int i = 0; i < K; ++i) {
            string one = fresh(msg);
            double t = co_await l.deliver(rcpt_name(1 + i), one);
            replied[size_t(i)] = now();
            sent[size_t(i)] = replied[size_t(i)] - t;
            co_await sleep_for(0.02);
        }
        co_await l.quit();
    };
    auto by_append = [&]() -> Task<> {
        for (int i = 0; i < K; ++i) {
            Imap m;
            co_await m.login(user_name(1 + i));
            co_await m.need_caps();
            string one = fresh(msg);
            sent[size_t(i)] = now();
            co_await m.append(O.inbox, one);
            replied[size_t(i)] = now();
            co_await m.logout();
            co_await sleep_for(0.02);
        }
    };
    double save = O.timeout;
    O.timeout = 60;
    Meter mt;
    mt.start();
    vector<Task<>> ts;
    for (auto& d : v) ts.push_back(listen(*d));
    ts.push_back(O.lmtp ? by_lmtp() : by_append());
    run_all(std::move(ts));
    Sect s = mt.stop();
    O.timeout = save;
    vector<double> a, b;
    for (int i = 0; i < K; ++i)
        a.push_back(v[size_t(i)]->seen - replied[size_t(i)]),
            b.push_back(v[size_t(i)]->seen - sent[size_t(i)]);
    auto end = [](Idler& d) -> Task<> {
        co_await d.m.c.send("DONE\r\n");
        auto ig = [](Resp&) {};
        co_await d.m.finish("I1", ig);
        co_await d.m.logout();
    };
    for (auto& d : v) run(end(*d));
    Out("imap_idle_latency")
        .str("delivery", O.lmtp ? "LMTP" : "APPEND")
        .num("connections", K)
        .num("p50_ms", pct(a, 50) * 1e3)
        .num("p99_ms", pct(a, 99) * 1e3)
        .num("max_ms", pct(a, 100) * 1e3)
        .num("from_data_p50_ms", pct(b, 50) * 1e3)
        .num("server_cpu_s", s.cpu)
        .num("cpu_ms_per_op", s.cpu * 1e3 / K)
        .done();
}

void sc_idle_memory() {
    for (int n : O.idle_counts) {
        struct Idler {
            Imap m;
        };
        vector<std::unique_ptr<Idler>> v;
        int p0 = 0, p1 = 0;
        int64_t pss0 = server_pss_kb(&p0);
        for (int i = 0; i < n; ++i) {
            v.push_back(std::make_unique<Idler>());
            v.back()->m.c.cap0 = 8192;
        }
        int next = 0;
        auto worker = [&]() -> Task<> {
            while (next < n) {
                int i = next++;
                Imap& m = v[size_t(i)]->m;
                co_await m.login(user_name(1 + i));
                co_await m.select(O.inbox);
                co_await m.c.send("I1 IDLE\r\n");
                for (;;) {
                    co_await m.next();
                    if (starts(m.r.text, "+")) break;
                    if (starts(m.r.text, "I1 ")) fail("IDLE refused");
                }
            }
        };
        Meter mt;
        mt.start();
        vector<Task<>> ts;
        for (int i = 0; i < 32; ++i) ts.push_back(worker());
        run_all(std::move(ts));
        Sect s = mt.stop();
        auto nap = [](double d) -> Task<> { co_await sleep_for(d); };
        run(nap(O.idle_settle));
        int64_t pss1 = server_pss_kb(&p1);
        Meter idle;  // what idling costs
        idle.start();
        run(nap(10));
        Sect si = idle.stop();
        int next2 = 0;
        auto closer = [&]() -> Task<> {
            while (next2 < n) {
                Imap& m = v[size_t(next2++)]->m;
                co_await m.c.send("DONE\r\n");
                auto ig = [](Resp&) {};
                co_await m.finish("I1", ig);  // still alive: proves that all n were served at once
                co_await m.logout();
            }
        };
        vector<Task<>> us;
        for (int i = 0; i < 32; ++i) us.push_back(closer());
        run_all(std::move(us));
        Out(fmt("idle_memory_%d", n))
            .num("pss_before_mb", double(pss0) / 1024)
            .num("pss_mb", double(pss1) / 1024)
            .num("processes_before", p0)
            .num("processes", p1)
            .num("kb_per_connection", double(pss1 - pss0) / n)
            .num("kb_per_connection_total", double(pss1) / n)
            .num("open_wall_s", s.wall)
            .num("open_server_cpu_s", s.cpu)
            .num("idle10s_server_cpu_s", si.cpu)
            .done();
        run(nap(2));
    }
}

}  // namespace mailbench
