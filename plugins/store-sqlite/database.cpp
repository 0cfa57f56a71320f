#include "store-sqlite/database.hpp"

namespace postern::store::sqlite {

namespace {

/// What a result code of SQLite means to the caller.
Errc classify(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return Errc::temporary;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Errc::corrupt;
        case SQLITE_TOOBIG:
            return Errc::too_large;
        case SQLITE_CONSTRAINT:
            return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY
                       ? Errc::already_exists
                       : Errc::invalid;
        default:
            return Errc::internal;
    }
}

[[noreturn]] void fail_with(sqlite3* connection, int code) {
    const int extended = connection ? sqlite3_extended_errcode(connection) : code;
    const char* text = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    fail(classify(extended), std::string("SQLite: ") + text);
}

}  // namespace

void fail(Errc code, std::string text) {
    throw Failure{Error(code, std::move(text))};
}

Query::~Query() {
    reset();
}

void Query::reset() {
    sqlite3_reset(statement_);
}

bool Query::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail_with(sqlite3_db_handle(statement_), code);
}

std::string_view Query::octets(int column) const {
    // Blob first: sqlite3_column_bytes would convert otherwise.
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size))
                : std::string_view();
}

void Query::bind_one(int index, std::int64_t value) {
    check(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind_one(int index, std::string_view value) {
    const char* data = value.data() ? value.data() : "";
    check(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind_one(int index, Blob value) {
    // A null pointer would bind NULL.
    const char* data = value.octets.data() ? value.octets.data() : "";
    check(sqlite3_bind_blob64(statement_, index, data, value.octets.size(), SQLITE_STATIC));
}

void Query::check(int code) const {
    if (code != SQLITE_OK) fail_with(sqlite3_db_handle(statement_), code);
}

Database::Database(const std::string& path) {
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    connection_.reset(raw);
    if (code != SQLITE_OK) {
        fail(classify(code),
             std::string("cannot be opened: ") + (raw ? sqlite3_errmsg(raw) : sqlite3_errstr(code)));
    }
}

Database::~Database() {
    statements_.clear();
}

Query Database::query(const char* sql) {
    auto& statement = statements_[sql];
    if (!statement) {
        sqlite3_stmt* raw = nullptr;
        const int code =
            sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        if (code != SQLITE_OK) fail_with(connection_.get(), code);
        statement.reset(raw);
    }
    return Query(statement.get());
}

void Database::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail_with(connection_.get(), code);
}

Unit::Unit(Database& database, Kind kind) : database_(database) {
    // BEGIN alone would let two writers read first and then fail to upgrade.
    database_.query(kind == Kind::write ? "begin immediate" : "begin").run();
}

Unit::~Unit() {
    if (!open_ || !database_.in_transaction()) return;
    try {
        database_.query("rollback").run();
    } catch (const Failure&) {
        // SQLite rolls back by itself on the errors that can come here.
    }
}

void Unit::commit() {
    database_.query("commit").run();
    open_ = false;
}

}  // namespace postern::store::sqlite
