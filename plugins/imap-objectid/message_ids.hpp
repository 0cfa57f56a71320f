#pragma once
// EMAILID and THREADID (RFC 8474 section 5).
//
// EMAILID is the id of the stored message: copies in other mailboxes are placements of the same message, so they have it
// too. THREADID is made of what the message's record, which never changes, says of its ancestors: all that descend
// from the same first message, by References or In-Reply-To, share it, in whatever order and mailbox they arrived. A
// message that names no other and has no Message-ID is a thread of its own.
#include <memory>
#include <string>

#include "postern/imap/ext/fetch_item.hpp"
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

enum class MessageIdKind { email, thread };

std::string email_id(MessageId message);
std::string thread_id(const mail::StoredMessage& message);

/// FETCH 1 (EMAILID THREADID)
class ObjectIdItem final : public FetchItemHandler {
public:
    explicit ObjectIdItem(MessageIdKind kind) : kind_(kind) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session& session, const FetchItem& item,
                                                  ArgumentCursor& args) override;

private:
    MessageIdKind kind_;
};

/// SEARCH EMAILID M..., SEARCH THREADID T...
class ObjectIdKey final : public SearchKey {
public:
    explicit ObjectIdKey(MessageIdKind kind) : kind_(kind) {}
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
    Need need(const SearchExtension& key) const override;
    bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const override;

private:
    MessageIdKind kind_;
};

}  // namespace postern::imap
