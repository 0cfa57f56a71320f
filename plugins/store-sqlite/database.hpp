#pragma once
// SQLite's C API with owners: a connection and its prepared statements. Failures are thrown as Failure, inside the
// driver only: every call of the store interface catches them (session.hpp).
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "postern/result.hpp"

namespace postern::store::sqlite {

/// What a failed step throws up to the boundary of the driver.
struct Failure {
    Error error;
};

[[noreturn]] void fail(Errc code, std::string text);

/// Octets of an opaque value, bound as BLOB; a plain string is bound as TEXT.
struct Blob {
    std::string_view octets;
};

/// A prepared statement while it is in use: reset when this goes. Bound values must live until then.
class Query {
public:
    explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// Binds all parameters, in order.
    template <class... Values>
    Query& bind(const Values&... values) {
        int index = 0;
        (bind_one(++index, values), ...);
        return *this;
    }
    /// Readies the statement for other values.
    void reset();

    /// To the next row; false at the end.
    bool step();
    /// For statements without rows.
    void run() { step(); }

    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    std::uint32_t number32(int column) const { return static_cast<std::uint32_t>(integer(column)); }
    bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    /// Of a TEXT or BLOB; valid until the next step.
    std::string_view octets(int column) const;
    std::string text(int column) const { return std::string(octets(column)); }

private:
    void bind_one(int index, std::int64_t value);
    void bind_one(int index, std::uint64_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
    void bind_one(int index, std::uint32_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
    void bind_one(int index, std::int32_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
    void bind_one(int index, bool value) { bind_one(index, static_cast<std::int64_t>(value)); }
    void bind_one(int index, std::string_view value);
    void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
    void bind_one(int index, Blob value);
    template <class Value>
    void bind_one(int index, const std::optional<Value>& value) {
        if (value) {
            bind_one(index, *value);
        } else {
            check(sqlite3_bind_null(statement_, index));
        }
    }
    void check(int code) const;

    sqlite3_stmt* statement_;
};

/// One connection.
class Database {
public:
    /// Opens the file, creating it if need be.
    explicit Database(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// The prepared statement of `sql`, which must be a literal: it is prepared once, found by its address.
    Query query(const char* sql);
    /// Runs one or more statements without parameters or rows.
    void execute(const char* sql);
    /// Rows changed by the last statement.
    int changes() const { return sqlite3_changes(connection_.get()); }
    sqlite3* handle() const { return connection_.get(); }
    bool in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

private:
    struct Closer {
        void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    };
    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3, Closer> connection_;
    std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalizer>> statements_;
};

/// A transaction that is rolled back unless it is committed.
class Unit {
public:
    enum class Kind { read, write };
    Unit(Database& database, Kind kind);
    ~Unit();
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace postern::store::sqlite
