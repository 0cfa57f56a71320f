#pragma once
#include "postern/imap/ext/sort_key.hpp"

namespace postern::imap {

/// A sort key that is a text of the message's record, made at delivery.
class RecordTextKey final : public SortKey {
public:
    using Member = std::string_view (mime::RecordView::*)() const noexcept;
    explicit RecordTextKey(Member member) : member_(member) {}
    Need need() const override { return Need::record; }
    bool is_text() const override { return true; }
    std::string_view text(const FetchedMessage& message) const override {
        return (message.stored->record.*member_)();
    }

private:
    Member member_;
};

}  // namespace postern::imap
