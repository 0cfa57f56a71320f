#include "annotations.hpp"

#include <algorithm>

namespace postern::imap {

Result<AnnotationTarget> find_target(Session& session, std::string name) {
    AnnotationTarget target;
    target.name = std::move(name);
    if (target.name.empty()) return target;
    auto found = session.find_mailbox(target.name);
    if (!found) return found.error();
    target.mailbox = (*found)->id;
    return target;
}

Result<void> check_settable(std::string_view entry) {
    const auto components = std::ranges::count(entry, '/');
    const bool vendor = entry.starts_with("/private/vendor/") || entry.starts_with("/shared/vendor/") ||
                        entry.ends_with("/vendor");
    if (components < (vendor ? 4 : 2)) {
        return Error(Errc::protocol_violation, "That is not the name of an entry that can be set");
    }
    return {};
}

}  // namespace postern::imap
