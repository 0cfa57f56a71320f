#pragma once
// A private PostgreSQL for tests: a cluster of its own in a temporary folder, reached through a unix socket only,
// run by an unprivileged user. It ends with its owner, and with the test process however that ends.
#include <sys/types.h>

#include <string>

#include "temporary_folder.hpp"

namespace postern::test {

class PostgresqlServer {
public:
    /// Initialises the cluster and starts it. Throws if PostgreSQL is not installed or does not start.
    PostgresqlServer();
    ~PostgresqlServer();
    PostgresqlServer(const PostgresqlServer&) = delete;
    PostgresqlServer& operator=(const PostgresqlServer&) = delete;

    /// An empty database, as far as a store can tell: a schema of its own. Answers its connection string.
    std::string create_database();
    void drop_database(const std::string& url);
    /// Of a database that does not exist.
    std::string missing_database() const;
    /// Runs SQL in the database of `url`; answers the first value, "" if there is none.
    static std::string query(const std::string& url, const std::string& sql);

    void start();
    /// Sessions are told to go, open transactions are rolled back.
    void stop();
    /// As a crash: no session is told.
    void crash();

private:
    std::string url() const;
    void end_with(int signal);

    TemporaryFolder folder_;
    std::string programs_;  ///< folder of initdb and postgres
    pid_t process_ = -1;
    unsigned databases_ = 0;
};

}  // namespace postern::test
