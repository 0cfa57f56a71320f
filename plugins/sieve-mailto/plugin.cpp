// The notification method mailto (RFC 5436)
#include <algorithm>

#include "postern/sieve/compose.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

/// A mailto URI (RFC 6068).
struct Uri {
    std::vector<std::string> to;
    std::vector<std::string> cc;
    std::optional<std::string> subject;
    std::optional<std::string> body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< others that may be set
    std::string fault;
};

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (static_cast<unsigned char>(text[i]) <= ' ') return std::nullopt;
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
        out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
        i += 2;
    }
    return out;
}

void add_addresses(std::string_view list, std::vector<std::string>& out, Uri& uri) {
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(',', at), list.size());
        const auto address = decode(list.substr(at, end - at));
        if (!address || !is_address(*address)) {
            uri.fault = "mailto: \"" + std::string(list.substr(at, end - at)) + "\" is no address";
            return;
        }
        if (std::ranges::find(out, *address) == out.end()) out.push_back(*address);
        at = end + 1;
    }
}

/// Fields that only the server sets (section 2.7).
bool is_own(const std::string& name) {
    static constexpr std::string_view own[] = {"from",     "date",           "message-id",
                                               "received", "auto-submitted", "bcc",
                                               "sender",   "mime-version",   "return-path"};
    return std::ranges::find(own, name) != std::end(own) || name.starts_with("content-") ||
           name.starts_with("resent-");
}

void add_header(std::string_view field, Uri& uri) {
    const auto equals = field.find('=');
    const auto name = decode(field.substr(0, equals));
    const auto value =
        decode(equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1));
    if (equals == std::string_view::npos || !name || !value || !is_field_name(*name)) {
        uri.fault = "mailto: \"" + std::string(field) + "\" is no header field";
        return;
    }
    const std::string lower = to_lower(*name);
    if (lower == "to") return add_addresses(field.substr(equals + 1), uri.to, uri);
    if (lower == "cc") return add_addresses(field.substr(equals + 1), uri.cc, uri);
    if (lower == "subject") {
        uri.subject = value;
    } else if (lower == "body") {
        uri.body = value;
    } else if (!is_own(lower)) {
        uri.headers.emplace_back(*name, *value);
    }
}

Uri parse_uri(std::string_view text) {
    Uri uri;
    text.remove_prefix(std::min(text.size(), text.find(':') + 1));
    const auto question = text.find('?');
    add_addresses(text.substr(0, question), uri.to, uri);
    std::string_view rest =
        question == std::string_view::npos ? std::string_view() : text.substr(question + 1);
    while (!rest.empty() && uri.fault.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        add_header(rest.substr(0, end), uri);
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    if (uri.fault.empty() && uri.to.empty()) uri.fault = "mailto: there is no address";
    return uri;
}

std::string joined(const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& item : list) out += (out.empty() ? "" : ", ") + item;
    return out;
}

class Mailto final : public NotifyMethod {
public:
    std::string check(std::string_view uri) const override { return parse_uri(uri).fault; }

    std::optional<std::string> capability(std::string_view, std::string_view name) const override {
        if (name == "online") return "maybe";
        if (name == "fcc") return "yes";
        return std::nullopt;
    }

    void prepare(Machine& machine, Action& action) const override {
        // Automatic mail notifies nobody (section 2.7).
        const std::string automatic = to_lower(header_text(machine, "Auto-Submitted"));
        if (!automatic.empty() && !automatic.starts_with("no")) return;
        const Uri uri = parse_uri(action.value("method"));
        const std::string owner =
            machine.environment().owner().empty() ? machine.envelope().to : machine.environment().owner();
        const std::string from = is_address(action.value("from")) ? action.value("from") : owner;
        Composed mail;
        mail.fields =
            automatic_fields(machine, "auto-notified; owner-email=\"" + owner + "\"", action.value("method"));
        mail.fields.emplace_back("From", from);
        mail.fields.emplace_back("To", joined(uri.to));
        if (!uri.cc.empty()) mail.fields.emplace_back("Cc", joined(uri.cc));
        mail.fields.emplace_back("Subject", encode_header(subject(machine, action, uri)));
        const std::string id = header_text(machine, "Message-ID");
        if (!id.empty()) mail.fields.emplace_back("References", encode_header(id));
        if (action.value("importance") == "1") mail.fields.emplace_back("Importance", "high");
        if (action.value("importance") == "3") mail.fields.emplace_back("Importance", "low");
        for (const auto& [name, value] : uri.headers) mail.fields.emplace_back(name, encode_header(value));
        mail.text = uri.body ? *uri.body : excerpt(machine);
        action.details["address"] = uri.to;
        for (const std::string& address : uri.cc) action.details["address"].push_back(address);
        action.details["sender"] = {machine.envelope().from.empty() ? "" : from};
        action.content = std::make_shared<const std::string>(compose(mail));
    }

private:
    static std::string subject(Machine& machine, const Action& action, const Uri& uri) {
        if (action.has("message")) return action.value("message");
        return uri.subject ? *uri.subject : header_text(machine, "Subject");
    }
    static std::string excerpt(Machine& machine) {
        return "From: " + header_text(machine, "From") + "\r\nSubject: " + header_text(machine, "Subject") +
               "\r\n";
    }
};

class MailtoPlugin final : public ExtensionPlugin {
public:
    explicit MailtoPlugin(Host& host) : ExtensionPlugin(host) {
        piece<NotifyMethod>("mailto", std::make_unique<Mailto>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::MailtoPlugin, {.id = "sieve-mailto",
                                              .summary = "Sieve: notifications by mail (RFC 5436)",
                                              .dependencies = postern::sieve::needs_engine});
