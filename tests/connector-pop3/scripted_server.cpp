#include "scripted_server.hpp"

namespace postern::pop3::test {

std::string Script::listing(bool ids) const {
    std::string out = "+OK\r\n";
    for (std::size_t i = 0; i < maildrop.size(); ++i) {
        const auto& message = maildrop[i];
        if (message.deleted) continue;
        out += std::to_string(i + 1) + ' ';
        out += ids ? message.uidl : std::to_string(message.listed_size.value_or(message.content.size()));
        out += "\r\n";
    }
    return out + ".\r\n";
}

ScriptedConnection::ScriptedConnection(std::shared_ptr<Script> script, Executor executor)
    : MemoryConnection(std::move(executor), script->greeting), script_(std::move(script)) {
    ++script_->connections;
}

ScriptedConnection::~ScriptedConnection() {
    if (!quit_) ++script_->closed_without_quit;
}

void ScriptedConnection::take_input() {
    for (auto end = input_.find("\r\n"); end != std::string::npos; end = input_.find("\r\n")) {
        const std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        take_line(line);
    }
}

void ScriptedConnection::take_line(const std::string& line) {
    if (hung_up_) return;
    script_->commands.push_back(line);
    if (tls() != nullptr) script_->secured.push_back(line);
    if (line == "QUIT") quit_ = true;
    const auto scripted = script_->replies.find(line);
    say(scripted != script_->replies.end() ? scripted->second : answer(line));
}

std::string ScriptedConnection::message(const Script::Message& message, bool header_only) const {
    std::string out = "+OK\r\n";
    std::string content = message.content;
    if (header_only) content.resize(content.find("\r\n\r\n") + 4);
    bool line_start = true;
    for (const char c : content) {
        if (line_start && c == '.' && script_->stuff_dots) out += '.';
        line_start = c == '\n';
        out += c;
    }
    return out + ".\r\n";
}

std::string ScriptedConnection::answer(const std::string& line) {
    const std::string word = line.substr(0, line.find(' '));
    const std::string argument = line.size() > word.size() ? line.substr(word.size() + 1) : "";
    if (word == "CAPA") {
        const bool after = signed_in_ && script_->capabilities_after_login;
        std::string out = "+OK\r\n";
        for (const auto& c : after ? *script_->capabilities_after_login : script_->capabilities)
            out += c + "\r\n";
        return out + ".\r\n";
    }
    if (word == "USER" || word == "STLS" || word == "NOOP" || word == "RSET") return "+OK\r\n";
    if (word == "PASS") {
        signed_in_ = argument == script_->password;
        return signed_in_ ? "+OK\r\n" : "-ERR [AUTH] no\r\n";
    }
    if (word == "QUIT") {
        hung_up_ = true;
        std::erase_if(script_->maildrop, [](const auto& m) { return m.deleted; });
        return "+OK bye\r\n";
    }
    if (word == "STAT") {
        std::uint64_t octets = 0;
        for (const auto& m : script_->maildrop) octets += m.content.size();
        return "+OK " + std::to_string(script_->maildrop.size()) + ' ' + std::to_string(octets) + "\r\n";
    }
    if (line == "UIDL" || line == "LIST") return script_->listing(line == "UIDL");
    const auto number = static_cast<std::size_t>(std::atoi(argument.c_str()));
    if (number == 0 || number > script_->maildrop.size()) return "-ERR no such message\r\n";
    auto& target = script_->maildrop[number - 1];
    if (word == "UIDL") return "+OK " + std::to_string(number) + ' ' + target.uidl + "\r\n";
    if (word == "LIST") {
        const std::uint64_t size = target.listed_size.value_or(target.content.size());
        return "+OK " + std::to_string(number) + ' ' + std::to_string(size) + "\r\n";
    }
    if (word == "RETR" || word == "TOP") return message(target, word == "TOP");
    if (word == "DELE") {
        target.deleted = true;
        return "+OK\r\n";
    }
    return "-ERR unknown command\r\n";
}

}  // namespace postern::pop3::test
