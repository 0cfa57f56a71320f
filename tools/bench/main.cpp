// mailbench: a load generator for mail servers (IMAP, LMTP, POP3) that checks every answer. README.md says how it is used.
#include <signal.h>

#include "output.hpp"
#include "scenarios.hpp"

namespace mailbench {
namespace {

struct Scenario {
    const char* name;
    void (*run)();
    vector<string> needs;  // what the server must announce; LMTP and POP3 stand for their ports
    bool in_all = true;
};

const vector<Scenario> scenarios{
    {"gen", sc_gen, {}, false},
    {"fill", sc_fill, {}, false},
    {"prep_users", sc_prep_users, {}, false},
    {"lmtp_deliver", sc_lmtp_deliver, {"LMTP"}},
    {"imap_append", sc_imap_append, {}},
    {"imap_login", sc_imap_login, {}},
    {"imap_select", sc_imap_select, {}},
    {"imap_fetch_flags", sc_imap_fetch_flags, {}},
    {"imap_fetch_envelope", sc_imap_fetch_envelope, {}},
    {"imap_fetch_headers", sc_imap_fetch_headers, {}},
    {"imap_fetch_bodies", sc_imap_fetch_bodies, {}},
    {"imap_store_flags", sc_imap_store_flags, {}},
    {"imap_search_header", sc_imap_search_header, {}},
    {"imap_search_body", sc_imap_search_body, {}},
    {"imap_sort", sc_imap_sort, {"SORT"}},
    {"imap_thread", sc_imap_thread, {"THREAD=REFERENCES"}},
    {"imap_qresync", sc_imap_qresync, {"QRESYNC", "UIDPLUS"}},
    {"imap_idle_latency", sc_imap_idle_latency, {"IDLE"}},
    {"pop3_retr", sc_pop3_retr, {"POP3"}},
    {"mixed", sc_mixed, {}},
    {"idle_memory", sc_idle_memory, {"IDLE"}, false},
};

Task<> ask_capabilities(string* out) {
    Imap m;
    co_await m.login(user_name(1));
    co_await m.need_caps();
    *out = m.caps;
    co_await m.logout();
}

// What the scenario needs and the server does not offer; empty if nothing.
string missing(const Scenario& scenario) {
    static string caps;
    for (const string& need : scenario.needs) {
        if (need == "LMTP" || need == "POP3") {
            if ((need == "LMTP" ? O.lmtp : O.pop3) == 0) return need;
            continue;
        }
        if (caps.empty()) run(ask_capabilities(&caps));
        if (!ihas(caps, " " + need + " ")) return need;
    }
    return {};
}

void usage() {
    fputs(
        "usage: mailbench [options] scenario...\n"
        "  --host A --imap-port N --pop3-port N --lmtp-port N --label S --out FILE\n"
        "  --user-fmt F --rcpt-fmt F (with %d) --password P --big-user U --big-box B --pop-user U\n"
        "  --server-parent PID[,PID] --server-cgroup DIR --cold-cmd CMD\n"
        "  --big-n N --pop-n N --users N --lmtp-conns N --lmtp-msgs N --append-conns N --append-msgs N\n"
        "  --login-1 N --login-32 N --idle-k N --idle-counts N[,N] --mixed-conns N --mixed-secs N --store-n "
        "N --timeout S\n"
        "  --idle-settle S   seconds between the last IDLE and the reading of memory (3)\n"
        "  --quickack 1      no delayed ACKs by the client (servers that leave Nagle on wait 40 ms for "
        "them)\n"
        "  --print-mail ID   write one generated message to stdout\n"
        "  a port of 0 (POP3, LMTP: the default) leaves the scenarios of that protocol out\n"
        "scenarios: gen fill prep_users lmtp_deliver imap_append imap_login imap_select imap_fetch_flags "
        "imap_fetch_envelope\n"
        "  imap_fetch_headers imap_fetch_bodies imap_store_flags imap_search_header imap_search_body "
        "imap_sort imap_thread\n"
        "  imap_qresync imap_idle_latency idle_memory pop3_retr mixed | all (every one after prep_users, but "
        "idle_memory)\n",
        stderr);
    exit(2);
}

// One scenario with its result line; true if nothing was wrong.
bool perform(const Scenario& scenario) {
    L.error.clear();
    L.pending = 0;
    try {
        string need = missing(scenario);
        if (!need.empty()) {
            Out(scenario.name).str("left_out", "the server does not offer " + need).done();
            return true;
        }
        scenario.run();
        return true;
    } catch (const std::exception& e) {
        Out(scenario.name).str("error", e.what()).done(false);
        return false;
    }
}

}  // namespace
}  // namespace mailbench

