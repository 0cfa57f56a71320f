#include "postern/mail/trace.hpp"

#include <array>
#include <chrono>

namespace postern::mail {

namespace {

std::string two(unsigned number) {
    return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string format_date(UnixTime time) {
    using namespace std::chrono;
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds point{seconds(time)};
    const auto day = floor<std::chrono::days>(point);
    const year_month_day date(day);
    const hh_mm_ss clock(point - day);
    return std::string(days[weekday(day).c_encoding()]) + ", " +
           std::to_string(static_cast<unsigned>(date.day())) + ' ' +
           months[static_cast<unsigned>(date.month()) - 1] + ' ' +
           std::to_string(static_cast<int>(date.year())) + ' ' +
           two(static_cast<unsigned>(clock.hours().count())) + ':' +
           two(static_cast<unsigned>(clock.minutes().count())) + ':' +
           two(static_cast<unsigned>(clock.seconds().count())) + " +0000";
}

std::string received_field(const PeerFacts& peer, std::string_view id, std::string_view recipient,
                           UnixTime time) {
    std::string field = "Received: ";
    if (!peer.helo.empty() || !peer.address.empty()) {
        const bool six = peer.address.find(':') != std::string::npos;
        field += "from " + (peer.helo.empty() ? std::string("unknown") : peer.helo) + " (";
        if (!peer.host.empty()) field += peer.host + ' ';
        field += '[' + std::string(six ? "IPv6:" : "") + peer.address + "])\r\n\t";
    }
    if (!peer.tls.empty()) field += "(using " + peer.tls + ")\r\n\t";
    field += "by " + peer.server + " (Postern)";
    if (!peer.protocol.empty()) field += " with " + peer.protocol;
    field += " id " + std::string(id);
    if (!recipient.empty()) field += "\r\n\tfor <" + std::string(recipient) + '>';
    field += ";\r\n\t" + format_date(time) + "\r\n";
    return field;
}

std::string return_path_field(std::string_view sender) {
    return "Return-Path: <" + std::string(sender) + ">\r\n";
}

}  // namespace postern::mail
