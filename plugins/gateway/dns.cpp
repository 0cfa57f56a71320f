#include "gateway/dns.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postern::gateway {

namespace {

constexpr std::size_t max_answer = 65'535;
constexpr std::size_t max_records = 100;
constexpr int seconds_a_try = 2;
constexpr int dns_tries = 2;

std::string lower_name(const char* name) {
    std::string out(name);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (out.ends_with('.')) out.pop_back();
    return out;
}

/// Calls take(rdata) for each answer of that type.
template <class Take>
Result<void> each_record(std::string_view answer, ns_type type, const Take& take) {
    ns_msg message;
    const auto* octets = reinterpret_cast<const unsigned char*>(answer.data());
    if (ns_initparse(octets, static_cast<int>(answer.size()), &message) != 0)
        return Error(Errc::protocol_violation, "the name server's answer cannot be read");
    const auto count = std::min<std::size_t>(ns_msg_count(message, ns_s_an), max_records);
    for (std::size_t i = 0; i < count; ++i) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, static_cast<int>(i), &record) != 0)
            return Error(Errc::protocol_violation, "the name server's answer cannot be read");
        if (ns_rr_type(record) == type) take(message, record);
    }
    return {};
}

/// The name that stands in a record at `at`; nothing if it cannot be read.
bool read_name(const ns_msg& message, const ns_rr& record, std::size_t at, std::string& out) {
    std::array<char, NS_MAXDNAME> name{};
    if (ns_rr_rdlen(record) <= at) return false;
    const int length = ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record) + at,
                                          name.data(), name.size());
    if (length < 0) return false;
    out = lower_name(name.data());
    return true;
}

/// res_state with its sockets, closed at the end.
struct Resolver {
    Resolver() { good = res_ninit(&state) == 0; }
    ~Resolver() {
        if (good) res_nclose(&state);
    }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    struct __res_state state {};
    bool good = false;
};

bool use_only(struct __res_state& state, const std::string& address) {
    const std::size_t colon = address.rfind(':');
    const std::string host = address.substr(0, colon);
    std::uint16_t port = NS_DEFAULTPORT;
    if (colon != std::string::npos) {
        const char* end = address.data() + address.size();
        const auto read = std::from_chars(address.data() + colon + 1, end, port);
        if (read.ec != std::errc() || read.ptr != end) return false;
    }
    state.nscount = 1;
    state.nsaddr_list[0] = {};
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_port = htons(port);
    return inet_pton(AF_INET, host.c_str(), &state.nsaddr_list[0].sin_addr) == 1;
}

}  // namespace

bool is_within(std::string_view host, std::string_view name) {
    if (host == name) return true;
    return host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
}

std::vector<SrvRecord> in_order(std::vector<SrvRecord> records, const Chance& chance) {
    std::erase_if(records, [](const SrvRecord& record) { return record.target.empty() || record.port == 0; });
    std::ranges::stable_sort(records, [](const SrvRecord& a, const SrvRecord& b) {
        // Of one priority those without weight first: they are chosen when the sum that is drawn is 0.
        return std::pair(a.priority, a.weight != 0) < std::pair(b.priority, b.weight != 0);
    });
    for (auto next = records.begin(); next != records.end(); ++next) {
        std::uint32_t sum = 0;
        auto end = next;
        for (; end != records.end() && end->priority == next->priority; ++end) sum += end->weight;
        std::uint32_t drawn = chance(sum + 1);
        auto chosen = next;
        while (chosen + 1 != end && chosen->weight < drawn) drawn -= (chosen++)->weight;
        std::rotate(next, chosen, chosen + 1);
    }
    return records;
}

Result<std::vector<SrvRecord>> parse_srv(std::string_view answer) {
    std::vector<SrvRecord> out;
    const auto read = each_record(answer, ns_t_srv, [&out](const ns_msg& message, const ns_rr& rr) {
        SrvRecord record;
        if (!read_name(message, rr, 6, record.target)) return;
        record.priority = static_cast<std::uint16_t>(ns_get16(ns_rr_rdata(rr)));
        record.weight = static_cast<std::uint16_t>(ns_get16(ns_rr_rdata(rr) + 2));
        record.port = static_cast<std::uint16_t>(ns_get16(ns_rr_rdata(rr) + 4));
        out.push_back(std::move(record));
    });
    if (!read) return read.error();
    if (out.empty()) return Error(Errc::not_found, "no SRV records");
    return out;
}

