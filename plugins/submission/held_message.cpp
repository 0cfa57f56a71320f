#include "submission/held_message.hpp"

#include <algorithm>
#include <charconv>

#include "postern/smtp/command.hpp"

namespace postern::submission {

namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number out{};
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return out;
}

/// Words are xtext; "-" is the empty one.
std::string word(std::string_view text) {
    return text.empty() ? "-" : text == "-" ? "+2D" : smtp::encode_xtext(text);
}

std::optional<std::string> unword(std::string_view text) {
    if (text == "-") return std::string();
    return smtp::decode_xtext(text);
}

bool read_recipient(const std::vector<std::string_view>& words, mail::OutgoingMail& mail) {
    if (words.size() != 4) return false;
    const auto address = unword(words[1]);
    const auto notify = number<unsigned>(words[2]);
    const auto original = unword(words[3]);
    if (!address || !notify || !original) return false;
    mail.recipients.push_back({*address, *original, static_cast<std::uint8_t>(*notify & 15U)});
    return true;
}

/// "name value"; unknown names are passed over.
bool read_line(const std::vector<std::string_view>& words, HeldMessage& out) {
    if (words[0] == "to") return read_recipient(words, out.mail);
    if (words.size() != 2) return false;
    const std::string_view value = words[1];
    if (words[0] == "from" || words[0] == "envid") {
        const auto text = unword(value);
        if (text) (words[0] == "from" ? out.mail.sender : out.mail.id) = *text;
        return text.has_value();
    }
    const auto amount = number<std::int64_t>(value);
    if (!amount || *amount < 0) return false;
    if (words[0] == "release") out.release_at = *amount;
    if (words[0] == "next") out.next_try = *amount;
    if (words[0] == "claimed") out.claimed_at = *amount;
    if (words[0] == "tries") out.tries = static_cast<unsigned>(*amount);
    if (words[0] == "ret") out.mail.ret = static_cast<mail::DsnReturn>(*amount % 3);
    if (words[0] == "body") out.mail.body = static_cast<mail::BodyKind>(*amount % 3);
    if (words[0] == "utf8") out.mail.smtputf8 = *amount != 0;
    return true;
}

}  // namespace

std::string HeldMessage::entry() const {
    return std::string(held_prefix) + std::to_string(value_of(message));
}

std::string HeldMessage::to_text() const {
    std::string out = "from " + word(mail.sender) + "\nenvid " + word(mail.id);
    const auto add = [&out](const char* name, std::int64_t value) {
        out += '\n' + std::string(name) + ' ' + std::to_string(value);
    };
    add("release", release_at);
    add("next", next_try);
    add("claimed", claimed_at);
    add("tries", tries);
    add("ret", static_cast<int>(mail.ret));
    add("body", static_cast<int>(mail.body));
    add("utf8", mail.smtputf8 ? 1 : 0);
    for (const mail::EnvelopeRecipient& to : mail.recipients) {
        out += "\nto " + word(to.address) + ' ' + std::to_string(to.notify) + ' ' + word(to.original);
    }
    return out;
}

std::optional<HeldMessage> HeldMessage::from_text(std::string_view entry, std::string_view text) {
    HeldMessage out;
    if (!entry.starts_with(held_prefix)) return std::nullopt;
    const auto id = number<std::uint64_t>(entry.substr(held_prefix.size()));
    if (!id || *id == 0) return std::nullopt;
    out.message = MessageId{*id};
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto words = smtp::split_words(text.substr(0, end));
        if (words.empty() || !read_line(words, out)) return std::nullopt;
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    if (out.release_at <= 0 || out.mail.recipients.empty()) return std::nullopt;
    return out;
}

}  // namespace postern::submission
