#include "tests/gateway/support/name_server.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace postern::gateway::test {

namespace {

constexpr std::size_t header_size = 12;

std::string number16(unsigned number) {
    return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xffU)};
}

std::string wire_name(const std::string& name) {
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t dot = std::min(name.find('.', at), name.size());
        out += static_cast<char>(dot - at);
        out += name.substr(at, dot - at);
        at = dot + 1;
    }
    return out + '\0';
}

std::string rdata_of(const SrvData& record) {
    return number16(record.priority) + number16(record.weight) + number16(record.port) +
           wire_name(record.target);
}

std::string key_of(unsigned type, const std::string& wire) {
    return std::to_string(type) + ' ' + wire;
}

/// `question` is the part after the header; an answer names it by a pointer.
std::string message(const std::string& id, unsigned code, const std::string& question, unsigned type,
                    const std::vector<std::string>& records) {
    std::string out = id + number16(0x8180U | code) + number16(1) +
                      number16(static_cast<unsigned>(records.size())) + number16(0) + number16(0) + question;
    for (const std::string& rdata : records) {
        out += number16(0xc00cU) + number16(type) + number16(ns_c_in) + number16(0) + number16(60) +
               number16(static_cast<unsigned>(rdata.size())) + rdata;
    }
    return out;
}

}  // namespace

std::string srv_answer(const std::string& name, const std::vector<SrvData>& records) {
    std::vector<std::string> rdata;
    for (const SrvData& record : records) rdata.push_back(rdata_of(record));
    const std::string question = wire_name(name) + number16(ns_t_srv) + number16(ns_c_in);
    return message(number16(1), 0, question, ns_t_srv, rdata);
}

ScriptedNameServer::ScriptedNameServer() {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&here), size) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        throw std::runtime_error("no socket for a name server");
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
}

ScriptedNameServer::~ScriptedNameServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
}

std::string ScriptedNameServer::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void ScriptedNameServer::srv(const std::string& name, std::uint16_t priority, std::uint16_t weight,
                             std::uint16_t port, const std::string& target) {
    const std::lock_guard lock(guard_);
    records_[key_of(ns_t_srv, wire_name(name))].push_back(rdata_of({priority, weight, port, target}));
}

void ScriptedNameServer::mx(const std::string& name, std::uint16_t preference, const std::string& host) {
    const std::lock_guard lock(guard_);
    records_[key_of(ns_t_mx, wire_name(name))].push_back(number16(preference) + wire_name(host));
}

std::string ScriptedNameServer::answer(const std::string& question) {
    const std::string id = question.substr(0, 2);
    const std::size_t end = question.find('\0', header_size) + 1;
    const std::string asked = question.substr(header_size, end + 4 - header_size);
    const unsigned type = static_cast<unsigned char>(question.at(end + 1));
    if (fail) return message(id, ns_r_servfail, asked, type, {});
    const std::lock_guard lock(guard_);
    const auto found = records_.find(key_of(type, question.substr(header_size, end - header_size)));
    if (found == records_.end()) return message(id, ns_r_nxdomain, asked, type, {});
    return message(id, ns_r_noerror, asked, type, found->second);
}

void ScriptedNameServer::serve() {
    std::array<char, 1500> buffer{};
    while (true) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t count =
            recvfrom(socket_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (count <= static_cast<ssize_t>(header_size)) return;
        ++questions;
        const std::string reply = answer(std::string(buffer.data(), static_cast<std::size_t>(count)));
        sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
}

}  // namespace postern::gateway::test
