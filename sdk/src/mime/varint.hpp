#pragma once
// Little helpers of the packed formats: LEB128 numbers, fixed 64-bit little-endian, a bounded reader.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace postern::mime {

inline void put_varint(std::uint64_t value, std::string& out) {
    while (value >= 128) {
        out += static_cast<char>(value | 128);
        value >>= 7;
    }
    out += static_cast<char>(value);
}

/// Signed numbers: small magnitudes of either sign become small varints.
inline void put_signed(std::int64_t value, std::string& out) {
    put_varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63), out);
}

inline void put_fixed64(std::uint64_t value, std::string& out) {
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

inline std::uint64_t get_fixed64(const char* p) noexcept {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
    return value;
}

/// Reads packed data. After the first failure ok() is false and every read gives 0 or an empty view.
class PackedReader {
public:
    explicit PackedReader(std::string_view data) noexcept : data_(data) {}

    bool ok() const noexcept { return ok_; }
    bool at_end() const noexcept { return data_.empty(); }
    std::string_view rest() const noexcept { return data_; }

    std::uint8_t byte() noexcept {
        if (data_.empty()) return fail();
        const auto b = static_cast<std::uint8_t>(data_.front());
        data_.remove_prefix(1);
        return b;
    }
    std::uint64_t varint() noexcept {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t b = byte();
            value |= std::uint64_t{b & 127U} << shift;
            if (b < 128) return value;
        }
        return fail();
    }
    std::int64_t signed_varint() noexcept {
        const std::uint64_t v = varint();
        return static_cast<std::int64_t>((v >> 1) ^ (~(v & 1) + 1));
    }
    std::uint64_t fixed64() noexcept {
        const std::string_view b = bytes(8);
        return b.size() == 8 ? get_fixed64(b.data()) : 0;
    }
    std::string_view bytes(std::uint64_t count) noexcept {
        if (count > data_.size()) {
            fail();
            return {};
        }
        const std::string_view b = data_.substr(0, count);
        data_.remove_prefix(count);
        return b;
    }
    /// A varint length and that many octets.
    std::string_view sized() noexcept { return bytes(varint()); }

private:
    std::uint8_t fail() noexcept {
        ok_ = false;
        data_ = {};
        return 0;
    }

    std::string_view data_;
    bool ok_ = true;
};

}  // namespace postern::mime
