#include "postern/encoding/base64.hpp"

#include <array>
#include <cstdint>

namespace postern {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t invalid = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(invalid);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}
constexpr auto values = make_values();

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t count = 0;
    for (const char c : text.substr(0, text.size() - padding)) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == invalid) return std::nullopt;
        bits = (bits << 6U) | value;
        if (++count % 4 != 0) continue;
        out += static_cast<char>(bits >> 16U);
        out += static_cast<char>(bits >> 8U);
        out += static_cast<char>(bits);
        bits = 0;
    }
    if (count % 4 == 2) out += static_cast<char>(bits >> 4U);
    if (count % 4 == 3) {
        out += static_cast<char>(bits >> 10U);
        out += static_cast<char>(bits >> 2U);
    }
    return out;
}

std::string encode_base64(std::string_view octets) {
    std::string out;
    out.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < octets.size(); i += 3) {
        const std::size_t left = octets.size() - i;
        const auto at = [&](std::size_t k) {
            return k < left ? static_cast<std::uint32_t>(static_cast<unsigned char>(octets[i + k])) : 0U;
        };
        const std::uint32_t bits = (at(0) << 16U) | (at(1) << 8U) | at(2);
        out += alphabet[bits >> 18U];
        out += alphabet[(bits >> 12U) & 63U];
        out += left > 1 ? alphabet[(bits >> 6U) & 63U] : '=';
        out += left > 2 ? alphabet[bits & 63U] : '=';
    }
    return out;
}

}  // namespace postern