using namespace mailbench;

int main(int argc, char** argv) {
    signal(SIGPIPE, SIG_IGN);
    rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    rl.rlim_cur = rl.rlim_max;
    setrlimit(RLIMIT_NOFILE, &rl);
    vector<string> names;
    auto ints = [](const string& s) {
        vector<int> v;
        for (size_t p = 0; p < s.size();) {
            size_t q = s.find(',', p);
            if (q == string::npos) q = s.size();
            v.push_back(atoi(s.substr(p, q - p).c_str()));
            p = q + 1;
        }
        return v;
    };
    for (int i = 1; i < argc; ++i) {
        string a = argv[i];
        if (!starts(a, "--")) {
            names.push_back(a);
            continue;
        }
        if (i + 1 >= argc) usage();
        string v = argv[++i];
        std::map<string, string*> ss{{"--host", &O.host},
                                     {"--label", &O.label},
                                     {"--user-fmt", &O.user_fmt},
                                     {"--rcpt-fmt", &O.rcpt_fmt},
                                     {"--password", &O.password},
                                     {"--big-user", &O.big_user},
                                     {"--big-box", &O.big_box},
                                     {"--pop-user", &O.pop_user},
                                     {"--server-cgroup", &O.cgroup},
                                     {"--cold-cmd", &O.cold_cmd},
                                     {"--out", &O.out}};
        std::map<string, int*> is{{"--imap-port", &O.imap},
                                  {"--pop3-port", &O.pop3},
                                  {"--lmtp-port", &O.lmtp},
                                  {"--big-n", &O.big_n},
                                  {"--pop-n", &O.pop_n},
                                  {"--users", &O.users},
                                  {"--lmtp-conns", &O.lmtp_conns},
                                  {"--lmtp-msgs", &O.lmtp_msgs},
                                  {"--append-conns", &O.append_conns},
                                  {"--append-msgs", &O.append_msgs},
                                  {"--idle-k", &O.idle_k},
                                  {"--mixed-conns", &O.mixed_conns},
                                  {"--login-1", &O.login_1},
                                  {"--login-32", &O.login_32},
                                  {"--mixed-secs", &O.mixed_secs},
                                  {"--store-n", &O.store_n},
                                  {"--quickack", &O.quickack},
                                  {"--idle-settle", &O.idle_settle}};
        if (ss.count(a))
            *ss[a] = v;
        else if (is.count(a))
            *is[a] = atoi(v.c_str());
        else if (a == "--timeout")
            O.timeout = atof(v.c_str());
        else if (a == "--server-parent")
            O.parents = ints(v);
        else if (a == "--idle-counts")
            O.idle_counts = ints(v);
        else if (a == "--print-mail") {
            string m = Mail::make(uint32_t(atol(v.c_str())));
            fwrite(m.data(), 1, m.size(), stdout);
            return 0;
        } else
            usage();
    }
    if (names.empty()) usage();
    vector<const Scenario*> chosen;
    for (const string& name : names) {
        const size_t before = chosen.size();
        for (const Scenario& scenario : scenarios)
            if (name == scenario.name || (name == "all" && scenario.in_all)) chosen.push_back(&scenario);
        if (chosen.size() == before) usage();
    }
    bool good = true;
    for (const Scenario* scenario : chosen) good = perform(*scenario) && good;
    return good ? 0 : 1;
}
