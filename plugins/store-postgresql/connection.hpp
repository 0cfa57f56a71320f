#pragma once
// One connection to PostgreSQL with its prepared statements, over libpq: binary values and pipelines, which libpqxx
// 6.4 does not have, halve the cost of large values and make a batch one round trip.
#include <libpq-fe.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store-postgresql/failure.hpp"
#include "store-postgresql/parameters.hpp"

namespace postern::store::postgresql {

/// Connection settings that libpq's string does not carry by itself.
struct ConnectOptions {
    std::string url;          ///< "postgresql:///postern" or "host=... dbname=..."
    int connect_timeout = 5;  ///< seconds
};

class Connection {
public:
    explicit Connection(ConnectOptions options) : options_(std::move(options)) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Connects if there is no connection or the server has closed it. Call before the first statement of a unit of
    /// work. Throws Failure (temporary) if the server does not answer.
    void ensure();
    /// Drops the connection: after an error that leaves its state unknown.
    void drop();

    /// Runs the prepared statement of `sql`, which must be a literal: it is prepared once, found by its address.
    Rows run(const char* sql, const Parameters& parameters);
    template <class... Values>
    Rows run(const char* sql, const Values&... values) {
        return run(sql, Parameters(values...));
    }
    /// Runs statements without parameters or rows.
    void execute(const char* sql);

    /// Statements sent together; answers come in order. An error ends the pipeline: what follows is not run.
    struct Step {
        const char* sql;
        Parameters parameters;
    };
    /// Sends all steps, waits for all answers, one round trip. Throws the first failure.
    std::vector<Rows> run_pipeline(const std::vector<Step>& steps);

    /// Rises with every new connection: what a connection remembers (LISTEN) is gone.
    std::uint64_t generation() const { return generation_; }
    PGconn* handle() { return connection_.get(); }

private:
    struct Closer {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };

    bool is_dead();
    const char* prepare(const char* sql);
    [[noreturn]] void fail_with(const PGresult* result);
    Rows check(PGresult* result);
    void send_steps(const std::vector<Step>& steps);
    void flush_and_read(std::vector<Rows>& rows, std::optional<Failure>& failure);

    ConnectOptions options_;
    std::unique_ptr<PGconn, Closer> connection_;
    std::unordered_map<const char*, std::string> prepared_;
    std::uint64_t statements_ = 0;  ///< names given
    std::uint64_t generation_ = 0;
};

/// An explicit transaction that is rolled back unless it is committed.
class Unit {
public:
    explicit Unit(Connection& connection) : connection_(connection) { connection_.run("begin"); }
    ~Unit();
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;
    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

}  // namespace postern::store::postgresql
