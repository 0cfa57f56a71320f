#pragma once
// Small helpers over text, time and files.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mailbench {

using std::string;
using std::string_view;
using std::vector;

inline double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

__attribute__((format(printf, 1, 2))) inline string fmt(const char* f, ...) {
    va_list ap, ap2;
    va_start(ap, f);
    va_copy(ap2, ap);
    int n = vsnprintf(nullptr, 0, f, ap);
    va_end(ap);
    string s(size_t(n), '\0');
    vsnprintf(s.data(), s.size() + 1, f, ap2);
    va_end(ap2);
    return s;
}

[[noreturn]] inline void fail(const string& why) {
    throw std::runtime_error(why);
}

inline double pct(vector<double> v, double p) {
    if (v.empty()) return 0;
    size_t k = std::min(v.size() - 1, size_t(p / 100.0 * double(v.size())));
    std::nth_element(v.begin(), v.begin() + long(k), v.end());
    return v[k];
}

inline bool has(string_view s, string_view what) {
    return memmem(s.data(), s.size(), what.data(), what.size()) != nullptr;
}

inline bool starts(string_view s, string_view p) {
    return s.substr(0, p.size()) == p;
}

inline bool ihas(string_view s, string_view what) {
    return std::search(s.begin(), s.end(), what.begin(), what.end(), [](char a, char b) {
               return tolower(static_cast<unsigned char>(a)) == tolower(static_cast<unsigned char>(b));
           }) != s.end();
}

// number that follows `key` in s, or -1
inline long num_after(string_view s, string_view key) {
    const void* p = memmem(s.data(), s.size(), key.data(), key.size());
    if (!p) return -1;
    size_t i = size_t(static_cast<const char*>(p) - s.data()) + key.size();
    long n = -1;
    for (; i < s.size() && s[i] >= '0' && s[i] <= '9'; ++i) n = (n < 0 ? 0 : n) * 10 + (s[i] - '0');
    return n;
}

inline string read_file(const string& path) {
    int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    string s;
    char b[8192];
    ssize_t n;
    while ((n = read(fd, b, sizeof b)) > 0) s.append(b, size_t(n));
    close(fd);
    return s;
}

}  // namespace mailbench
