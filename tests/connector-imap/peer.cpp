#include "peer.hpp"

#include <algorithm>

#include "postern/encoding/base64.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap_client::test {

namespace {

/// Atoms, strings without their quotes, literals, and lists with their parentheses.
std::vector<std::string> words_in(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        std::string word;
        if (text[at] == ' ') {
            ++at;
            continue;
        }
        if (text[at] == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\') ++at;
                word += text[at];
            }
            ++at;
        } else if (text[at] == '{') {
            const std::size_t size = std::strtoull(text.c_str() + at + 1, nullptr, 10);
            const std::size_t begin = text.find('\n', at) + 1;
            word = text.substr(begin, size);
            at = begin + size;
        } else if (text[at] == '(') {
            const std::size_t begin = at;
            for (int depth = 0; at < text.size();) {
                depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
                ++at;
                if (depth == 0) break;
            }
            word = text.substr(begin, at - begin);
        } else {
            const std::size_t end = std::min(text.find(' ', at), text.size());
            word = text.substr(at, end - at);
            at = end;
        }
        words.push_back(std::move(word));
    }
    return words;
}

}  // namespace

std::string ImapPeer::answer(std::string_view octets) {
    input_.append(octets);
    while (!finished_) {
        if (in_literal_) {
            if (input_.size() < literal_) break;
            command_ += input_.substr(0, literal_);
            input_.erase(0, literal_);
            in_literal_ = false;
        }
        const std::size_t end = input_.find("\r\n");
        if (end == std::string::npos) break;
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        take_line(std::move(line));
    }
    return std::exchange(out_, std::string());
}

void ImapPeer::take_line(std::string line) {
    if (!idle_tag_.empty()) {
        out_ +=
            std::exchange(idle_tag_, std::string()) + (line == "DONE" ? " OK idled\r\n" : " BAD no DONE\r\n");
        return;
    }
    if (!plain_tag_.empty()) {
        tag_ = std::exchange(plain_tag_, std::string());
        out_ += tag_ + ' ' + sign_in_plain(line) + "\r\n";
        return;
    }
    const std::size_t open = line.rfind('{');
    if (line.ends_with('}') && open != std::string::npos) {
        const bool waits = line[line.size() - 2] != '+';
        literal_ = std::strtoull(line.c_str() + open + 1, nullptr, 10);
        in_literal_ = true;
        command_ += line + "\r\n";
        if (waits) out_ += "+ go on\r\n";
        return;
    }
    command_ += line;
    run(std::exchange(command_, std::string()));
}

void ImapPeer::run(const std::string& command) {
    Words words = words_in(command);
    if (words.size() < 2) {
        out_ += "* BAD no command\r\n";
        return;
    }
    tag_ = words[0];
    words.erase(words.begin());
    words[0] = imap::to_upper(words[0]);
    const std::string result = dispatch(words);
    // By message number nothing is told that changes the numbers (RFC 3501 section 7.4.1).
    const bool numbers = words[0] == "FETCH" || words[0] == "STORE" || words[0] == "SEARCH";
    if (!numbers) out_ += news();
    if (!result.empty()) out_ += tag_ + ' ' + result + "\r\n";
}

std::string ImapPeer::dispatch(const Words& words) {
    static const std::map<std::string, Handler> signed_in = {
        {"SELECT", &ImapPeer::select},        {"EXAMINE", &ImapPeer::select}, {"LIST", &ImapPeer::list},
        {"STATUS", &ImapPeer::status},        {"CREATE", &ImapPeer::create},  {"RENAME", &ImapPeer::rename},
        {"DELETE", &ImapPeer::remove_folder}, {"APPEND", &ImapPeer::append},
    };
    const std::string& name = words[0];
    if (name == "CAPABILITY") {
        out_ += "* CAPABILITY " + world_.capabilities() + "\r\n";
        return "OK done";
    }
    if (name == "LOGOUT") {
        out_ += "* BYE see you\r\n";
        finished_ = true;
        return "OK done";
    }
    if (name == "NOOP" || name == "STARTTLS" || name == "SUBSCRIBE") return "OK done";
    if (name == "ID") {
        out_ += "* ID (\"name\" \"World\")\r\n";
        return "OK done";
    }
    if (!signed_in_) {
        if (name == "AUTHENTICATE") return authenticate(words);
        if (name == "LOGIN" && words.size() == 3) return sign_in(words[1], words[2]);
        return "BAD sign in first";
    }
    if (name == "NAMESPACE") {
        out_ += "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n";
        return "OK done";
    }
    if (name == "ENABLE" && world_.has("QRESYNC")) {
        condstore_ = qresync_ = true;
        out_ += "* ENABLED QRESYNC\r\n";
        return "OK done";
    }
    const auto handler = signed_in.find(name);
    if (handler != signed_in.end())
        return words.size() < 2 ? "BAD too few words" : (this->*handler->second)(words);
    if (selected_.empty()) return "BAD no folder is open";
    if (name == "UID") return dispatch_uid(words);
    if (name == "FETCH" && words.size() >= 3) return fetch(words, false);
    if (name == "EXPUNGE") return expunge(nullptr);
    if (name == "UNSELECT") {
        selected_.clear();
        return "OK done";
    }
    if (name == "IDLE") {
        idle_tag_ = tag_;
        out_ += "+ idling\r\n";
        return "";
    }
    return "BAD unknown command";
}

std::string ImapPeer::dispatch_uid(Words words) {
    words.erase(words.begin());
    if (words.size() < 2) return "BAD too few words";
    words[0] = imap::to_upper(words[0]);
    if (words[0] == "FETCH" && words.size() >= 3) return fetch(words, true);
    if (words[0] == "STORE" && words.size() == 4) return store(words);
    if (words[0] == "COPY" && words.size() == 3) return transfer(words, false);
    if (words[0] == "MOVE" && words.size() == 3 && world_.has("MOVE")) return transfer(words, true);
    if (words[0] == "SEARCH") return search(words);
    if (words[0] == "EXPUNGE") {
        const imap::NumberSet only = resolve(words[1], true);
        return expunge(&only);
    }
    return "BAD unknown command";
}

std::string ImapPeer::authenticate(const Words& words) {
    if (words.size() < 2 || words[1] != "PLAIN") return "NO no such mechanism";
    if (words.size() == 3) return sign_in_plain(words[2]);
    plain_tag_ = tag_;
    out_ += "+ \r\n";
    return "";
}

std::string ImapPeer::sign_in_plain(const std::string& message) {
    // RFC 4616: an identity to act as, which is nobody else here, the name, and the password.
    const std::string text = decode_base64(message).value_or("");
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == '\0') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    if (parts.size() != 3) return "BAD no PLAIN message";
    return sign_in(parts[1], parts[2]);
}

std::string ImapPeer::sign_in(const std::string& login, const std::string& secret) {
    using Mood = testkit::World::Mood;
    if (world_.mood() == Mood::busy) return "NO [LIMIT] too many connections";
    if (world_.mood() == Mood::failing) return "NO [UNAVAILABLE] later";
    const auto credential = world_.credential();
    if (login != credential.login || secret != credential.secret) return "NO [AUTHENTICATIONFAILED] no";
    signed_in_ = true;
    return "OK [CAPABILITY " + world_.capabilities() + "] welcome";
}

}  // namespace postern::imap_client::test
