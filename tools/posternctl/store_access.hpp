#pragma once
// The server's own store, opened beside it.
#include <memory>

#include "kernel/app/data_lock.hpp"
#include "kernel/app/setup.hpp"
#include "postern/store/store.hpp"

namespace posternctl {

/// The configuration's store with one session. Blocking; single-threaded.
struct StoreAccess {
    postern::app::Setup setup;
    std::unique_ptr<postern::runtime::OwnerLogger> log;
    std::optional<postern::app::DataLock> lock;  ///< held if no server runs on this data folder
    std::unique_ptr<postern::store::Store> store;
    std::unique_ptr<postern::store::StoreSession> session;

    ~StoreAccess();
};

/// How much a command changes.
enum class Purpose {
    read,   ///< beside a running server
    write,  ///< beside a running server too: one row that the server reads afresh
    alone,  ///< changes what a running server keeps in memory: refused while one runs, unless the store is shared
};

/// How many accounts one call lists.
constexpr std::size_t accounts_at_once = 500;

/// Null after printing what is wrong.
std::unique_ptr<StoreAccess> open_store(const std::string& config, Purpose purpose);

}  // namespace posternctl
