#pragma once
#include "condstore_mode.hpp"
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// SEARCH MODSEQ ["/flags/\\draft" all] 620162338 (RFC 7162 section 3.1.5). Entry and type are read and ignored, as the
/// RFC wants of a server with one mod-sequence a message.
class ModseqKey final : public SearchKey {
public:
    static constexpr std::string_view key_name = "MODSEQ";

    explicit ModseqKey(CondstoreMode& mode) : mode_(mode) {}
    Result<SearchNode> parse(Session& session, ArgumentCursor& in, SearchParser& parser) override;
    Need need(const SearchExtension& key) const override;
    bool matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const override;

private:
    CondstoreMode& mode_;
};

/// Appends the highest mod-sequence of what was found to replies of searches by MODSEQ: section 3.1.6 for the plain
/// form, RFC 4731 section 3.2 for the extended one.
class ModseqDecorator final : public SearchDecorator {
public:
    void decorate(SearchPlan& plan, SearchReply& reply) override;
};

}  // namespace postern::imap
