#include "store-postgresql/connection.hpp"

#include <poll.h>

namespace postern::store::postgresql {

namespace {

// Every statement of the data path goes by a key that starts with account_id. Without statistics (a new database) the
// planner would choose scans and joins that are wrong as soon as there is mail, and keep them in prepared plans.
// Said after connecting: the user's own "options" stay in force, and poolers that refuse them work.
constexpr const char* session_settings =
    "set client_encoding = 'UTF8'; set jit = off; set plan_cache_mode = force_generic_plan; set "
    "enable_seqscan = off; "
    "set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off; set lock_timeout = "
    "'30s'; "
    "set idle_in_transaction_session_timeout = '60s'";

std::string message_of(PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

bool wait_for(int socket, short events) {
    pollfd entry{socket, events, 0};
    for (;;) {
        const int ready = poll(&entry, 1, -1);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

}  // namespace

void Connection::ensure() {
    if (connection_ && !is_dead()) return;
    drop();
    const std::string timeout = std::to_string(options_.connect_timeout);
    // "dbname" may hold a whole URL or string, which overrides what stands before it.
    const char* keys[] = {"application_name",
                          "connect_timeout",
                          "keepalives_idle",
                          "keepalives_interval",
                          "tcp_user_timeout",
                          "dbname",
                          nullptr};
    const char* values[] = {"postern", timeout.c_str(), "30", "10", "30000", options_.url.c_str(), nullptr};
    connection_.reset(PQconnectdbParams(keys, values, 1));
    ++generation_;
    // Warnings are for a person at a terminal; what concerns us comes as an error of a statement.
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    if (PQstatus(connection_.get()) == CONNECTION_OK) return execute(session_settings);
    const std::string text = message_of(connection_.get());
    drop();
    fail(Errc::temporary, "no connection to the database: " + text);
}

void Connection::drop() {
    connection_.reset();
    prepared_.clear();
}

// An idle connection has nothing to say, unless the server ended it.
bool Connection::is_dead() {
    if (PQstatus(connection_.get()) != CONNECTION_OK) return true;
    if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) return true;
    pollfd entry{PQsocket(connection_.get()), POLLIN, 0};
    while (poll(&entry, 1, 0) > 0) {
        if (PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) != CONNECTION_OK)
            return true;
    }
    return false;
}

void Connection::fail_with(const PGresult* result) {
    const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    const bool broken = PQstatus(connection_.get()) != CONNECTION_OK;
    const std::string text = primary ? primary : message_of(connection_.get());
    const Errc code = broken ? Errc::temporary : classify_sqlstate(state ? state : "");
    // The schema's own functions speak to the caller; the rest names its origin.
    const bool own = state && std::string_view(state).starts_with("PM");
    fail(code, own ? text : "PostgreSQL: " + text);
}

Rows Connection::check(PGresult* result) {
    Rows rows(result);
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail_with(result);
    return rows;
}

const char* Connection::prepare(const char* sql) {
    auto& name = prepared_[sql];
    if (name.empty()) {
        std::string candidate = "s" + std::to_string(++statements_);
        check(PQprepare(connection_.get(), candidate.c_str(), sql, 0, nullptr));
        name = std::move(candidate);
    }
    return name.c_str();
}

Rows Connection::run(const char* sql, const Parameters& parameters) {
    const char* name = prepare(sql);
    const auto raw = parameters.raw();
    return check(PQexecPrepared(connection_.get(), name, parameters.count(), raw.values.data(),
                                raw.lengths.data(), raw.formats.data(), 1));
}

void Connection::execute(const char* sql) {
    check(PQexec(connection_.get(), sql));
}

std::vector<Rows> Connection::run_pipeline(const std::vector<Step>& steps) {
    for (const Step& step : steps) prepare(step.sql);
    if (PQenterPipelineMode(connection_.get()) != 1) fail_with(nullptr);
    std::vector<Rows> rows;
    rows.reserve(steps.size());
    std::optional<Failure> failure;
    try {
        send_steps(steps);
        flush_and_read(rows, failure);
    } catch (const Failure&) {
        // Sent in part, or the connection broke: nobody knows what is still to come.
        drop();
        throw;
    }
    PQexitPipelineMode(connection_.get());
    if (failure) throw *failure;
    return rows;
}

// Non-blocking, or a server that waits for us to read would keep us from sending.
void Connection::send_steps(const std::vector<Step>& steps) {
    PQsetnonblocking(connection_.get(), 1);
    for (const Step& step : steps) {
        const auto raw = step.parameters.raw();
        if (PQsendQueryPrepared(connection_.get(), prepare(step.sql), step.parameters.count(),
                                raw.values.data(), raw.lengths.data(), raw.formats.data(), 1) != 1) {
            fail_with(nullptr);
        }
    }
    if (PQpipelineSync(connection_.get()) != 1) fail_with(nullptr);
    for (;;) {
        const int left = PQflush(connection_.get());
        if (left == 0) break;
        if (left < 0 || !wait_for(PQsocket(connection_.get()), POLLIN | POLLOUT)) fail_with(nullptr);
        if (PQconsumeInput(connection_.get()) != 1) fail_with(nullptr);
    }
    PQsetnonblocking(connection_.get(), 0);
}

void Connection::flush_and_read(std::vector<Rows>& rows, std::optional<Failure>& failure) {
    for (;;) {
        PGresult* result = PQgetResult(connection_.get());
        if (!result) {
            if (PQstatus(connection_.get()) != CONNECTION_OK) fail_with(nullptr);
            continue;  // the end of one statement's results
        }
        const auto status = PQresultStatus(result);
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return;
        }
        if (status == PGRES_PIPELINE_ABORTED) {
            PQclear(result);
            continue;
        }
        try {
            rows.push_back(check(result));
        } catch (const Failure& first) {
            if (!failure) failure = first;
            if (PQstatus(connection_.get()) != CONNECTION_OK) throw;
        }
    }
}

Unit::~Unit() {
    if (!open_) return;
    try {
        connection_.run("rollback");
    } catch (const Failure&) {
        connection_.drop();
    }
}

void Unit::commit() {
    open_ = false;
    try {
        if (connection_.run("commit").command() == "COMMIT") return;
    } catch (const Failure&) {
        connection_.drop();
        throw;
    }
    fail(Errc::internal, "PostgreSQL rolled the transaction back");
}

}  // namespace postern::store::postgresql
