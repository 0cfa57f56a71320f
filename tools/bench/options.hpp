#pragma once
// What the command line says.
#include "text.hpp"

namespace mailbench {

struct Options {
    string host = "127.0.0.1", label = "server";
    int imap = 143, pop3 = 0, lmtp = 0;  // 0: the server does not speak it
    string user_fmt = "bench%d", rcpt_fmt = "bench%d@example.org", password = "pass";
    string big_user = "big", big_box = "Big", pop_user = "pop";
    string inbox = "INBOX";
    vector<int> parents;
    string cgroup, cold_cmd, out;
    int big_n = 50000, users = 100;
    int lmtp_conns = 10, lmtp_msgs = 3000, append_conns = 10, append_msgs = 3000;
    int pop_n = 5000, idle_k = 200, mixed_conns = 50, mixed_secs = 30;
    int login_1 = 500, login_32 = 3000, store_n = 2000, quickack = 0, idle_settle = 3;
    double timeout = 600;
    vector<int> idle_counts{1000};
};
inline Options O;

inline string user_name(int i) {
    string s = O.user_fmt;
    size_t p = s.find("%d");
    if (p != string::npos) s.replace(p, 2, std::to_string(i));
    return s;
}
inline string rcpt_name(int i) {
    string s = O.rcpt_fmt;
    size_t p = s.find("%d");
    if (p != string::npos) s.replace(p, 2, std::to_string(i));
    return s;
}

}  // namespace mailbench
