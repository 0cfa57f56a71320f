#include "delivery_actions.hpp"

#include <algorithm>
#include <charconv>

#include "postern/mime/header.hpp"
#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

namespace {

using mail::FilterActions;
using mail::FilterRequest;

void add_flags(const Action& action, FilterActions::Store& store) {
    static constexpr std::pair<std::string_view, mail::Flag> system[] = {{"\\answered", mail::answered},
                                                                         {"\\flagged", mail::flagged},
                                                                         {"\\deleted", mail::deleted},
                                                                         {"\\seen", mail::seen},
                                                                         {"\\draft", mail::draft}};
    const auto flags = action.details.find("flags");
    if (flags == action.details.end()) return;
    for (const std::string& flag : flags->second) {
        const std::string lower = to_lower(flag);
        const auto known = std::ranges::find(system, lower, [](const auto& pair) { return pair.first; });
        if (known != std::end(system)) {
            store.flags |= known->second;
        } else {
            store.keywords.push_back(flag);
        }
    }
}

/// keep, fileinto, and the copy of ":fcc".
FilterActions::Store store_of(const Action& action, const std::string& mailbox) {
    FilterActions::Store store;
    store.mailbox = action.has("found") ? action.value("found") : mailbox;
    store.create = action.has("create");
    store.special_use = action.has("found") ? "" : action.value("specialuse");
    store.content = action.content;
    add_flags(action, store);
    return store;
}

/// Without Return-Path, which is put there by whoever delivers (RFC 5321 section 4.4).
std::shared_ptr<const std::string> without_return_path(const FilterRequest& request, const Action& action) {
    const bool untouched = action.content == nullptr || action.content == request.content;
    if (untouched)
        return std::make_shared<const std::string>(request.content->substr(request.return_path_octets));
    const std::string& message = *action.content;
    const std::string_view header = std::string_view(message).substr(0, mime::header_length(message));
    for (mime::HeaderReader reader(header); const mime::Field* field = reader.next();) {
        if (!mime::equal_ascii_nocase(field->name, "Return-Path")) continue;
        std::string out = message;
        out.erase(static_cast<std::size_t>(field->raw.data() - message.data()), field->raw.size());
        return std::make_shared<const std::string>(std::move(out));
    }
    return action.content;
}

/// It was delivered here before: whoever it is redirected to sends it back.
bool goes_round(const FilterRequest& request) {
    const std::string_view message = *request.content;
    std::size_t times = 0;
    for (mime::HeaderReader reader(message.substr(0, mime::header_length(message)));
         const mime::Field* field = reader.next();) {
        const bool here = field->id == mime::FieldId::delivered_to &&
                          mime::equal_ascii_nocase(field->value, request.recipient.envelope.address);
        times += here ? 1 : 0;
    }
    return times > 1;
}

std::uint8_t notify_bits(const std::string& text) {
    const std::string lower = to_lower(text);
    std::uint8_t bits = 0;
    const std::pair<const char*, mail::Notify> words[] = {{"never", mail::notify_never},
                                                          {"success", mail::notify_success},
                                                          {"failure", mail::notify_failure},
                                                          {"delay", mail::notify_delay}};
    for (const auto& [word, bit] : words) {
        if (lower.find(word) != std::string::npos) bits |= bit;
    }
    return bits;
}

mail::OutgoingMail outgoing(const std::vector<std::string>& addresses, std::uint8_t notify) {
    mail::OutgoingMail out;
    for (const std::string& address : addresses) {
        mail::EnvelopeRecipient recipient;
        recipient.address = address;
        recipient.notify = notify;
        out.recipients.push_back(std::move(recipient));
    }
    return out;
}

mail::OutgoingMail redirected(const FilterRequest& request, const Action& action,
                              const AccountEnvironment& environment) {
    const auto members = action.details.find("members");
    const bool list = members != action.details.end();
    mail::OutgoingMail out =
        outgoing(list ? members->second : std::vector<std::string>{action.value("address")},
                 notify_bits(action.value("notify")));
    // Reports go to the owner where the script asks for them (RFC 6009 sections 6.1 and 7.1).
    const bool reports =
        action.has("notify") || action.has("ret") || action.has("bytime") || action.has("bytimeabsolute");
    const std::string& sender = request.envelope.sender;
    out.sender = reports && !sender.empty() ? environment.owner() : sender;
    out.body = request.envelope.body;
    out.smtputf8 = request.envelope.smtputf8;
    if (action.has("ret"))
        out.ret = action.value("ret") == "FULL" ? mail::DsnReturn::full : mail::DsnReturn::headers;
    out.content = without_return_path(request, action);
    return out;
}

void track(const Action& action, const AccountEnvironment& environment, FilterActions& out) {
    std::uint64_t seconds = 0;
    const std::string& text = action.value("seconds");
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds == 0) return;
    store::AttributeWrite write;
    write.attribute.entry = AccountEnvironment::entry_of(action.value("track"));
    write.attribute.value = std::to_string(environment.now() + static_cast<UnixTime>(seconds));
    out.attributes.push_back(std::move(write));
}

