#include "reply.hpp"

#include "postern/sieve/compose.hpp"

namespace postern::sieve {

namespace {

/// Programs (section 4.6).
bool is_automaton(const std::string& sender) {
    const auto split = split_address(sender);
    if (!split) return true;
    const std::string local = to_lower(split->local);
    static constexpr std::string_view names[] = {"mailer-daemon", "listserv",     "majordomo", "noreply",
                                                 "no-reply",      "do-not-reply", "donotreply"};
    return std::ranges::find(names, local) != std::end(names) || local.ends_with("-request") ||
           local.starts_with("owner-") || local.ends_with("-owner") || local.ends_with("-bounces");
}

bool is_automatic(Machine& machine) {
    for (const char* name : {"List-Id", "List-Help", "List-Subscribe", "List-Unsubscribe", "List-Post",
                             "List-Owner", "List-Archive"}) {
        if (!fields_of_part(machine, 0, name).empty()) return true;
    }
    const std::string automatic = to_lower(header_text(machine, "Auto-Submitted"));
    if (!automatic.empty() && !automatic.starts_with("no")) return true;
    const std::string precedence = to_lower(header_text(machine, "Precedence"));
    return precedence == "bulk" || precedence == "list" || precedence == "junk";
}

/// One of the addresses stands among the recipients (section 4.5).
bool is_personal(Machine& machine, const std::vector<std::string>& own) {
    for (const char* name : {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"}) {
        for (const FieldValue& field : fields_of_part(machine, 0, name)) {
            for (const AddressText& address : addresses_of(field)) {
                const std::string lower = to_lower(address.local + "@" + address.domain);
                if (std::ranges::find(own, lower) != own.end()) return true;
            }
        }
    }
    return false;
}

}  // namespace

bool is_mailbox_list(const std::string& text) {
    FieldValue value;
    value.raw = text;
    const auto found = addresses_of(value);
    return !found.empty() && std::ranges::all_of(found, [](const AddressText& address) {
        return is_address(address.local + "@" + address.domain);
    });
}

void Reply::send(Machine& machine, Place place) const {
    const std::string& to = machine.envelope().from;
    std::vector<std::string> own{to_lower(machine.environment().owner()), to_lower(machine.envelope().to)};
    for (const std::string& address : values_of(addresses, machine)) own.push_back(to_lower(address));
    if (std::ranges::find(own, to_lower(to)) != own.end()) return;
    if (!is_address(to) || is_automaton(to) || is_automatic(machine) || !is_personal(machine, own)) return;
    Action action;
    action.kind = "vacation";
    action.place = place;
    action.cancels_keep = false;
    action.set("address", to);
    action.details["seconds"] = {std::to_string(seconds)};
    stages.apply(machine, action);
    action.details["track"] = {"vacation " + digest(identity + "\n" + to_lower(to))};
    if (action.value("seconds") != "0" && machine.environment().was_tracked(action.value("track"))) return;
    action.content = std::make_shared<const std::string>(text(machine, to));
    machine.act(std::move(action));
}

std::string Reply::text(Machine& machine, const std::string& to) const {
    Composed mail;
    const std::string owner = machine.environment().owner();
    const std::string sender = from ? from->value(machine) : owner.empty() ? machine.envelope().to : owner;
    std::string about = subject ? subject->value(machine) : header_text(machine, "Subject");
    if (!subject) about = about.empty() ? "Automated reply" : "Auto: " + about;
    mail.fields = automatic_fields(machine, "auto-replied (vacation)", identity + to);
    mail.fields.emplace_back("From", is_mailbox_list(sender) ? sender : machine.envelope().to);
    mail.fields.emplace_back("To", to);
    mail.fields.emplace_back("Subject", encode_header(about));
    const std::string id = header_text(machine, "Message-ID");
    if (!id.empty()) {
        const std::string references = header_text(machine, "References");
        mail.fields.emplace_back("In-Reply-To", encode_header(id));
        mail.fields.emplace_back("References",
                                 encode_header(references.empty() ? id : references + " " + id));
    }
    mail.text = reason.value(machine);
    mail.is_entity = mime;
    return compose(mail);
}

}  // namespace postern::sieve
