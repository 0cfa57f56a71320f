#pragma once
// CPU, storage writes and memory of the server under test.
#include <dirent.h>
#include <sys/resource.h>

#include <map>

#include "options.hpp"

namespace mailbench {

inline vector<int> server_pids() {  // the given parents and all their descendants
    std::multimap<int, int> kids;
    DIR* d = opendir("/proc");
    if (!d) return {};
    while (dirent* e = readdir(d)) {
        int pid = atoi(e->d_name);
        if (pid <= 0) continue;
        string st = read_file(fmt("/proc/%d/stat", pid));
        size_t r = st.rfind(')');
        if (r == string::npos) continue;
        int ppid = 0;
        char c;
        if (sscanf(st.c_str() + r + 1, " %c %d", &c, &ppid) == 2) kids.emplace(ppid, pid);
    }
    closedir(d);
    vector<int> out = O.parents;
    for (size_t i = 0; i < out.size(); ++i) {
        auto [a, b] = kids.equal_range(out[i]);
        for (; a != b; ++a) out.push_back(a->second);
    }
    return out;
}

// busy CPU seconds of the whole machine, to tell how much others took during a measurement
inline double machine_cpu() {
    string s = read_file("/proc/stat");
    unsigned long v[8] = {};
    if (sscanf(s.c_str(), "cpu %lu %lu %lu %lu %lu %lu %lu %lu", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6,
               v + 7) != 8)
        return 0;
    return double(v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / double(sysconf(_SC_CLK_TCK));
}

struct Usage {
    double cpu = 0;
    int64_t wbytes = 0;
};

inline Usage server_usage() {
    Usage u;
    bool cg = !O.cgroup.empty();
    if (cg) {
        string s = read_file(O.cgroup + "/cpuacct.usage");  // cgroup v1, ns
        if (!s.empty())
            u.cpu = atof(s.c_str()) * 1e-9;
        else {  // cgroup v2
            long us = num_after(read_file(O.cgroup + "/cpu.stat"), "usage_usec ");
            u.cpu = double(us) * 1e-6;
        }
    }
    static const double hz = double(sysconf(_SC_CLK_TCK));
    for (int pid : server_pids()) {
        if (!cg) {
            string st = read_file(fmt("/proc/%d/stat", pid));
            size_t r = st.rfind(')');
            if (r == string::npos) continue;
            unsigned long ut = 0, stt = 0;
            long cut = 0, cst = 0;
            // reaped children are included, so a process per connection is counted too
            if (sscanf(st.c_str() + r + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
                       &ut, &stt, &cut, &cst) == 4)
                u.cpu += double(ut + stt + (unsigned long)cut + (unsigned long)cst) / hz;
        }
        long w = num_after(read_file(fmt("/proc/%d/io", pid)), "\nwrite_bytes: ");
        if (w > 0) u.wbytes += w;
    }
    return u;
}

inline int64_t server_pss_kb(int* nproc) {
    int64_t sum = 0;
    int n = 0;
    for (int pid : server_pids()) {
        string s = read_file(fmt("/proc/%d/smaps_rollup", pid));
        size_t p = s.find("\nPss:");
        if (p == string::npos) continue;
        sum += atoll(s.c_str() + p + 5);
        ++n;
    }
    if (nproc) *nproc = n;
    return sum;
}

inline double client_cpu() {
    rusage r;
    getrusage(RUSAGE_SELF, &r);
    return double(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           double(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

struct Sect {
    double wall = 0, cpu = 0, ccpu = 0, other = 0;
    int64_t wbytes = 0;
    Sect& operator+=(const Sect& o) {
        wall += o.wall, cpu += o.cpu, ccpu += o.ccpu, wbytes += o.wbytes, other += o.other;
        return *this;
    }
};
struct Meter {
    Usage u0;
    double t0 = 0, c0 = 0, m0 = 0;
    void start() {
        u0 = server_usage();
        m0 = machine_cpu();
        c0 = client_cpu();
        t0 = now();
    }
    Sect stop() {
        Sect s;
        s.wall = now() - t0;
        s.ccpu = client_cpu() - c0;
        double m1 = machine_cpu();
        Usage u = server_usage();
        s.cpu = u.cpu - u0.cpu;
        s.other = m1 - m0 - s.ccpu - s.cpu;  // other programs and kernel threads (10 ms steps)
        s.wbytes = u.wbytes - u0.wbytes;
        return s;
    }
};

}  // namespace mailbench
