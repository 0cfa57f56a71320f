#include "postgresql_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

namespace postern::test {

namespace {

/// PostgreSQL refuses to run as root.
const passwd* unprivileged_user() {
    if (geteuid() != 0) return nullptr;
    for (const char* name : {"postgres", "nobody"}) {
        if (const passwd* user = getpwnam(name)) return user;
    }
    throw std::runtime_error("neither a user postgres nor nobody exists");
}

std::string find_programs() {
    std::string newest;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        const std::string path = entry.path() / "bin";
        if (std::filesystem::exists(path + "/initdb") && path > newest) newest = path;
    }
    if (newest.empty()) throw std::runtime_error("PostgreSQL is not installed under /usr/lib/postgresql");
    return newest;
}

/// Starts a program as `user` in `folder`, with its output in `folder`/log.
pid_t spawn(std::vector<std::string> arguments, const std::string& folder, const passwd* user) {
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    const std::string log = folder + "/log";
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child > 0) return child;
    if (user && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    // After the change of user, which clears it.
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (getppid() != parent || chdir(folder.c_str()) != 0 || output < 0) _exit(126);
    dup2(output, 1);
    dup2(output, 2);
    execv(raw[0], raw.data());
    _exit(127);
}

PGconn* connect(const std::string& url) {
    PGconn* connection = PQconnectdb(url.c_str());
    if (PQstatus(connection) == CONNECTION_OK) return connection;
    const std::string text = PQerrorMessage(connection);
    PQfinish(connection);
    throw std::runtime_error(text);
}

}  // namespace

PostgresqlServer::PostgresqlServer() : programs_(find_programs()) {
    const passwd* user = unprivileged_user();
    if (user && chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("chown failed");
    }
    const pid_t init = spawn({programs_ + "/initdb", "-D", folder_.path() + "/cluster", "-U", "postern",
                              "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"},
                             folder_.path(), user);
    int status = 0;
    waitpid(init, &status, 0);
    if (status != 0) throw std::runtime_error("initdb failed");
    start();
}

PostgresqlServer::~PostgresqlServer() {
    stop();
}

void PostgresqlServer::start() {
    // Without fsync only a loss of power loses data, not the end of a process.
    process_ = spawn({programs_ + "/postgres", "-D", folder_.path() + "/cluster", "-c",
                      "listen_addresses=", "-c", "unix_socket_directories=" + folder_.path(), "-c",
                      "fsync=off", "-c", "max_connections=50", "-c", "client_min_messages=warning"},
                     folder_.path(), unprivileged_user());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (PQping(url().c_str()) != PQPING_OK) {
        if (waitpid(process_, nullptr, WNOHANG) != 0)
            throw std::runtime_error("PostgreSQL ended at its start");
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("PostgreSQL does not answer");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void PostgresqlServer::end_with(int signal) {
    if (process_ < 0) return;
    kill(process_, signal);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

void PostgresqlServer::stop() {
    end_with(SIGINT);
}

void PostgresqlServer::crash() {
    end_with(SIGQUIT);
}

std::string PostgresqlServer::url() const {
    return "host=" + folder_.path() + " user=postern dbname=postgres";
}

// Making a schema is ten times as fast as making a database.
std::string PostgresqlServer::create_database() {
    const std::string name = "test" + std::to_string(++databases_);
    query(url(), "create schema " + name);
    return url() + " options='-c search_path=" + name + "'";
}

void PostgresqlServer::drop_database(const std::string& url) {
    query(url, "do $$ begin execute 'drop schema ' || current_schema() || ' cascade'; end $$");
}

std::string PostgresqlServer::missing_database() const {
    return "host=" + folder_.path() + " user=postern dbname=missing";
}

std::string PostgresqlServer::query(const std::string& url, const std::string& sql) {
    PGconn* connection = connect(url);
    PGresult* result = PQexec(connection, sql.c_str());
    const auto status = PQresultStatus(result);
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    const std::string value = !good                   ? PQresultErrorMessage(result)
                              : PQntuples(result) > 0 ? PQgetvalue(result, 0, 0)
                                                      : "";
    PQclear(result);
    PQfinish(connection);
    if (!good) throw std::runtime_error(value);
    return value;
}

}  // namespace postern::test
