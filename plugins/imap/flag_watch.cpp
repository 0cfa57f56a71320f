#include "flag_watch.hpp"

#include <algorithm>

#include "postern/imap/ext/message_observer.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

std::vector<std::string> keywords_of(const mail::Mailbox& mailbox, mail::Slot slot) {
    std::vector<std::string> out;
    for (const std::uint16_t keyword : mailbox.keyword_set(mailbox.columns().keywords[slot]))
        out.push_back(mailbox.keywords()[keyword]);
    return out;
}

void add_missing(const std::vector<std::string>& from, const std::vector<std::string>& in,
                 std::vector<std::string>& out) {
    for (const std::string& keyword : from) {
        if (std::ranges::find(in, keyword) == in.end()) out.push_back(keyword);
    }
}

}  // namespace

FlagWatch::FlagWatch(ServerSession& session, const std::vector<mail::Slot>& slots) : session_(session) {
    if (registries_of(session).observers.all().empty()) return;
    const mail::Mailbox& mailbox = *session.selected()->mailbox;
    const mail::MailboxInfo* info = session.account()->find_mailbox(mailbox.info().id);
    if (info == nullptr) return;
    for (MessageObserver* observer : registries_of(session).observers.all()) {
        if (observer->observes(session, *info)) observers_.push_back(observer);
    }
    if (observers_.empty()) return;
    name_ = info->name;
    for (const mail::Slot slot : slots)
        before_.push_back({slot, mailbox.columns().flags[slot], keywords_of(mailbox, slot)});
}

std::vector<std::string> FlagWatch::changes(const Before& before) const {
    const mail::Mailbox& mailbox = *session_.selected()->mailbox;
    const auto differ = static_cast<unsigned>(before.flags ^ mailbox.columns().flags[before.slot]);
    std::vector<std::string> out;
    for (const SystemFlag flag : {flag_answered, flag_flagged, flag_deleted, flag_seen, flag_draft}) {
        if ((differ & flag) != 0) out.emplace_back(system_flag_name(flag));
    }
    const std::vector<std::string> now = keywords_of(mailbox, before.slot);
    add_missing(now, before.keywords, out);
    add_missing(before.keywords, now, out);
    return out;
}

void FlagWatch::tell(const std::vector<mail::Slot>& changed) const {
    if (before_.empty() || session_.selected() == nullptr) return;
    const mail::Mailbox& mailbox = *session_.selected()->mailbox;
    MessageEvent event;
    event.kind = MessageEvent::Kind::flags;
    event.mailbox = mailbox.info().id;
    event.name = name_;
    for (const mail::Slot slot : changed) {
        const auto before = std::ranges::lower_bound(before_, slot, {}, &Before::slot);
        if (before == before_.end() || before->slot != slot) continue;
        std::vector<std::string> names = changes(*before);
        if (!names.empty()) event.messages.push_back({mailbox.columns().uid[slot], std::move(names)});
    }
    if (event.messages.empty()) return;
    for (MessageObserver* observer : observers_) observer->observed(session_, event);
}

}  // namespace postern::imap
