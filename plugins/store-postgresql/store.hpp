#pragma once
// The store on PostgreSQL: one connection a session, one more that tells other nodes of commits.
#include <memory>

#include "postern/store/store.hpp"
#include "store-postgresql/notifier.hpp"
#include "store-postgresql/settings.hpp"

namespace postern::store::postgresql {

class PostgresqlStore final : public Store {
public:
    /// Creates or migrates the schema and starts the notifier.
    static Result<std::unique_ptr<Store>> open(const Settings& settings);

    explicit PostgresqlStore(const Settings& settings);
    ~PostgresqlStore() override;
    StoreCapabilities capabilities() const override;
    Result<std::unique_ptr<StoreSession>> connect() override;
    Result<void> listen(ChangeListener listener) override;
    void close() override;

private:
    Settings settings_;
    std::shared_ptr<Notifier> notifier_;  ///< shared with the sessions, which report commits to it
};

}  // namespace postern::store::postgresql
