#include "postern/gateway/sasl.hpp"

namespace postern::gateway {

std::string base64(std::string_view octets) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const bool there = i + k < octets.size();
            group = (group << 8) | (there ? static_cast<unsigned char>(octets[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += i + k > octets.size() ? '=' : digits[(group >> (18 - 6 * k)) & 63U];
        }
    }
    return out;
}

std::string sasl_plain(const RemoteCredential& credential) {
    std::string out(1, '\0');
    out.append(credential.login).append(1, '\0').append(credential.secret);
    return out;
}

std::string sasl_oauthbearer(const RemoteCredential& credential, const RemoteServer& server) {
    std::string out = "n,a=";
    // saslname: "," and "=" are written as =2C and =3D (RFC 5801 section 4).
    for (const char c : credential.login) {
        if (c == ',') {
            out += "=2C";
        } else if (c == '=') {
            out += "=3D";
        } else {
            out += c;
        }
    }
    out += ",\x01host=" + server.host + "\x01port=" + std::to_string(server.port);
    out +=
        "\x01"
        "auth=Bearer " +
        credential.secret + "\x01\x01";
    return out;
}

std::string sasl_xoauth2(const RemoteCredential& credential) {
    return "user=" + credential.login +
           "\x01"
           "auth=Bearer " +
           credential.secret + "\x01\x01";
}

}  // namespace postern::gateway
