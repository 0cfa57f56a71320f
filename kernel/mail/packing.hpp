#pragma once
// Variable-length numbers (LEB128, zigzag for signed ones): the alphabet of the packed formats of this folder.
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::mail {

/// Appends to a string it does not own.
class Packer {
public:
    explicit Packer(std::string& out) : out_(out) {}

    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value));
    }
    void signed_number(std::int64_t value) {
        number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    void text(std::string_view value) {
        number(value.size());
        out_.append(value);
    }

private:
    std::string& out_;
};

/// Reads what Packer wrote. After any fault ok() is false and every value is 0 or empty; callers check once at the
/// end. Never reads outside the input.
class Unpacker {
public:
    explicit Unpacker(std::string_view in) : at_(in.data()), end_(in.data() + in.size()) {}

    bool ok() const { return ok_; }
    bool at_end() const { return at_ == end_; }
    std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

    std::uint8_t byte() {
        if (at_ == end_) return fail();
        return static_cast<std::uint8_t>(*at_++);
    }
    std::uint64_t number() {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) return static_cast<std::uint8_t>(*at_++);
        return long_number();
    }
    std::int64_t signed_number() {
        const std::uint64_t raw = number();
        return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
    }
    /// A number at most `limit`; larger is a fault.
    std::uint64_t number_up_to(std::uint64_t limit) {
        const std::uint64_t value = number();
        return value <= limit ? value : fail();
    }
    /// A count of elements of at least `octets_each`: one that cannot fit into the rest is a fault, so that no
    /// input makes the reader allocate more than in proportion to its own length.
    std::size_t count(std::size_t octets_each = 1) { return number_up_to(remaining() / octets_each); }
    std::string_view text() {
        const std::size_t size = count();
        return take(size);
    }
    std::string_view take(std::size_t size) {
        if (size > remaining()) {
            fail();
            return {};
        }
        const std::string_view value(at_, size);
        at_ += size;
        return value;
    }

    std::uint8_t fail() {
        ok_ = false;
        at_ = end_;
        return 0;
    }

private:
    std::uint64_t long_number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at_ == end_) return fail();
            const auto octet = static_cast<std::uint8_t>(*at_++);
            if (shift == 63 && octet > 1) return fail();
            value |= static_cast<std::uint64_t>(octet & 0x7f) << shift;
            if (octet < 0x80) return value;
        }
        return fail();
    }

    const char* at_;
    const char* end_;
    bool ok_ = true;
};

}  // namespace postern::mail
