#include "sort_keys.hpp"

namespace postern::imap {

namespace {

class ArrivalKey final : public SortKey {
public:
    Need need() const override { return Need::columns; }
    std::int64_t number(Session& /*session*/, const FetchedMessage& message) const override {
        return message.columns->internal_date[message.slot];
    }
};

class SizeKey final : public SortKey {
public:
    Need need() const override { return Need::columns; }
    std::int64_t number(Session& /*session*/, const FetchedMessage& message) const override {
        return message.columns->size[message.slot];
    }
};

/// The sent date; without one, the internal date stands in (section 2.2).
class DateKey final : public SortKey {
public:
    Need need() const override { return Need::record; }
    std::int64_t number(Session& /*session*/, const FetchedMessage& message) const override {
        const auto sent = message.stored->record.sent_date();
        return sent ? sent->utc : message.columns->internal_date[message.slot];
    }
};

/// A text that the record keeps.
class TextKey final : public SortKey {
public:
    using Member = std::string_view (mime::RecordView::*)() const noexcept;
    explicit TextKey(Member member) : member_(member) {}
    Need need() const override { return Need::record; }
    bool is_text() const override { return true; }
    std::string_view text(const FetchedMessage& message) const override {
        return (message.stored->record.*member_)();
    }

private:
    Member member_;
};

}  // namespace

std::vector<NamedSortKey> make_sort_keys() {
    using mime::RecordView;
    std::vector<NamedSortKey> keys;
    keys.push_back({"ARRIVAL", std::make_unique<ArrivalKey>()});
    keys.push_back({"CC", std::make_unique<TextKey>(&RecordView::cc_mailbox)});
    keys.push_back({"DATE", std::make_unique<DateKey>()});
    keys.push_back({"FROM", std::make_unique<TextKey>(&RecordView::from_mailbox)});
    keys.push_back({"SIZE", std::make_unique<SizeKey>()});
    keys.push_back({"SUBJECT", std::make_unique<TextKey>(&RecordView::base_subject)});
    keys.push_back({"TO", std::make_unique<TextKey>(&RecordView::to_mailbox)});
    return keys;
}

}  // namespace postern::imap
