#pragma once
#include <memory>
#include <string>
#include <vector>

#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {

struct NamedStatusItem {
    std::string name;
    std::unique_ptr<StatusItem> item;
};

/// MESSAGES, RECENT, UIDNEXT, UIDVALIDITY, UNSEEN.
std::vector<NamedStatusItem> make_status_items();

}  // namespace postern::imap
