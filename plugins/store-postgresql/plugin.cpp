// store-postgresql: the store on PostgreSQL.
#include "postern/plugin/plugin.hpp"
#include "postern/store/store.hpp"
#include "store-postgresql/settings.hpp"
#include "store-postgresql/store.hpp"

namespace postern::store::postgresql {

namespace {

class PostgresqlDriver final : public StoreDriver {
public:
    Result<std::unique_ptr<Store>> open(const std::string&, Logger&) override {
        return PostgresqlStore::open(settings);
    }
    Settings settings;
};

class PostgresqlPlugin final : public Plugin {
public:
    explicit PostgresqlPlugin(Host&) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        driver_.settings = read_settings(config, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<StoreDriver>("store-postgresql", driver_);
        return {};
    }

private:
    PostgresqlDriver driver_;
};

constexpr postern_interface provides[] = {
    {StoreDriver::interface_id.id.data(), StoreDriver::interface_id.major, StoreDriver::interface_id.minor,
     0},
    {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(PostgresqlPlugin, {.id = "store-postgresql",
                                  .summary = "Store on PostgreSQL, shared by several servers",
                                  .security_posture = "trusted-peers",
                                  .provides = provides,
                                  .config_schema = settings_schema});

}  // namespace postern::store::postgresql