Result<std::vector<std::string>> parse_mx(std::string_view answer) {
    std::vector<std::pair<unsigned, std::string>> found;
    const auto read = each_record(answer, ns_t_mx, [&found](const ns_msg& message, const ns_rr& rr) {
        std::string host;
        if (!read_name(message, rr, 2, host) || host.empty()) return;
        found.emplace_back(ns_get16(ns_rr_rdata(rr)), std::move(host));
    });
    if (!read) return read.error();
    if (found.empty()) return Error(Errc::not_found, "no MX records");
    std::ranges::stable_sort(found, {}, [](const auto& entry) { return entry.first; });
    std::vector<std::string> out;
    for (auto& [preference, host] : found) out.push_back(std::move(host));
    return out;
}

Result<std::string> NameServer::ask(const std::string& name, int type) const {
    Resolver resolver;
    if (!resolver.good) return Error(Errc::unavailable, "the resolver cannot be used");
    if (!address_.empty() && !use_only(resolver.state, address_))
        return Error(Errc::invalid, "`" + address_ + "` is no address of a name server");
    resolver.state.retrans = seconds_a_try;
    resolver.state.retry = dns_tries;
    std::string answer(max_answer, '\0');
    const int length =
        res_nquery(&resolver.state, name.c_str(), ns_c_in, type,
                   reinterpret_cast<unsigned char*>(answer.data()), static_cast<int>(answer.size()));
    if (length < 0) {
        const int why = resolver.state.res_h_errno;
        const bool none = why == HOST_NOT_FOUND || why == NO_DATA;
        return Error(none ? Errc::not_found : Errc::unavailable, name + ": " + hstrerror(why));
    }
    answer.resize(std::min(static_cast<std::size_t>(length), answer.size()));
    return answer;
}

Result<std::vector<SrvRecord>> NameServer::srv(const std::string& name) const {
    const auto answer = ask(name, ns_t_srv);
    if (!answer) return answer.error();
    return parse_srv(*answer);
}

Result<std::vector<std::string>> NameServer::mx(const std::string& domain) const {
    const auto answer = ask(domain, ns_t_mx);
    if (!answer) return answer.error();
    return parse_mx(*answer);
}

Result<RemoteServer> discover(const NameServer& dns, const std::string& protocol, const std::string& domain,
                              const std::vector<std::string>& trusted, const Chance& chance) {
    const std::array<std::pair<std::string, RemoteTls>, 2> services = {
        std::pair("_" + protocol + "s._tcp." + domain, RemoteTls::implicit),
        std::pair("_" + protocol + "._tcp." + domain, RemoteTls::starttls)};
    Error why(Errc::not_found, "DNS names no " + protocol + " server of " + domain);
    for (const auto& [name, tls] : services) {
        auto records = dns.srv(name);
        if (!records && records.error().code != Errc::not_found) return records.error();
        if (!records) continue;
        const auto ordered = in_order(std::move(*records), chance);
        if (ordered.empty())
            why = Error(Errc::unsupported, domain + " does not offer " + protocol + ", says DNS");
        for (const SrvRecord& record : ordered) {
            const bool known = is_within(record.target, domain) ||
                               std::ranges::any_of(trusted, [&](const std::string& name) {
                                   return is_within(record.target, name);
                               });
            if (!known) {
                why = Error(Errc::permission_denied, "DNS leads from " + domain + " to " + record.target +
                                                         ", which `srv_hosts` does not name");
                continue;
            }
            RemoteServer server;
            server.host = record.target;
            server.port = record.port;
            server.tls = tls;
            return server;
        }
    }
    return why;
}

}  // namespace postern::gateway
