#include "tools/posternctl/store_access.hpp"

#include "kernel/app/privileges.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"

namespace posternctl {

using namespace postern;

StoreAccess::~StoreAccess() {
    session.reset();
    if (store) store->close();
    store.reset();
}

std::unique_ptr<StoreAccess> open_store(const std::string& config, Purpose purpose) {
    auto out = std::make_unique<StoreAccess>();
    Diagnostics problems;
    out->setup = app::prepare(config, problems);
    if (problems.has_errors()) {
        fail(problems);
        return nullptr;
    }
    out->log = std::make_unique<runtime::OwnerLogger>(*out->setup.sink, "posternctl");
    const auto& data = out->setup.config.server.data;
    // What root makes here, the server could not write.
    auto prepared = app::make_data_directory(data, out->setup.config.server.user);
    if (prepared)
        prepared = app::drop_privileges(out->setup.config.server.user, out->setup.config.server.group);
    if (!prepared) {
        fail(prepared.error().text);
        return nullptr;
    }
    auto lock = app::DataLock::take(data);
    if (lock) out->lock = std::move(*lock);
    const auto drivers = out->setup.plugins->lookup().all<store::StoreDriver>();
    auto store = drivers.front().object->open(data, *out->log);
    if (!store) {
        fail("the store cannot be opened: " + store.error().text);
        return nullptr;
    }
    out->store = std::move(*store);
    if (purpose == Purpose::alone && !out->lock && !out->store->capabilities().shared) {
        fail("a server is running on " + data +
             "; stop it first, because this changes what it has in memory");
        return nullptr;
    }
    auto session = out->store->connect();
    if (!session) {
        fail("the store cannot be reached: " + session.error().text);
        return nullptr;
    }
    out->session = std::move(*session);
    return out;
}

}  // namespace posternctl
