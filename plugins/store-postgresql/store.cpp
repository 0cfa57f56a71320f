#include "store-postgresql/store.hpp"

#include "store-postgresql/schema.hpp"
#include "store-postgresql/session.hpp"

namespace postern::store::postgresql {

namespace {

ConnectOptions connect_options(const Settings& settings) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count();
    return {settings.url, static_cast<int>(seconds)};
}

}  // namespace

Result<std::unique_ptr<Store>> PostgresqlStore::open(const Settings& settings) {
    if (auto migrated = migrate(settings.url, connect_options(settings).connect_timeout); !migrated) {
        return migrated.error();
    }
    return std::unique_ptr<Store>(std::make_unique<PostgresqlStore>(settings));
}

PostgresqlStore::PostgresqlStore(const Settings& settings)
    : settings_(settings),
      notifier_(std::make_shared<Notifier>(connect_options(settings), settings.notify_delay)) {}

PostgresqlStore::~PostgresqlStore() {
    close();
}

StoreCapabilities PostgresqlStore::capabilities() const {
    return {.shared = true, .parallel_writes = true, .reader_sessions = settings_.reader_sessions};
}

Result<std::unique_ptr<StoreSession>> PostgresqlStore::connect() {
    try {
        return std::unique_ptr<StoreSession>(
            std::make_unique<PostgresqlSession>(connect_options(settings_), notifier_));
    } catch (const Failure& failure) {
        return failure.error;
    }
}

Result<void> PostgresqlStore::listen(ChangeListener listener) {
    return notifier_->listen(std::move(listener));
}

void PostgresqlStore::close() {
    notifier_->close();
}

}  // namespace postern::store::postgresql
