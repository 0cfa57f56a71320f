// Migrations run once at start and use libpqxx; the data path is connection.cpp.
#include "store-postgresql/schema.hpp"

#include <array>
#include <pqxx/pqxx>
#include <vector>

#include "store-postgresql/failure.hpp"
#include "store-postgresql/schema_sql.hpp"

namespace postern::store::postgresql {

namespace {

/// Key of the advisory lock: "postern" in ASCII.
constexpr const char* lock_sql = "select pg_advisory_xact_lock(31648399274340974)";

/// Version 2: receipts of what is gone, by age.
constexpr const char* index_2 =
    "create index receipt_history on receipt (last_seen) where state in (6, 8, 9, 10)";

/// Version 3: attributes hold blocks of the search index, which PostgreSQL's compression makes no smaller.
constexpr const char* attribute_3 = "alter table attribute alter value set storage external";

const std::array<std::vector<const char*>, schema_version> steps{
    {{tables_1, functions_1}, {index_2}, {attribute_3}}};

int present_version(pqxx::work& work) {
    work.exec(
        "create table if not exists schema_info (version integer primary key, applied_at timestamptz not "
        "null "
        "default now())");
    return work.exec1("select coalesce(max(version), 0) from schema_info")[0].as<int>();
}

void apply_missing(pqxx::work& work) {
    const int present = present_version(work);
    if (present > schema_version) {
        fail(Errc::unsupported, "the database has schema version " + std::to_string(present) +
                                    ", this server knows up to " + std::to_string(schema_version));
    }
    for (int version = present; version < schema_version; ++version) {
        for (const char* sql : steps[static_cast<std::size_t>(version)]) work.exec(sql);
        work.exec_params("insert into schema_info (version) values ($1)", version + 1);
    }
}

}  // namespace

Result<void> migrate(const std::string& url, int connect_timeout) {
    try {
        // libpq reads the time-out from the environment where the string does not say it; the string wins.
        const bool is_uri = url.find("://") != std::string::npos;
        const std::string seconds = "connect_timeout=" + std::to_string(connect_timeout);
        const bool names_it = url.find("connect_timeout") != std::string::npos;
        const std::string separator = is_uri ? (url.find('?') == std::string::npos ? "?" : "&") : " ";
        pqxx::connection connection(names_it ? url : url + separator + seconds);
        pqxx::work work(connection);
        work.exec("set local client_min_messages = warning");
        work.exec(lock_sql);
        apply_missing(work);
        work.commit();
        return {};
    } catch (const Failure& failure) {
        return failure.error;
    } catch (const pqxx::broken_connection& error) {
        return Error(Errc::temporary, std::string("no connection to the database: ") + error.what());
    } catch (const pqxx::sql_error& error) {
        return Error(classify_sqlstate(error.sqlstate()), std::string("PostgreSQL: ") + error.what());
    } catch (const std::exception& error) {
        return Error(Errc::internal, std::string("PostgreSQL: ") + error.what());
    }
}

}  // namespace postern::store::postgresql
