#pragma once
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH OLDER 86400, SEARCH YOUNGER 259200: INTERNALDATE against now, to the second; an age of exactly so many
/// seconds is both (RFC 5032 section 2).
class WithinKey final : public SearchKey {
public:
    explicit WithinKey(bool younger) : younger_(younger) {}
    void set_clock(const mail::MailService* clock) { clock_ = clock; }

    std::string_view name() const { return younger_ ? "YOUNGER" : "OLDER"; }
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
    bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const override;

private:
    bool younger_;
    const mail::MailService* clock_ = nullptr;
};

}  // namespace postern::imap
