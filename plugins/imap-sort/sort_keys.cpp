#include "sort_keys.hpp"

#include "postern/imap/ext/record_text_key.hpp"

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

}  // namespace

std::vector<NamedSortKey> make_sort_keys() {
    using mime::RecordView;
    std::vector<NamedSortKey> keys;
    keys.push_back({"ARRIVAL", std::make_unique<ArrivalKey>()});
    keys.push_back({"CC", std::make_unique<RecordTextKey>(&RecordView::cc_mailbox)});
    keys.push_back({"DATE", std::make_unique<DateKey>()});
    keys.push_back({"FROM", std::make_unique<RecordTextKey>(&RecordView::from_mailbox)});
    keys.push_back({"SIZE", std::make_unique<SizeKey>()});
    keys.push_back({"SUBJECT", std::make_unique<RecordTextKey>(&RecordView::base_subject)});
    keys.push_back({"TO", std::make_unique<RecordTextKey>(&RecordView::to_mailbox)});
    return keys;
}

}  // namespace postern::imap
