#pragma once
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH UIDAFTER 55, SEARCH UIDBEFORE 55 (RFC 9738 section 4): above that UID, below it. "$" stands for its only message.
class UidBoundKey final : public SearchKey {
public:
    explicit UidBoundKey(bool after) : after_(after) {}
    void set_reference(SetReference* reference) { reference_ = reference; }
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;

private:
    Result<Uid> parse_uid(Session& session, ArgumentCursor& in) const;

    bool after_;
    SetReference* reference_ = nullptr;
};

}  // namespace postern::imap
