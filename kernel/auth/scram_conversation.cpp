// The messages of RFC 5802 section 7.
#include <openssl/crypto.h>

#include <algorithm>

#include "kernel/auth/scram.hpp"
#include "kernel/auth/scram_digest.hpp"
#include "postern/auth/saslprep.hpp"
#include "postern/encoding/base64.hpp"

namespace postern::auth {

namespace {

constexpr std::size_t max_message = 8192;
constexpr std::size_t max_nonce = 512;

Error malformed(const char* text) {
    return Error(Errc::protocol_violation, text);
}

/// Takes what is before the next comma, and the comma; nullopt if there is none.
std::optional<std::string_view> take_field(std::string_view& in) {
    const auto comma = in.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view field = in.substr(0, comma);
    in.remove_prefix(comma + 1);
    return field;
}

/// The value of a saslname: "=2C" and "=3D" stand for themselves; nullopt for any other "=", NUL and nothing.
std::optional<std::string> decode_name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '\0') return std::nullopt;
        if (c != '=') {
            out.push_back(c);
            text.remove_prefix(1);
            continue;
        }
        const std::string_view quoted = text.substr(0, 3);
        if (quoted != "=2C" && quoted != "=3D") return std::nullopt;
        out.push_back(quoted == "=2C" ? ',' : '=');
        text.remove_prefix(3);
    }
    if (out.empty()) return std::nullopt;
    return out;
}

bool is_nonce(std::string_view text) {
    return !text.empty() && text.size() <= max_nonce &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
}

/// Fields nobody asked for: each a letter, "=" and a value.
bool are_extensions(std::string_view text) {
    while (true) {
        const std::string_view one = text.substr(0, text.find(','));
        const bool letter = !one.empty() && ((one[0] | 0x20) >= 'a' && (one[0] | 0x20) <= 'z');
        if (!letter || one.size() < 3 || one[1] != '=' || one.find('\0') != std::string_view::npos)
            return false;
        if (one.size() == text.size()) return true;
        text.remove_prefix(one.size() + 1);
    }
}

bool equal_secrets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

ScramConversation::ScramConversation(ScramHash hash, ScramChannel channel)
    : hash_(hash), channel_(std::move(channel)) {}

/// gs2-cbind-flag.
Result<void> ScramConversation::read_binding(std::string_view flag) {
    if (flag == "n" || flag == "y") {
        if (channel_.plus) return malformed("The channel is to be bound");
        // Somebody between us has hidden what we offer (section 6).
        if (flag == "y" && channel_.plus_offered)
            return Error(Errc::authentication_failed, "The server does support channel binding");
        return {};
    }
    if (!flag.starts_with("p=")) return malformed("There is no such channel binding flag");
    if (!channel_.plus) return malformed("This mechanism does not bind the channel");
    const std::string_view type = flag.substr(2);
    if (type == "tls-exporter") binding_data_ = channel_.exporter;
    if (type == "tls-unique") binding_data_ = channel_.unique;
    if (type == "tls-server-end-point") binding_data_ = channel_.end_point;
    if (binding_data_.empty()) return malformed("That type of channel binding is not supported here");
    return {};
}

Result<void> ScramConversation::read_first(std::string_view message) {
    if (message.size() > max_message) return malformed("The message is too long");
    std::string_view in = message;
    const auto flag = take_field(in);
    const auto authzid = take_field(in);
    if (!flag || !authzid) return malformed("The message has no GS2 header");
    auto bound = read_binding(*flag);
    if (!bound) return bound;
    if (!authzid->empty()) {
        auto name = authzid->starts_with("a=") ? decode_name(authzid->substr(2)) : std::nullopt;
        if (name) name = saslprep(*name);
        if (!name) return malformed("The authorization identity is malformed");
        authzid_ = std::move(*name);
    }
    gs2_header_ = message.substr(0, message.size() - in.size());
    first_bare_ = in;
    if (in.starts_with("m=")) return malformed("Mandatory extensions are not supported");
    const auto user = take_field(in);
    auto name = user && user->starts_with("n=") ? decode_name(user->substr(2)) : std::nullopt;
    if (name) name = saslprep(*name);
    if (!name || name->empty()) return malformed("The name is malformed");
    user_ = std::move(*name);
    const std::string_view nonce = in.substr(0, in.find(','));
    if (!nonce.starts_with("r=") || !is_nonce(nonce.substr(2))) return malformed("The nonce is malformed");
    client_nonce_ = nonce.substr(2);
    if (nonce.size() < in.size() && !are_extensions(in.substr(nonce.size() + 1)))
        return malformed("An extension is malformed");
    return {};
}

std::string ScramConversation::challenge(ScramKeys keys, std::string_view nonce) {
    keys_ = std::move(keys);
    nonce_ = client_nonce_ + std::string(nonce);
    challenge_ = "r=" + nonce_ + ",s=" + encode_base64(keys_.salt) + ",i=" + std::to_string(keys_.iterations);
    return challenge_;
}

/// Section 3: the proof is ClientKey XOR ClientSignature.
bool ScramConversation::proves(const std::string& auth_message, std::string_view proof) const {
    if (proof.size() != scram_size(hash_)) return false;
    std::string client_key = scram_hmac(hash_, keys_.stored_key, auth_message);
    for (std::size_t i = 0; i < client_key.size(); ++i)
        client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
    return equal_secrets(scram_digest(hash_, client_key), keys_.stored_key);
}

Result<std::string> ScramConversation::read_final(std::string_view message) {
    if (message.size() > max_message) return malformed("The message is too long");
    const auto last = message.rfind(',');
    if (last == std::string_view::npos || !message.substr(last).starts_with(",p="))
        return malformed("The message has no proof");
    const auto proof = decode_base64(message.substr(last + 3));
    const std::string_view without_proof = message.substr(0, last);
    std::string_view in = without_proof;
    const auto channel = take_field(in);
    if (!proof || proof->empty() || !channel || !channel->starts_with("c="))
        return malformed("The message is malformed");
    const std::string_view nonce = in.substr(0, in.find(','));
    if (!nonce.starts_with("r=")) return malformed("The message has no nonce");
    if (nonce.size() < in.size() && !are_extensions(in.substr(nonce.size() + 1)))
        return malformed("An extension is malformed");
    if (nonce.substr(2) != nonce_) return Error(Errc::authentication_failed, "The nonce is another");
    if (channel->substr(2) != encode_base64(gs2_header_ + binding_data_))
        return Error(Errc::authentication_failed, "The channel is another");
    const std::string auth_message = first_bare_ + ',' + challenge_ + ',' + std::string(without_proof);
    if (!proves(auth_message, *proof)) return Error(Errc::authentication_failed, "The proof is wrong");
    return "v=" + encode_base64(scram_hmac(hash_, keys_.server_key, auth_message));
}

}  // namespace postern::auth
