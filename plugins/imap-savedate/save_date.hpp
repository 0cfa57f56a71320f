#pragma once
// When a message came into the mailbox it is in (RFC 8514): a column of the open mailbox. Told in UTC; SEARCH compares
// days as the client would see them in what FETCH tells.
#include "postern/imap/ext/fetch_item.hpp"
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// FETCH 998 (SAVEDATE)
class SaveDateItem final : public FetchItemHandler {
public:
    Result<std::unique_ptr<FetchEmitter>> prepare(Session& session, const FetchItem& item,
                                                  ArgumentCursor& args) override;
};

/// SAVEDBEFORE, SAVEDON and SAVEDSINCE, each with a date.
class SaveDateKey final : public SearchKey {
public:
    enum class Relation { before, on, since };
    explicit SaveDateKey(Relation relation) : relation_(relation) {}
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
    bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const override;

    /// Under which the key is registered.
    std::string_view name() const;

private:
    Relation relation_;
};

/// SAVEDATESUPPORTED: every message, since every mailbox keeps the date.
class SaveDateSupportedKey final : public SearchKey {
public:
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
};

}  // namespace postern::imap