/// vacation and notify.
void add_notice(const Action& action, const AccountEnvironment& environment, FilterActions& out) {
    const auto details = action.details.find("address");
    mail::OutgoingMail notice = outgoing(
        details != action.details.end() ? details->second : std::vector<std::string>{action.value("address")},
        mail::notify_never);
    notice.sender = action.value("sender");
    notice.content = action.content;
    if (notice.recipients.empty()) return;
    out.notices.push_back(std::move(notice));
    if (action.has("track")) track(action, environment, out);
}

void add_action(const FilterRequest& request, const Action& action, const AccountEnvironment& environment,
                FilterActions& out) {
    if (action.kind == "keep") {
        out.stores.push_back(store_of(action, ""));
    } else if (action.kind == "fileinto") {
        out.stores.push_back(store_of(action, action.value("mailbox")));
    } else if (action.kind == "redirect") {
        if (goes_round(request)) {
            out.stores.emplace_back();
        } else {
            out.redirects.push_back(redirected(request, action, environment));
            if (out.redirects.back().recipients.empty()) out.redirects.pop_back();
        }
    } else if (action.kind == "vacation" || action.kind == "notify") {
        add_notice(action, environment, out);
    } else if (action.kind == "track") {
        track(action, environment, out);
    } else if (action.kind == "reject" || action.kind == "ereject") {
        // Fetched mail has nobody who could be told: it is kept.
        if (request.envelope.can_reject) {
            out.reject = action.value("reason");
        } else {
            out.stores.emplace_back();
        }
    }
}

}  // namespace

FilterActions delivery_actions(const FilterRequest& request, const Outcome& outcome,
                               const AccountEnvironment& environment) {
    FilterActions out;
    for (const Action& action : outcome.actions) add_action(request, action, environment, out);
    // Last, and never where a mailbox gets the message itself: several stores into one mailbox are one.
    for (const Action& action : outcome.actions) {
        if (!action.has("fcc")) continue;
        FilterActions::Store copy = store_of(action, action.value("fcc"));
        const bool taken = std::ranges::any_of(
            out.stores, [&](const FilterActions::Store& store) { return store.mailbox == copy.mailbox; });
        if (!taken) out.stores.push_back(std::move(copy));
    }
    for (const std::string& entry : environment.forgotten()) {
        store::AttributeWrite removal;
        removal.attribute.entry = entry;
        removal.remove = true;
        const bool renewed = std::ranges::any_of(out.attributes, [&](const store::AttributeWrite& write) {
            return write.attribute.entry == entry;
        });
        if (!renewed) out.attributes.push_back(std::move(removal));
    }
    return out;
}

}  // namespace postern::sieve
