// What clients say in an exchange before anybody knows who they are.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "auth-oauth/bearer_message.hpp"
#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/scram.hpp"
#include "postern/auth/saslprep.hpp"
#include "postern/auth/token_introspection.hpp"

using namespace postern;

namespace {

void converse(std::string_view first, std::string_view last, auth::ScramChannel channel) {
    auth::ScramConversation server(auth::ScramHash::sha256, std::move(channel));
    if (!server.read_first(first)) return;
    // A name is never empty, and prepared once and for all.
    if (server.user().empty() || saslprep(server.user()) == "") __builtin_trap();
    auth::ScramKeys keys;
    keys.iterations = 4096;
    keys.salt = "salt";
    keys.stored_key = std::string(32, 's');
    keys.server_key = std::string(32, 'v');
    server.challenge(std::move(keys), "nonce");
    // Nobody has the key behind this.
    if (server.read_final(last)) __builtin_trap();
}

void read_bearer(const Result<oauth::BearerMessage>& read) {
    if (!read) return;
    // It becomes part of a form and of the log.
    if (read->token.empty() || read->token.find_first_of("\r\n\1") != std::string::npos) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(input.find('\n'), input.size());
    const std::string_view first = input.substr(0, end);
    const std::string_view last = end < input.size() ? input.substr(end + 1) : "";
    converse(first, last, {});
    converse(first, last, {true, true, "exported", "finished", "end point"});
    const auto prepared = saslprep(first);
    if (prepared && prepared->find('\0') != std::string::npos) __builtin_trap();
    read_bearer(oauth::parse_oauthbearer(input));
    read_bearer(oauth::parse_xoauth2(input));
    const auto facts = parse_introspection(input);
    if (facts && facts->members.empty() && !facts->member("username").empty()) __builtin_trap();
    const auto secret = auth::AccountSecret::parse(input);
    if (auth::AccountSecret::parse(secret.to_text()).to_text() != secret.to_text()) __builtin_trap();
    return 0;
}
