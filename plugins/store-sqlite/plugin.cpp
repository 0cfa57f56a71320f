// store-sqlite: the embedded store.
#include "postern/plugin/plugin.hpp"
#include "postern/store/store.hpp"
#include "store-sqlite/settings.hpp"
#include "store-sqlite/store.hpp"

namespace postern::store::sqlite {

namespace {

class SqliteDriver final : public StoreDriver {
public:
    Result<std::unique_ptr<Store>> open(const std::string& data_directory, Logger&) override {
        return SqliteStore::open(data_directory, settings);
    }
    Settings settings;
};

class SqlitePlugin final : public Plugin {
public:
    explicit SqlitePlugin(Host&) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        driver_.settings = read_settings(config, problems);
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<StoreDriver>("store-sqlite", driver_);
        return {};
    }

private:
    SqliteDriver driver_;
};

constexpr postern_interface provides[] = {
    {StoreDriver::interface_id.id.data(), StoreDriver::interface_id.major, StoreDriver::interface_id.minor,
     0},
    {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(SqlitePlugin, {.id = "store-sqlite",
                              .summary = "Embedded store in one SQLite file",
                              .security_posture = "trusted-peers",
                              .provides = provides,
                              .config_schema = settings_schema});

}  // namespace postern::store::sqlite
