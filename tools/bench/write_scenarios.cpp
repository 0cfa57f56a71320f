// Filling a mailbox, delivering, appending, signing in.
#include <memory>

#include "imap.hpp"
#include "lmtp.hpp"
#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {

namespace {

Task<long> sum_messages(int from, int to) {
    long sum = 0;
    for (int i = from; i <= to; ++i) {
        Imap m;
        co_await m.login(user_name(i));
        long n = co_await m.status_messages(O.inbox);
        sum += n;
        co_await m.logout();
    }
    co_return sum;
}

Task<> fill_box(string user, string box, int n) {
    Imap m;
    co_await m.login(user);
    co_await m.need_caps();
    if (box != "INBOX") {
        bool there = false;
        auto f = [&](Resp& x) { there |= starts(x.text, "* LIST"); };
        co_await m.cmd("LIST \"\" " + box, f);
        if (!there) co_await m.cmd("CREATE " + box);
    }
    long have = co_await m.status_messages(box);
    bool multi = m.cap("MULTIAPPEND") && m.cap("LITERAL+");
    uint32_t i = uint32_t(have);
    while (i < uint32_t(n)) {
        if (multi) {
            string t = m.tag(), big = t + " APPEND " + box;
            uint32_t end = std::min(uint32_t(n), i + 100);
            for (; i < end; ++i) {
                string b = Mail::make(i);
                big +=
                    fmt(" (\\Seen) \"%s\" {%zu+}\r\n", Mail::internaldate(Mail::date(i)).c_str(), b.size());
                big += b;
            }
            big += "\r\n";
            co_await m.c.send(big);
            auto ig = [](Resp&) {};
            co_await m.finish(t, ig);
        } else {
            string b = Mail::make(i);
            string opt = " (\\Seen) \"" + Mail::internaldate(Mail::date(i)) + "\"";
            co_await m.append(box, b, opt);
            ++i;
        }
    }
    have = co_await m.status_messages(box);
    if (have != n)
        fail(fmt("mailbox %s of %s has %ld messages, wanted %d", box.c_str(), user.c_str(), have, n));
    co_await m.logout();
}

}  // namespace

void sc_fill() {
    Meter m;
    m.start();
    run(fill_box(O.big_user, O.big_box, O.big_n));
    if (O.pop3) run(fill_box(O.pop_user, "INBOX", O.pop_n));
    Sect s = m.stop();
    double bytes = 0;
    for (int i = 0; i < O.big_n; ++i) bytes += double(Mail::size(uint32_t(i)));
    Out("fill")
        .sect("", s)
        .num("messages", O.big_n + (O.pop3 ? O.pop_n : 0))
        .num("big_box_mb", bytes / 1e6)
        .done();
}

void sc_prep_users() {  // touch every account so that automatic creation is not timed
    int n = std::max(O.users, 400);
    for (int c : O.idle_counts) n = std::max(n, c);
    int next = 1;
    auto worker = [&]() -> Task<> {
        while (next <= n) {
            Imap m;
            co_await m.login(user_name(next++));
            co_await m.status_messages(O.inbox);
            co_await m.logout();
        }
    };
    Meter mt;
    mt.start();
    vector<Task<>> ts;
    for (int i = 0; i < 8; ++i) ts.push_back(worker());
    run_all(std::move(ts));
    Out("prep_users").sect("", mt.stop()).num("users", n).done();
}

void sc_gen() {  // the speed of the generator and, with --dump DIR, the mail itself
    double t = now(), b = 0;
    for (uint32_t i = 0; i < uint32_t(O.big_n); ++i) b += double(Mail::make(i).size());
    Out("gen").num("wall_s", now() - t).num("mb", b / 1e6).num("mean_kb", b / 1e3 / O.big_n).done();
}

