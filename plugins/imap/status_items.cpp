// STATUS items of RFC 3501 section 6.3.10.
#include "status_items.hpp"

namespace postern::imap {

namespace {

/// An item kept as a counter of the mailbox.
class CounterItem final : public StatusItem {
public:
    using Read = std::uint64_t (*)(const mail::MailboxInfo&);
    CounterItem(std::string name, Read read) : name_(std::move(name)), read_(read) {}
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom(name_).number(read_(source.info));
    }

private:
    std::string name_;
    Read read_;
};

/// How many messages would be recent in a session that opened the mailbox now: only an open mailbox knows.
class RecentItem final : public StatusItem {
public:
    bool needs_open(const mail::MailboxInfo&) const override { return true; }
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom("RECENT").number(source.view == nullptr ? 0 : source.view->recent());
    }
};

}  // namespace

std::vector<NamedStatusItem> make_status_items() {
    std::vector<NamedStatusItem> items;
    const auto add = [&](std::string name, CounterItem::Read read) {
        items.push_back({name, std::make_unique<CounterItem>(name, read)});
    };
    add("MESSAGES", [](const mail::MailboxInfo& info) { return std::uint64_t{info.total}; });
    add("UIDNEXT", [](const mail::MailboxInfo& info) { return std::uint64_t{info.uidnext}; });
    add("UIDVALIDITY", [](const mail::MailboxInfo& info) { return std::uint64_t{info.uidvalidity}; });
    add("UNSEEN", [](const mail::MailboxInfo& info) { return std::uint64_t{info.unseen}; });
    items.push_back({"RECENT", std::make_unique<RecentItem>()});
    return items;
}

}  // namespace postern::imap
