#pragma once
// The mail of the benchmark: the same from the same number, always.
#include <set>

#include "text.hpp"

namespace mailbench {

struct Rng {
    uint64_t s;
    uint64_t next() {
        uint64_t z = (s += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }
    uint32_t below(uint32_t n) { return uint32_t((next() >> 32) * n >> 32); }
};

inline constexpr const char* kNeedle = "qxneedlezv";      // in the text of ids with id % 10000 == 1234
inline constexpr const char* kAbsent = "qxabsentzv";      // in none
inline constexpr const char* kSubjectTerm = "zephyrine";  // in the subject of ids with id % 500 == 77
inline constexpr char b64c[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Mail {
    static constexpr uint64_t seed = 20240607;
    static const vector<string>& vocab() {
        static vector<string> v = [] {
            static const char* on[] = {"b", "c", "d", "f", "g", "h",  "j",  "k",  "l",  "m",  "n",  "p",
                                       "r", "s", "t", "v", "w", "st", "tr", "br", "pl", "sh", "ch", "gr"};
            static const char* vo[] = {"a", "e", "i", "o", "u", "ea", "ou", "ai"};
            static const char* co[] = {"", "", "", "n", "r", "s", "t", "l", "m", "nd"};
            Rng r{seed};
            std::set<string> seen;
            vector<string> w;
            while (w.size() < 20000) {
                string s;
                int syl = 1 + int(r.below(w.size() < 500 ? 2 : 4));
                for (int i = 0; i < syl; ++i) s += on[r.below(24)], s += vo[r.below(8)], s += co[r.below(10)];
                if (seen.insert(s).second)
                    w.push_back(s);
                else if (w.size() < 500 && seen.size() > 450)
                    w.push_back(s + "s");
            }
            return w;
        }();
        return v;
    }
    static const string& blob() {  // base64 lines to cut attachments from
        static string s = [] {
            Rng r{seed + 1};
            string o;
            o.reserve(78 * 16384);
            for (int i = 0; i < 16384; ++i) {
                for (int j = 0; j < 76; ++j) o += b64c[r.next() >> 58];
                o += "\r\n";
            }
            return o;
        }();
        return s;
    }
    static const string& word(Rng& r) {
        double u = double(r.next() >> 11) * 0x1p-53;
        const auto& v = vocab();
        return v[size_t(u * u * u * double(v.size()))];
    }
    static Rng rng(uint32_t id) { return Rng{seed * 1000003 + uint64_t(id) * 0x9e3779b97f4a7c15ull}; }
    static int kind(uint32_t id, uint32_t& target) {  // 0 text, 1 alternative, 2 attachment
        Rng r = rng(id);
        uint32_t k = r.below(100);
        if (k < 60) return target = 2048 + r.below(6144), 0;
        if (k < 96) return target = 10240 + r.below(30720), 1;
        return target = 102400 + r.below(409600), 2;
    }
    static size_t size(uint32_t id) {
        uint32_t t;
        kind(id, t);
        return t;
    }
    static time_t date(uint32_t id) {
        Rng r = rng(id ^ 0x55555555u);
        return time_t(1600000000) + time_t(id) * 613 + time_t(r.below(7200));
    }
    static int64_t parent(uint32_t id) {
        Rng r = rng(id ^ 0x33333333u);
        if (id == 0 || r.below(100) >= 60) return -1;
        int64_t p = int64_t(id) - 1 - int64_t(r.below(40));
        return p < 0 ? -1 : p;
    }
    static string msgid(uint32_t id) { return fmt("<bench.%08u@mail.example.org>", id); }
    static string rfcdate(time_t t) {
        static const char* wd[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static const char* mo[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        tm m;
        gmtime_r(&t, &m);
        return fmt("%s, %d %s %d %02d:%02d:%02d +0000", wd[m.tm_wday], m.tm_mday, mo[m.tm_mon],
                   m.tm_year + 1900, m.tm_hour, m.tm_min, m.tm_sec);
    }
    static string internaldate(time_t t) {
        static const char* mo[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        tm m;
        gmtime_r(&t, &m);
        return fmt("%02d-%s-%d %02d:%02d:%02d +0000", m.tm_mday, mo[m.tm_mon], m.tm_year + 1900, m.tm_hour,
                   m.tm_min, m.tm_sec);
    }
    static string cap(string s) {
        if (!s.empty()) s[0] = char(toupper(s[0]));
        return s;
    }
    // text lines, about n bytes (never more), each ended by `eol`
    static void prose(string& o, Rng& r, size_t n, const char* eol, const char* special) {
        size_t end = o.size() + n, el = strlen(eol);
        bool first = true;
        while (o.size() + 80 + el < end) {
            size_t ls = o.size();
            if (special && first) o += special, o += ' ';
            first = false;
            while (o.size() - ls < 64) {
                o += word(r);
                o += r.below(12) == 0 ? ". " : " ";
            }
            o.back() = '.';
            o += eol;
        }
    }
    static void pad(string& o, Rng& r,
                    size_t n) {  // exactly n bytes (n >= 2), lines of letters, ends with CRLF
        while (n > 0) {
            size_t l = n <= 74 ? n : (n < 78 ? n - 20 : 74);
            for (size_t i = 0; i + 2 < l; ++i) o += char('a' + r.below(26));
            o += "\r\n";
            n -= l;
        }
    }
    static string make(uint32_t id) {
        uint32_t target;
        int k = kind(id, target);
        Rng r = rng(id);
        r.next(), r.next(), r.next();
        string o;
        o.reserve(target + 16);
        time_t d = date(id);
        string ds = rfcdate(d);
        o += fmt("X-Bench-Id: %08u %08u\r\n", id, target);
        string fn = cap(word(r)), ln = cap(word(r));
        uint32_t who = r.below(400);
        string from = fmt("sender%u@host%u.example.com", who, who % 37);
        o += "Return-Path: <" + from + ">\r\n";
        for (int i = 0; i < 3; ++i)
            o +=
                fmt("Received: from mx%u.example.net (mx%u.example.net [192.0.2.%u])\r\n\tby "
                    "mail%d.example.org with ESMTPS id %08x%08x\r\n\tfor <user@example.org>; %s\r\n",
                    r.below(90), r.below(90), r.below(250), i, r.below(0xffffffffu), r.below(0xffffffffu),
                    ds.c_str());
        if (k > 0) {
            o +=
                fmt("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=host%u.example.com;\r\n\ts=s1; "
                    "h=from:to:subject:date:message-id; bh=",
                    who % 37);
            for (int i = 0; i < 43; ++i) o += b64c[r.next() >> 58];
            o += "=;\r\n\tb=";
            for (int l = 0; l < 5; ++l) {
                for (int i = 0; i < 66; ++i) o += b64c[r.next() >> 58];
                o += l < 4 ? "\r\n\t " : "==\r\n";
            }
        }
        o += "Authentication-Results: mail.example.org; dkim=pass; spf=pass smtp.mailfrom=" + from + "\r\n";
        o += "From: \"" + fn + " " + ln + "\" <" + from + ">\r\n";
        o += fmt("To: \"%s\" <user@example.org>\r\n", cap(word(r)).c_str());
        if (r.below(10) < 3)
            o += fmt("Cc: %s <cc%u@example.org>, cc%u@example.org\r\n", cap(word(r)).c_str(), r.below(99),
                     r.below(99));
        int64_t p = parent(id);
        o += "Subject: ";
        if (p >= 0) o += "Re: ";
        if (r.below(10) == 0) o += "=?utf-8?Q?Caf=C3=A9_" + word(r) + "_=E2=82=AC?= ";
        for (int i = 0, n = 2 + int(r.below(5)); i < n; ++i) o += word(r) + " ";
        if (id % 500 == 77) o += string(kSubjectTerm) + " ";
        o.back() = '\r';
        o += "\n";
        o += "Message-ID: " + msgid(id) + "\r\nDate: " + ds + "\r\n";
        if (p >= 0) {
            o += "In-Reply-To: " + msgid(uint32_t(p)) + "\r\n";
            vector<uint32_t> chain;
            for (int64_t q = p; q >= 0 && chain.size() < 8; q = parent(uint32_t(q)))
                chain.push_back(uint32_t(q));
            o += "References:";
            for (size_t i = chain.size(); i-- > 0;) o += " " + msgid(chain[i]) + (i ? "\r\n" : "");
            o += "\r\n";
        }
        if (r.below(5) == 0)
            o += "List-Id: <list" + std::to_string(r.below(20)) + ".example.org>\r\nPrecedence: list\r\n";
        o += "User-Agent: BenchMail/1.0\r\nMIME-Version: 1.0\r\n";
        const char* special = id % 10000 == 1234 ? kNeedle : nullptr;
        if (k == 0) {
            o += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
            if (special) o += string(special) + "\r\n";
            if (o.size() + 200 < target) prose(o, r, target - o.size() - 100, "\r\n", nullptr);
            if (o.size() + 2 > target) fail("generator: header longer than message");
            pad(o, r, target - o.size());
        } else if (k == 1) {
            string bd = fmt("=_alt_%08x", id);
            o += "Content-Type: multipart/alternative; boundary=\"" + bd + "\"\r\n\r\n--" + bd +
                 "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
                 "quoted-printable\r\n\r\n";
            prose(o, r, target / 4, " caf=C3=A9\r\n", special);
            o += "\r\n--" + bd +
                 "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
                 "quoted-printable\r\n\r\n<html><body style=3D\"color:black\">\r\n";
            string tail = "</body></html>\r\n\r\n--" + bd + "--\r\n";
            while (o.size() + 900 + tail.size() < target) {
                o += "<p class=3D\"para\">\r\n";
                prose(o, r, 600, "=\r\n", nullptr);
                o += "</p>\r\n";
            }
            pad(o, r, target - o.size() - tail.size());
            o += tail;
        } else {
            string bd = fmt("=_mix_%08x", id);
            o += "Content-Type: multipart/mixed; boundary=\"" + bd + "\"\r\n\r\n--" + bd +
                 "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
            prose(o, r, 2000, "\r\n", special);
            string mid = "\r\n--" + bd + "\r\nContent-Type: application/pdf; name=\"file" +
                         std::to_string(id) + ".pdf\"\r\nContent-Disposition: attachment; filename=\"file" +
                         std::to_string(id) + ".pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n";
            string tail = "\r\n--" + bd + "--\r\n";
            size_t rest = target - o.size() - mid.size() - tail.size();
            size_t lines = (rest - 2) / 78;
            pad(o, r, rest - lines * 78);
            o += mid;
            const string& bl = blob();
            size_t at = r.below(9000);
            o.append(bl, at * 78, lines * 78);
            o += tail;
        }
        if (o.size() != target)
            fail(fmt("generator: id %u kind %d made %zu bytes, wanted %u", id, k, o.size(), target));
        return o;
    }
};

}  // namespace mailbench
