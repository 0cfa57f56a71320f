#include "gateway/notices.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <map>

#include "gateway/fingerprint.hpp"

namespace postern::gateway {

namespace {

constexpr std::size_t max_shown = 30;
constexpr UnixTime worth_a_mail = seconds_per_day;

/// RFC 5322 section 3.3.
std::string date_of(UnixTime when) {
    static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = when;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%s, %d %s %d %02d:%02d:%02d +0000", days[parts.tm_wday],
                  parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                  parts.tm_sec);
    return buffer.data();
}

std::string size_of(std::uint64_t octets) {
    if (octets >= 1U << 20) return std::to_string(octets >> 20) + " MB";
    return std::to_string((octets + 1023) >> 10) + " KB";
}

Incident deferred_mail(const std::string& host, std::span<const store::Receipt> deferred) {
    Incident out;
    out.key = deferred_incident;
    out.subject = "Mail that could not be fetched";
    out.text = "These messages are still at " + host + " and could not be fetched:\n\n";
    std::size_t shown = 0;
    for (const auto& receipt : deferred) {
        out.state += receipt.uidl + '\n';
        if (++shown > max_shown) continue;
        out.text += "  of " + size_of(receipt.size_listed) + ", first seen on " +
                    date_of(receipt.first_seen) + ":\n    " + receipt.last_error + '\n';
    }
    if (shown > max_shown) out.text += "  and " + std::to_string(shown - max_shown) + " more\n";
    out.text += "\nThey are tried again now and then. You can read them at the provider's own site.\n";
    return out;
}

/// No retries until somebody has done something (gateway.md 3).
Incident linked_refusal(const Source& source, const std::string& host) {
    const std::string& who = source.config.remote_login;
    if (source.config.credential == CredentialKind::oauth_token) {
        return {"consent", "", "Your mail provider asks for your consent again",
                "The permission to collect the mail of " + who + " from " + host +
                    " has ended, so that\nno mail is fetched. It has to be given again; the administrator "
                    "starts it "
                    "with\n\n  posternctl source authorize\n"};
    }
    return {
        "password", "", "Your mail provider refuses the password",
        host + " refuses the password of " + who +
            ", so that no mail is fetched.\nThe administrator sets the new one with\n\n  posternctl source "
            "password\n"};
}

/// "MESSAGE-ID STATE": what SourceFacts::notices keeps of a notice.
struct Told {
    MessageId message{};
    std::string state;
};

Told parse_told(const std::string& text) {
    std::uint64_t id = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    Told told;
    told.message = MessageId{id};
    const auto at = static_cast<std::size_t>(parsed.ptr - text.data());
    if (at < text.size()) told.state = text.substr(at + 1);
    return told;
}

std::string digest_of(const Incident& incident) {
    static constexpr char digits[] = "0123456789abcdef";
    const ContentHash hash = content_hash(incident.state);
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        out += digits[hash[i] >> 4];
        out += digits[hash[i] & 15];
    }
    return out;
}

}  // namespace

std::vector<Incident> incidents_of(const Source& source, std::span<const store::Receipt> deferred,
                                   UnixTime now) {
    const SourceFacts& facts = source.facts;
    const std::string& host = source.provider->server.host;
    std::vector<Incident> out;
    if (facts.auth == SourceFacts::Auth::refused && source.config.linked) {
        out.push_back(linked_refusal(source, host));
    } else if (facts.auth == SourceFacts::Auth::refused) {
        out.push_back({"password", "", "Your mail provider refuses the password",
                       host + " refuses the password of this mailbox, so that no mail is fetched.\n"
                              "Sign in with the new password: then it goes on.\n"});
    }
    if (facts.vanish_held_since != 0) {
        out.push_back(
            {"missing", std::to_string(facts.vanish_held_since),
             "Many messages are missing at your mail provider",
             "Since " + date_of(facts.vanish_held_since) + " so many messages are missing at " + host +
                 " that it may be a mistake.\nNothing is removed here for now. If it lasts, they leave "
                 "INBOX after a while;\nwhat you filed or flagged stays.\n"});
    }
    if (facts.delete_held_since != 0) {
        out.push_back({"deletions", std::to_string(facts.delete_held_since),
                       "Many messages are about to be deleted at your mail provider",
                       "So many messages were deleted here that it may be a mistake. They are deleted at\n" +
                           host + " after a while, counted from " + date_of(facts.delete_held_since) +
                           ".\nThe administrator can do it at once, or stop it and bring them back.\n"});
    }
    if (facts.ignores_delete) {
        out.push_back({"not-deleted", "", "Your mail provider does not delete",
                       host + " says that it deletes messages, and still has them. They are gone here;\n"
                              "delete them at the provider's own site.\n"});
    }
    if (facts.failing_since != 0 && now - facts.failing_since >= worth_a_mail) {
        out.push_back({"failing", std::to_string(facts.failing_since), "Your mail provider cannot be reached",
                       "Since " + date_of(facts.failing_since) + " no mail could be fetched from " + host +
                           ":\n\n  " + facts.last_error + "\n\nIt is tried again and again.\n"});
    }
    if (!deferred.empty()) out.push_back(deferred_mail(host, deferred));
    return out;
}

