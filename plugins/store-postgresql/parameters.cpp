#include "store-postgresql/parameters.hpp"

#include <charconv>

#include "store-postgresql/failure.hpp"

namespace postern::store::postgresql {

namespace {

// Object ids of the types in pg_type, which never change.
constexpr std::uint32_t type_bytea = 17;
constexpr std::uint32_t type_bigint = 20;
constexpr std::uint32_t type_text = 25;

std::uint64_t read_big_endian(const char* data, int length) {
    std::uint64_t value = 0;
    for (int i = 0; i < length; ++i) value = (value << 8) | static_cast<unsigned char>(data[i]);
    return value;
}

}  // namespace

void Parameters::begin() {
    entries_.push_back({buffer_.size(), 0});
}

void Parameters::end() {
    entries_.back().length = static_cast<int>(buffer_.size() - entries_.back().offset);
}

void Parameters::put32(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) buffer_.push_back(static_cast<char>(value >> shift));
}

void Parameters::put64(std::uint64_t value) {
    put32(static_cast<std::uint32_t>(value >> 32));
    put32(static_cast<std::uint32_t>(value));
}

void Parameters::add(std::int64_t value) {
    begin();
    put64(static_cast<std::uint64_t>(value));
    end();
}

void Parameters::add(bool value) {
    begin();
    buffer_.push_back(value ? '\1' : '\0');
    end();
}

void Parameters::add(std::string_view octets) {
    begin();
    buffer_.append(octets);
    end();
}

void Parameters::add_null() {
    entries_.push_back({buffer_.size(), -1});
}

// PostgreSQL's array_recv: dimensions, whether there are nulls, the element type, then size and lower bound of the
// dimension, then each element with its length.
void Parameters::array_header(std::uint32_t type, std::size_t size, bool has_null) {
    put32(1);
    put32(has_null ? 1 : 0);
    put32(type);
    put32(static_cast<std::uint32_t>(size));
    put32(1);
}

void Parameters::add_array(std::span<const std::int64_t> values) {
    if (values.empty()) return add_null();
    begin();
    array_header(type_bigint, values.size(), false);
    for (const std::int64_t value : values) {
        put32(8);
        put64(static_cast<std::uint64_t>(value));
    }
    end();
}

void Parameters::add_octet_array(std::uint32_t type,
                                 std::span<const std::optional<std::string_view>> values) {
    if (values.empty()) return add_null();
    begin();
    const bool has_null = std::any_of(values.begin(), values.end(), [](const auto& value) { return !value; });
    array_header(type, values.size(), has_null);
    for (const auto& value : values) {
        put32(value ? static_cast<std::uint32_t>(value->size()) : 0xffffffffU);
        if (value) buffer_.append(*value);
    }
    end();
}

void Parameters::add_bytea_array(std::span<const std::optional<std::string_view>> values) {
    add_octet_array(type_bytea, values);
}

void Parameters::add_text_array(std::span<const std::optional<std::string_view>> values) {
    add_octet_array(type_text, values);
}

Parameters::Raw Parameters::raw() const {
    Raw raw;
    raw.values.reserve(entries_.size());
    raw.lengths.reserve(entries_.size());
    raw.formats.assign(entries_.size(), 1);
    for (const Entry& entry : entries_) {
        raw.values.push_back(entry.length < 0 ? nullptr : buffer_.data() + entry.offset);
        raw.lengths.push_back(entry.length < 0 ? 0 : entry.length);
    }
    return raw;
}

std::int64_t Rows::integer(int row, int column) const {
    const char* data = PQgetvalue(result_, row, column);
    switch (PQgetlength(result_, row, column)) {
        case 1:
            return data[0];
        case 2:
            return static_cast<std::int16_t>(read_big_endian(data, 2));
        case 4:
            return static_cast<std::int32_t>(read_big_endian(data, 4));
        case 8:
            return static_cast<std::int64_t>(read_big_endian(data, 8));
        default:
            fail(Errc::internal, "a column of the database is no integer");
    }
}

std::string_view Rows::octets(int row, int column) const {
    return {PQgetvalue(result_, row, column), static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::vector<std::int64_t> Rows::integers(int row, int column) const {
    const std::string_view data = octets(row, column);
    constexpr std::size_t header = 20;
    constexpr std::size_t element = 12;
    if (data.size() < header) return {};  // no dimension: an empty array
    const auto count = static_cast<std::size_t>(read_big_endian(data.data() + 12, 4));
    if (data.size() != header + count * element)
        fail(Errc::internal, "an array of the database is not of bigint");
    std::vector<std::int64_t> values;
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(
            static_cast<std::int64_t>(read_big_endian(data.data() + header + i * element + 4, 8)));
    }
    return values;
}

std::uint64_t Rows::affected() const {
    const std::string_view text = PQcmdTuples(result_);
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace postern::store::postgresql
