// Flags, searching, sorting, threading.
#include "imap.hpp"
#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {

namespace {

void search_twice(const char* name, string crit, long want) {
    Sect s[2];
    auto one = [&](int k) -> Task<> {
        Imap m;
        co_await open_big(m);
        Meter mt;
        mt.start();
        long n = co_await count_search(m, crit);
        s[k] = mt.stop();
        if (n != want) fail(fmt("%s: %ld hits, wanted %ld", crit.c_str(), n, want));
        co_await m.logout();
    };
    cold();
    run(one(0));
    run(one(1));
    Out(name).sect("first_", s[0]).sect("second_", s[1]).num("hits", double(want)).done();
}
long count_ids(uint32_t mod, uint32_t rem) {
    long n = 0;
    for (uint32_t i = 0; i < uint32_t(O.big_n); ++i) n += i % mod == rem;
    return n;
}

}  // namespace

Task<long> count_search(Imap& m, string crit, vector<uint32_t>* out) {
    long n = 0;
    bool seen = false;
    auto f = [&](Resp& x) {
        if (!starts(x.text, "* SEARCH") && !starts(x.text, "* SORT")) return;
        seen = true;
        const char *p = x.text.data() + (x.text[3] == 'E' ? 8 : 6), *e = x.text.data() + x.text.size();
        while (p < e) {
            if (*p == '(') break;  // (MODSEQ n)
            if (*p < '0' || *p > '9') {
                ++p;
                continue;
            }
            uint32_t v = 0;
            while (p < e && *p >= '0' && *p <= '9') v = v * 10 + uint32_t(*p++ - '0');
            if (out) out->push_back(v);
            ++n;
        }
    };
    co_await m.cmd(crit, f);
    if (!seen) fail("no untagged answer to " + crit);
    co_return n;
}

void sc_imap_store_flags() {
    vector<double> lat;
    Sect one, all, undo;
    int n = std::min(O.store_n, O.big_n), step = std::max(1, O.big_n / n), range = std::min(10000, O.big_n);
    auto t = [&]() -> Task<> {
        Imap m;
        co_await open_big(m);
        co_await m.cmd("UID STORE 1:* -FLAGS.SILENT (\\Flagged \\Answered)");
        long left = co_await count_search(m, "UID SEARCH FLAGGED");
        if (left != 0) fail("flags were not removed");
        Meter mt;
        mt.start();
        for (int i = 0; i < n; ++i) {
            double a = now();
            co_await m.cmd(fmt("UID STORE %d +FLAGS.SILENT (\\Flagged)", 1 + i * step));
            lat.push_back(now() - a);
        }
        one = mt.stop();
        long k = co_await count_search(m, "UID SEARCH FLAGGED");
        if (k != n) fail(fmt("%ld messages are flagged, wanted %d", k, n));
        mt.start();
        co_await m.cmd(fmt("STORE 1:%d +FLAGS.SILENT (\\Answered)", range));
        all = mt.stop();
        k = co_await count_search(m, "UID SEARCH ANSWERED");
        if (k != range) fail("wrong number of answered messages");
        mt.start();
        co_await m.cmd("UID STORE 1:* -FLAGS.SILENT (\\Flagged \\Answered)");
        undo = mt.stop();
        k = co_await count_search(m, "UID SEARCH OR FLAGGED ANSWERED");
        if (k != 0) fail("flags were not removed");
        co_await m.logout();
    };
    run(t());
    Out("imap_store_flags")
        .sect("single_", one)
        .num("stores", n)
        .num("single_per_s", n / one.wall)
        .num("p50_ms", pct(lat, 50) * 1e3)
        .num("p99_ms", pct(lat, 99) * 1e3)
        .num("single_cpu_us_per_op", one.cpu / n * 1e6)
        .num("range", range)
        .sect("range_", all)
        .num("clear_all_wall_s", undo.wall)
        .num("clear_all_server_cpu_s", undo.cpu)
        .done();
}

void sc_imap_search_header() {
    search_twice("imap_search_header", string("SEARCH SUBJECT \"") + kSubjectTerm + "\"", count_ids(500, 77));
}
void sc_imap_search_body() {
    search_twice("imap_search_body_rare", string("SEARCH BODY \"") + kNeedle + "\"", count_ids(10000, 1234));
    search_twice("imap_search_body_absent", string("SEARCH BODY \"") + kAbsent + "\"", 0);
}

void sc_imap_sort() {
    Sect s[2];
    auto one = [&](int k) -> Task<> {
        Imap m;
        co_await open_big(m);
        vector<uint32_t> v;
        v.reserve(size_t(O.big_n));
        Meter mt;
        mt.start();
        co_await count_search(m, "SORT (DATE) UTF-8 ALL", &v);
        s[k] = mt.stop();
        if (v.size() != size_t(O.big_n)) fail(fmt("SORT gave %zu numbers", v.size()));
        vector<bool> seen(size_t(O.big_n) + 1);
        for (size_t i = 0; i < v.size(); ++i) {
            if (v[i] < 1 || v[i] > uint32_t(O.big_n) || seen[v[i]]) fail("SORT is no permutation");
            seen[v[i]] = true;
            if (i && Mail::date(v[i] - 1) < Mail::date(v[i - 1] - 1)) fail("SORT order is wrong");
        }
        co_await m.logout();
    };
    cold();
    run(one(0));
    run(one(1));
    Out("imap_sort_date").sect("first_", s[0]).sect("second_", s[1]).done();
}
void sc_imap_thread() {
    Sect s[2];
    long threads = 0;
    auto one = [&](int k) -> Task<> {
        Imap m;
        co_await open_big(m);
        vector<bool> seen(size_t(O.big_n) + 1);
        long n = 0;
        threads = 0;
        auto f = [&](Resp& x) {
            if (!starts(x.text, "* THREAD")) return;
            const char *p = x.text.data() + 8, *e = x.text.data() + x.text.size();
            int depth = 0;
            while (p < e) {
                if (*p == '(') threads += depth++ == 0;
                if (*p == ')') --depth;
                if (*p < '0' || *p > '9') {
                    ++p;
                    continue;
                }
                uint32_t v = 0;
                while (p < e && *p >= '0' && *p <= '9') v = v * 10 + uint32_t(*p++ - '0');
                if (v < 1 || v > uint32_t(O.big_n) || seen[v]) fail("THREAD has a wrong number");
                seen[v] = true;
                ++n;
            }
            if (depth) fail("THREAD is unbalanced");
        };
        Meter mt;
        mt.start();
        co_await m.cmd("THREAD REFERENCES UTF-8 ALL", f);
        s[k] = mt.stop();
        if (n != O.big_n) fail(fmt("THREAD gave %ld numbers", n));
        co_await m.logout();
    };
    cold();
    run(one(0));
    run(one(1));
    Out("imap_thread_references")
        .sect("first_", s[0])
        .sect("second_", s[1])
        .num("threads", double(threads))
        .done();
}

}  // namespace mailbench
