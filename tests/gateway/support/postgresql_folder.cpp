#include <gtest/gtest.h>

#include <stdexcept>

#include "store-postgresql/store.hpp"
#include "tests/gateway/support/store_folder.hpp"
#include "tests/store/postgresql_server.hpp"

namespace postern::gateway::test {

namespace {

/// One server for all cases; each has its own database.
class Server final : public testing::Environment {
public:
    void TearDown() override { server_.reset(); }
    static postern::test::PostgresqlServer& get() {
        if (!server_) server_ = std::make_unique<postern::test::PostgresqlServer>();
        return *server_;
    }

private:
    static inline std::unique_ptr<postern::test::PostgresqlServer> server_;
};

const auto* const environment = testing::AddGlobalTestEnvironment(new Server);

class PostgresqlFolder final : public StoreFolder {
public:
    PostgresqlFolder() : url_(Server::get().create_database()) {
        store::postgresql::Settings settings;
        settings.url = url_;
        auto opened = store::postgresql::PostgresqlStore::open(settings);
        if (!opened) throw std::runtime_error(opened.error().to_string());
        store_ = std::move(*opened);
    }
    ~PostgresqlFolder() override {
        store_->close();
        store_.reset();
        Server::get().drop_database(url_);
    }
    store::Store& store() override { return *store_; }

private:
    std::string url_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace

std::unique_ptr<StoreFolder> make_store_folder() {
    return std::make_unique<PostgresqlFolder>();
}

}  // namespace postern::gateway::test
