#include "store-postgresql/failure.hpp"

namespace postern::store::postgresql {

Errc classify_sqlstate(std::string_view state) {
    if (state.size() != 5) return Errc::temporary;
    if (state == "PM001") return Errc::conflict;
    if (state == "PM002") return Errc::not_found;
    if (state == "PM003" || state == "23505") return Errc::already_exists;
    if (state == "PM004") return Errc::invalid;
    if (state == "XX001" || state == "XX002") return Errc::corrupt;
    if (state == "42501") return Errc::permission_denied;
    const std::string_view group = state.substr(0, 2);
    // Connection, transaction rollback, resources, locks, operator intervention (shutdown, starting up), the system.
    for (const std::string_view temporary : {"08", "40", "53", "55", "57", "58"}) {
        if (group == temporary) return Errc::temporary;
    }
    if (group == "21" || group == "22" || group == "23") return Errc::invalid;
    if (group == "54") return Errc::too_large;
    return Errc::internal;
}

}  // namespace postern::store::postgresql