void sc_lmtp_deliver() {
    const auto& p = pool();
    long before = 0, after = 0;
    auto count = [](long& v, int n) -> Task<> {
        long x = co_await sum_messages(1, n);
        v = x;
    };
    run(count(before, O.users));
    vector<std::unique_ptr<Lmtp>> cs;
    for (int i = 0; i < O.lmtp_conns; ++i) cs.push_back(std::make_unique<Lmtp>());
    auto opn = [](Lmtp& l) -> Task<> { co_await l.open(); };
    for (auto& l : cs) run(opn(*l));
    vector<double> lat;
    int next = 0;
    double bytes = 0;
    auto worker = [&](Lmtp& l) -> Task<> {
        while (next < O.lmtp_msgs) {
            int i = next++;
            string msg = fresh(p[size_t(i) % p.size()]);
            double t = co_await l.deliver(rcpt_name(1 + i % O.users), msg);
            lat.push_back(t);
            bytes += double(msg.size());
        }
    };
    Meter m;
    m.start();
    vector<Task<>> ts;
    for (auto& l : cs) ts.push_back(worker(*l));
    run_all(std::move(ts));
    Sect s = m.stop();
    auto q = [](Lmtp& l) -> Task<> { co_await l.quit(); };
    for (auto& l : cs) run(q(*l));
    run(count(after, O.users));
    if (after - before != O.lmtp_msgs)
        fail(fmt("%ld messages arrived, %d were accepted", after - before, O.lmtp_msgs));
    double n = double(lat.size());
    Out("lmtp_deliver")
        .sect("", s)
        .num("conns", O.lmtp_conns)
        .num("messages", n)
        .num("msgs_per_s", n / s.wall)
        .num("mb_per_s", bytes / 1e6 / s.wall)
        .num("p50_ms", pct(lat, 50) * 1e3)
        .num("p99_ms", pct(lat, 99) * 1e3)
        .num("cpu_ms_per_op", s.cpu * 1e3 / n)
        .num("write_amplification", double(s.wbytes) / bytes)
        .done();
}

void sc_imap_append() {
    const auto& p = pool();
    int base = 100;
    vector<std::unique_ptr<Imap>> cs;
    long before = 0, after = 0;
    auto opn = [&](Imap& m, int u) -> Task<> {
        co_await m.login(user_name(u));
        co_await m.need_caps();
        long n = co_await m.status_messages(O.inbox);
        before += n;
    };
    for (int i = 0; i < O.append_conns; ++i) {
        cs.push_back(std::make_unique<Imap>());
        run(opn(*cs.back(), base + 1 + i));
    }
    vector<double> lat;
    int next = 0;
    double bytes = 0;
    auto worker = [&](Imap& m) -> Task<> {
        while (next < O.append_msgs) {
            int i = next++;
            string msg = fresh(p[size_t(i) % p.size()]);
            double t = now();
            co_await m.append(O.inbox, msg);
            lat.push_back(now() - t);
            bytes += double(msg.size());
        }
    };
    Meter m;
    m.start();
    vector<Task<>> ts;
    for (auto& c : cs) ts.push_back(worker(*c));
    run_all(std::move(ts));
    Sect s = m.stop();
    auto end = [&](Imap& c) -> Task<> {
        long n = co_await c.status_messages(O.inbox);
        after += n;
        co_await c.logout();
    };
    for (auto& c : cs) run(end(*c));
    if (after - before != O.append_msgs)
        fail(fmt("%ld messages arrived, %d were accepted", after - before, O.append_msgs));
    double n = double(lat.size());
    Out("imap_append")
        .sect("", s)
        .num("conns", O.append_conns)
        .num("messages", n)
        .num("msgs_per_s", n / s.wall)
        .num("mb_per_s", bytes / 1e6 / s.wall)
        .num("p50_ms", pct(lat, 50) * 1e3)
        .num("p99_ms", pct(lat, 99) * 1e3)
        .num("cpu_ms_per_op", s.cpu * 1e3 / n)
        .num("write_amplification", double(s.wbytes) / bytes)
        .done();
}

void sc_imap_login() {
    for (int conc : {1, 32}) {
        int total = conc == 1 ? O.login_1 : O.login_32, next = 0;
        vector<double> lat;
        auto worker = [&]() -> Task<> {
            while (next < total) {
                int i = next++;
                double t = now();
                Imap m;
                co_await m.login(user_name(1 + i % O.users));
                co_await m.logout();
                lat.push_back(now() - t);
            }
        };
        Meter m;
        m.start();
        vector<Task<>> ts;
        for (int i = 0; i < conc; ++i) ts.push_back(worker());
        run_all(std::move(ts));
        Sect s = m.stop();
        double n = double(lat.size());
        Out(fmt("imap_login_c%d", conc))
            .sect("", s)
            .num("logins", n)
            .num("per_s", n / s.wall)
            .num("p50_ms", pct(lat, 50) * 1e3)
            .num("p99_ms", pct(lat, 99) * 1e3)
            .num("cpu_ms_per_op", s.cpu * 1e3 / n)
            .done();
    }
}

}  // namespace mailbench
