#include "world.hpp"

#include <algorithm>

namespace postern::pop3::test {

namespace {

/// As a multi-line reply (RFC 1939 section 3).
std::string stuffed(const std::string& text) {
    std::string out = "+OK\r\n";
    bool line_start = true;
    for (const char c : text) {
        if (line_start && c == '.') out += '.';
        line_start = c == '\n';
        out += c;
    }
    return out + ".\r\n";
}

std::string header_of(const std::string& content) {
    const std::size_t end = content.find("\r\n\r\n");
    return end == std::string::npos ? content : content.substr(0, end + 4);
}

}  // namespace

class Pop3Peer final : public testkit::Peer {
public:
    explicit Pop3Peer(Pop3World& world) : world_(world) {}
    ~Pop3Peer() override { unlock(); }

    std::string greet() override { return "+OK POP3 ready\r\n"; }
    std::string answer(std::string_view octets) override {
        std::string out;
        input_.append(octets);
        for (auto end = input_.find("\r\n"); end != std::string::npos && !finished_;
             end = input_.find("\r\n")) {
            const std::string line = input_.substr(0, end);
            input_.erase(0, end + 2);
            out += reply(line);
        }
        return out;
    }
    bool finished() const override { return finished_; }

private:
    struct Entry {
        Pop3World::Message message;
        bool deleted = false;
    };

    void unlock() {
        if (signed_in_) world_.locked_ = false;
        signed_in_ = false;
    }

    std::string reply(const std::string& line) {
        const std::string word = line.substr(0, line.find(' '));
        const std::string argument = line.size() > word.size() ? line.substr(word.size() + 1) : "";
        if (word == "CAPA") return "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nSTLS\r\nRESP-CODES\r\nPIPELINING\r\n.\r\n";
        if (word == "QUIT") return quit();
        if (word == "STLS") return "+OK\r\n";
        if (!signed_in_ && word == "USER") {
            login_ = argument;
            return "+OK\r\n";
        }
        if (!signed_in_) return word == "PASS" ? sign_in(argument) : "-ERR sign in first\r\n";
        if (word == "NOOP") return "+OK\r\n";
        if (word == "STAT" || argument.empty()) return list(word);
        return on_message(word, argument);
    }

    std::string sign_in(const std::string& secret) {
        using Mood = testkit::World::Mood;
        const auto credential = world_.credential();
        if (world_.mood_ == Mood::failing) return "-ERR [SYS/TEMP] the disk is full\r\n";
        if (world_.mood_ == Mood::busy || world_.locked_) return "-ERR [IN-USE] the maildrop is in use\r\n";
        if (login_ != credential.login || secret != credential.secret) return "-ERR [AUTH] no\r\n";
        signed_in_ = world_.locked_ = true;
        for (const auto& message : world_.maildrop_) entries_.push_back({message, false});
        return "+OK welcome\r\n";
    }

    std::string list(const std::string& word) const {
        std::string lines;
        std::size_t count = 0;
        std::size_t octets = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].deleted) continue;
            const auto& message = entries_[i].message;
            lines += std::to_string(i + 1) + ' ';
            lines += (word == "UIDL" ? message.uidl : std::to_string(message.content.size())) + "\r\n";
            ++count;
            octets += message.content.size();
        }
        if (word == "STAT") return "+OK " + std::to_string(count) + ' ' + std::to_string(octets) + "\r\n";
        if (word == "UIDL" || word == "LIST") return "+OK\r\n" + lines + ".\r\n";
        return "-ERR unknown command\r\n";
    }

    std::string on_message(const std::string& word, const std::string& argument) {
        const auto number = static_cast<std::size_t>(std::atoll(argument.c_str()));
        if (number == 0 || number > entries_.size() || entries_[number - 1].deleted || !world_has(number - 1))
            return "-ERR no such message\r\n";
        Entry& entry = entries_[number - 1];
        const std::string prefix = "+OK " + std::to_string(number) + ' ';
        if (word == "UIDL") return prefix + entry.message.uidl + "\r\n";
        if (word == "LIST") return prefix + std::to_string(entry.message.content.size()) + "\r\n";
        if (word == "RETR") return stuffed(entry.message.content);
        if (word == "TOP") return stuffed(header_of(entry.message.content));
        if (word != "DELE") return "-ERR unknown command\r\n";
        entry.deleted = true;
        return "+OK\r\n";
    }

    bool world_has(std::size_t index) const {
        return std::any_of(world_.maildrop_.begin(), world_.maildrop_.end(),
                           [&](const auto& message) { return message.uidl == entries_[index].message.uidl; });
    }

    std::string quit() {
        for (const Entry& entry : entries_) {
            if (!entry.deleted) continue;
            std::erase_if(world_.maildrop_,
                          [&entry](const auto& message) { return message.uidl == entry.message.uidl; });
        }
        finished_ = true;
        unlock();
        return "+OK bye\r\n";
    }

    Pop3World& world_;
    std::string input_;
    std::string login_;
    std::vector<Entry> entries_;
    bool signed_in_ = false;
    bool finished_ = false;
};

std::unique_ptr<testkit::Peer> Pop3World::accept() {
    return std::make_unique<Pop3Peer>(*this);
}

void Pop3World::deliver(std::string content) {
    maildrop_.push_back({"unique-" + std::to_string(++last_id_), std::move(content)});
}

void Pop3World::withdraw(std::size_t index) {
    maildrop_.erase(maildrop_.begin() + static_cast<std::ptrdiff_t>(index));
}

std::vector<std::string> Pop3World::contents() const {
    std::vector<std::string> out;
    for (const auto& message : maildrop_) out.push_back(message.content);
    return out;
}

bool Pop3World::set_mood(Mood mood) {
    mood_ = mood;
    return true;
}

}  // namespace postern::pop3::test
