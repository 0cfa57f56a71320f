#pragma once
// Results as JSON lines; the pool of messages to deliver.
#include "accounting.hpp"
#include "mail.hpp"

namespace mailbench {

// milliseconds for a fixed piece of work: shows when the machine itself runs slower (shared hosts do)
inline double calibrate() {
    static vector<uint64_t> mem(1 << 19, 1);  // 4 MiB
    vector<double> v;
    for (int k = 0; k < 3; ++k) {
        double t = now();
        uint64_t x = 88172645463325252ull;
        for (int i = 0; i < 2000000; ++i) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            mem[x & (mem.size() - 1)] += x;
        }
        v.push_back((now() - t) * 1e3);
    }
    return pct(v, 50);
}

struct Out {
    string s;
    explicit Out(const string& name) {
        s = fmt("{\"scenario\":\"%s\",\"label\":\"%s\"", name.c_str(), O.label.c_str());
    }
    Out& num(const string& k, double v) {
        s += fmt(",\"%s\":%.6g", k.c_str(), v);
        return *this;
    }
    Out& str(const string& k, const string& v) {
        string e;
        for (char ch : v) {
            if (ch == '"' || ch == '\\')
                e += '\\', e += ch;
            else if (static_cast<unsigned char>(ch) < 32)
                e += ' ';
            else
                e += ch;
        }
        s += ",\"" + k + "\":\"" + e + "\"";
        return *this;
    }
    Out& sect(const string& p, const Sect& x) {
        num(p + "wall_s", x.wall)
            .num(p + "server_cpu_s", x.cpu)
            .num(p + "client_cpu_s", x.ccpu)
            .num(p + "other_cpu_s", x.other);
        if (!O.parents.empty()) num(p + "server_write_mb", double(x.wbytes) / 1e6);
        return *this;
    }
    void done(bool ok = true) {
        num("calib_ms", calibrate());
        s += fmt(",\"ok\":%s}\n", ok ? "true" : "false");
        fputs(s.c_str(), stdout);
        fflush(stdout);
        if (!O.out.empty())
            if (FILE* f = fopen(O.out.c_str(), "a")) {
                fputs(s.c_str(), f);
                fclose(f);
            }
    }
};

inline void cold() {
    if (O.cold_cmd.empty()) return;
    int rc = system(O.cold_cmd.c_str());
    if (rc != 0) fail("cold command failed");
}

// pool of messages used by the delivery scenarios
inline const vector<string>& pool() {
    static vector<string> v = [] {
        vector<string> p;
        for (uint32_t i = 0; i < 500; ++i) p.push_back(Mail::make(1000000 + i));
        return p;
    }();
    return v;
}

// a copy with a Message-ID never used before (servers may drop duplicates), same length
inline string fresh(const string& m) {
    static Rng r{uint64_t(time(nullptr)) * 1000003 + uint64_t(getpid())};
    string c = m;
    size_t p = c.find("\r\nMessage-ID: <bench.");
    if (p == string::npos) fail("generator: no Message-ID");
    p += 15;
    for (size_t i = 0; i < 14; ++i) c[p + i] = "abcdefghijklmnopqrstuvwxyz012345"[r.next() >> 59];
    return c;
}

}  // namespace mailbench
