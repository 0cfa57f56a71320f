#pragma once
// Parameters of a statement in PostgreSQL's binary format, and the values of a result's rows.
#include <libpq-fe.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postern::store::postgresql {

/// Values in the order of $1, $2... An empty array goes as NULL. The server takes each for the type it infers, so
/// integers are always bigint: statements cast or compare accordingly.
class Parameters {
public:
    Parameters() = default;
    /// All at once: bigint for integers, bool, octets for text and bytea.
    template <class... Values>
    explicit Parameters(const Values&... values) {
        (add(values), ...);
    }

    void add(std::int64_t value);
    void add(std::uint64_t value) { add(static_cast<std::int64_t>(value)); }
    void add(std::uint32_t value) { add(static_cast<std::int64_t>(value)); }
    void add(std::int32_t value) { add(static_cast<std::int64_t>(value)); }
    void add(bool value);
    void add(std::string_view octets);
    void add(const std::string& octets) { add(std::string_view(octets)); }
    void add(const char* text) { add(std::string_view(text)); }
    template <class Value>
    void add(const std::optional<Value>& value) {
        if (value) {
            add(*value);
        } else {
            add_null();
        }
    }
    void add_null();
    /// bigint[]
    void add_array(std::span<const std::int64_t> values);
    /// bytea[] or text[]; an element may be null.
    void add_bytea_array(std::span<const std::optional<std::string_view>> values);
    void add_text_array(std::span<const std::optional<std::string_view>> values);

    int count() const { return static_cast<int>(entries_.size()); }
    /// For libpq; valid while this lives unchanged.
    struct Raw {
        std::vector<const char*> values;
        std::vector<int> lengths;
        std::vector<int> formats;
    };
    Raw raw() const;

private:
    struct Entry {
        std::size_t offset;
        int length;  ///< -1 for NULL
    };
    void begin();
    void end();
    void put32(std::uint32_t value);
    void put64(std::uint64_t value);
    void array_header(std::uint32_t type, std::size_t size, bool has_null);
    void add_octet_array(std::uint32_t type, std::span<const std::optional<std::string_view>> values);

    std::string buffer_;
    std::vector<Entry> entries_;
};

/// A count for LIMIT, which is a bigint.
constexpr std::int64_t sql_limit(std::size_t count) {
    return static_cast<std::int64_t>(std::min<std::size_t>(count, std::numeric_limits<std::int64_t>::max()));
}

/// Rows of one statement, in binary. Column types must be those the getters name.
class Rows {
public:
    explicit Rows(PGresult* result) : result_(result) {}
    Rows(Rows&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows() { PQclear(result_); }

    int size() const { return PQntuples(result_); }
    bool empty() const { return size() == 0; }
    bool is_null(int row, int column) const { return PQgetisnull(result_, row, column) != 0; }
    /// int2, int4, int8 or boolean, by their length
    std::int64_t integer(int row, int column) const;
    std::uint64_t number(int row, int column) const {
        return static_cast<std::uint64_t>(integer(row, column));
    }
    std::uint32_t number32(int row, int column) const {
        return static_cast<std::uint32_t>(integer(row, column));
    }
    /// text or bytea; valid while this lives
    std::string_view octets(int row, int column) const;
    std::string text(int row, int column) const { return std::string(octets(row, column)); }
    /// bigint[] without nulls
    std::vector<std::int64_t> integers(int row, int column) const;
    /// Rows an INSERT, UPDATE or DELETE touched.
    std::uint64_t affected() const;
    /// "COMMIT", "UPDATE 1"
    std::string_view command() const { return PQcmdStatus(result_); }

private:
    PGresult* result_;
};

}  // namespace postern::store::postgresql
