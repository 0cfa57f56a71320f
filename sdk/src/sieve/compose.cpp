#include "postern/sieve/compose.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"

namespace postern::sieve {

namespace {

constexpr std::size_t word_octets = 42;  // of text in one encoded-word: 75 characters in all

std::string base64(std::string_view text) {
    std::string out((text.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    return out;
}

std::string folded(std::string_view text) {
    constexpr std::size_t line = 76;
    std::string out;
    std::size_t column = 20;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at + 1), text.size());
        if (column + end - at > line && text[at] == ' ' && at > 0) {
            out += "\r\n";
            column = 0;
        }
        out += text.substr(at, end - at);
        column += end - at;
        at = end;
    }
    return out;
}

}  // namespace

std::string encode_header(std::string_view utf8) {
    std::string clean(utf8);
    for (char& c : clean) {
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    }
    if (mime::is_ascii(clean) && clean.find("=?") == std::string::npos) return folded(clean);
    std::string out;
    for (std::size_t at = 0; at < clean.size();) {
        std::size_t end = std::min(at + word_octets, clean.size());
        while (end < clean.size() && end > at + 1 && (static_cast<unsigned char>(clean[end]) & 0xc0) == 0x80)
            --end;
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + base64(std::string_view(clean).substr(at, end - at)) + "?=";
        at = end;
    }
    return out;
}

std::string format_mail_date(UnixTime time, int zone_minutes) {
    using namespace std::chrono;
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds local{seconds(time + zone_minutes * 60)};
    const auto day = floor<std::chrono::days>(local);
    const year_month_day date(day);
    const hh_mm_ss clock(local - day);
    const int zone = std::abs(zone_minutes);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d %c%02d%02d",
                  days[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), zone_minutes < 0 ? '-' : '+', zone / 60,
                  zone % 60);
    return text.data();
}

std::string digest(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr);
    std::string out;
    for (unsigned i = 0; i < length; ++i) {
        out += "0123456789abcdef"[hash[i] >> 4];
        out += "0123456789abcdef"[hash[i] & 15];
    }
    return out;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n' || text[i] == '\r') {
            out += "\r\n";
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string compose(const Composed& mail) {
    std::string out;
    for (const auto& [name, value] : mail.fields) out += name + ": " + value + "\r\n";
    out += "MIME-Version: 1.0\r\n";
    const std::string text = with_crlf(mail.text);
    if (mail.is_entity) return out + text;
    out += "Content-Type: text/plain; charset=utf-8\r\n";
    out += mime::is_ascii(text) ? "Content-Transfer-Encoding: 7bit\r\n\r\n"
                                : "Content-Transfer-Encoding: 8bit\r\n\r\n";
    out += text;
    if (!text.ends_with("\r\n")) out += "\r\n";
    return out;
}

std::vector<std::pair<std::string, std::string>> automatic_fields(Machine& machine,
                                                                  std::string_view auto_submitted,
                                                                  std::string_view seed) {
    const Environment& environment = machine.environment();
    const std::string owner = environment.owner().empty() ? machine.envelope().to : environment.owner();
    const auto at = owner.rfind('@');
    const std::string domain = at == std::string::npos ? "localhost" : owner.substr(at + 1);
    const std::string id = digest(std::to_string(environment.now()) + "\n" + owner + "\n" +
                                  std::string(seed) + "\n" + *machine.original());
    return {{"Date", format_mail_date(environment.now(), environment.zone_minutes())},
            {"Message-ID", "<" + id.substr(0, 40) + "@" + domain + ">"},
            {"Auto-Submitted", std::string(auto_submitted)}};
}

std::string add_field(std::string_view message, std::string_view name, std::string_view value, bool last) {
    const std::string field = std::string(name) + ": " + std::string(value) + "\r\n";
    if (!last) return field + std::string(message);
    std::size_t end = mime::header_length(message);
    // Before the empty line, if there is one.
    const std::string_view header = message.substr(0, end);
    if (header.ends_with("\r\n\r\n") || header == "\r\n") {
        end -= 2;
    } else if (header.ends_with("\n\n") || header == "\n") {
        end -= 1;
    }
    std::string out(message.substr(0, end));
    if (!out.empty() && !out.ends_with('\n')) out += "\r\n";
    out += field;
    return out.append(message.substr(end));
}

}  // namespace postern::sieve