std::string notice_mail(const Incident& incident, std::string_view login, std::string_view node,
                        UnixTime now) {
    const std::string host(node.empty() ? "localhost" : node);
    std::string to(login);
    if (to.find('@') == std::string::npos) to += "@" + host;
    std::string out = "From: Postern <postern@" + host + ">\r\nTo: <" + to +
                      ">\r\nSubject: " + incident.subject + "\r\nDate: " + date_of(now) +
                      "\r\nMessage-ID: <" + incident.key + '.' + std::to_string(now) + '.' +
                      digest_of(incident) + '@' + host +
                      ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=us-ascii\r\n\r\n";
    for (const char c : incident.text) {
        if (c == '\n') out += '\r';
        out += c == '\n' || (c >= 0x20 && c < 0x7f) ? c : '?';
    }
    return out;
}

namespace {

using Slots = std::vector<mail::Slot>;

Slots slots_of(const mail::Mailbox& inbox, const std::string& told) {
    const std::array<MessageId, 1> message = {parse_told(told).message};
    Slots slots = inbox.find_messages(message);
    std::sort(slots.begin(), slots.end());
    return slots;
}

Task<Result<void>> take_away(std::shared_ptr<mail::Mailbox> inbox, std::string told) {
    mail::ExpungeRequest request;
    request.slots = slots_of(*inbox, told);
    if (request.slots->empty()) co_return Result<void>{};  // the user was faster
    request.force = true;
    request.last_copy = store::LastCopy::keep_remote;
    request.cause.protocol = "gateway";
    request.cause.command = "NOTICE";
    auto expunged = co_await inbox->expunge(std::move(request));
    if (!expunged) co_return expunged.error();
    co_return Result<void>{};
}

/// In the place of what was told before, if that is still there.
Task<Result<std::string>> tell(std::shared_ptr<mail::Account> account, std::shared_ptr<mail::Mailbox> inbox,
                               std::string before, std::string digest, std::string content) {
    mail::DeliveryRequest request;
    request.mailbox = account->find_mailbox("INBOX")->id;
    mail::NewMail message;
    message.content = std::make_shared<const std::string>(std::move(content));
    request.messages.push_back(std::move(message));
    request.cause.protocol = "gateway";
    request.cause.command = "NOTICE";
    if (!before.empty()) request.replaced = slots_of(*inbox, before);
    if (!request.replaced.empty()) request.replaced_in = std::move(inbox);
    auto delivered = co_await account->deliver(std::move(request));
    if (!delivered) co_return delivered.error();
    co_return std::to_string(value_of(delivered->messages.front())) + ' ' + digest;
}

}  // namespace

Task<Result<bool>> tell_incidents(std::shared_ptr<mail::Account> account, std::shared_ptr<Source> source,
                                  std::vector<Incident> incidents, std::vector<std::string> keep,
                                  std::string node, UnixTime now) {
    auto& told = source->facts.notices;
    if (incidents.empty() && told.empty()) co_return false;
    const auto* info = account->find_mailbox("INBOX");
    if (info == nullptr) co_return Error(Errc::not_found, "no INBOX");
    const MailboxId id = info->id;
    auto inbox = co_await account->open_mailbox(id);
    if (!inbox) co_return inbox.error();
    bool changed = false;
    const std::map<std::string, std::string> before = told;
    for (const auto& [key, text] : before) {
        const auto same = [&key](const Incident& incident) { return incident.key == key; };
        const bool lasts = std::any_of(incidents.begin(), incidents.end(), same) ||
                           std::find(keep.begin(), keep.end(), key) != keep.end();
        if (lasts) continue;
        auto gone = co_await take_away(*inbox, text);
        if (!gone) co_return gone.error();
        told.erase(key);
        changed = true;
    }
    for (const Incident& incident : incidents) {
        const std::string digest = digest_of(incident);
        const auto found = before.find(incident.key);
        const std::string old = found == before.end() ? std::string() : found->second;
        if (!old.empty() && parse_told(old).state == digest) continue;
        std::string content = notice_mail(incident, account->login(), node, now);
        auto noted = co_await tell(account, *inbox, old, digest, std::move(content));
        if (!noted) co_return noted.error();
        told[incident.key] = *noted;
        changed = true;
    }
    co_return changed;
}

}  // namespace postern::gateway
