#pragma once
// FETCH items of RFC 3501 section 6.4.5.
#include <memory>
#include <string>
#include <vector>

#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

struct NamedFetchItem {
    std::string name;
    std::unique_ptr<FetchItemHandler> handler;
};

/// UID, FLAGS, INTERNALDATE, RFC822.SIZE: answered from the open mailbox's columns.
std::vector<NamedFetchItem> make_column_items();
/// ENVELOPE, BODYSTRUCTURE: stored ready to send.
std::vector<NamedFetchItem> make_record_items();
/// BODY and BODY.PEEK with and without a section, RFC822, RFC822.HEADER, RFC822.TEXT.
std::vector<NamedFetchItem> make_section_items();

}  // namespace postern::imap
