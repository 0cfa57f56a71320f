#include "scripted_server.hpp"

#include <algorithm>

namespace postern::imap_client::test {

bool Script::got(const std::string& command) const {
    return std::find(commands.begin(), commands.end(), command) != commands.end();
}

ScriptedConnection::ScriptedConnection(std::shared_ptr<Script> script, Executor executor)
    : MemoryConnection(executor, script->greeting), script_(std::move(script)), more_(executor) {
    ++script_->connections;
}

Task<bool> ScriptedConnection::wait_for_output() {
    if (!script_->blocks) co_return false;
    const bool woken = co_await more_.wait(std::chrono::seconds(20));
    co_return woken;
}

void ScriptedConnection::take_input() {
    take_commands();
    more_.notify();
}

void ScriptedConnection::take_commands() {
    while (true) {
        if (in_literal_) {
            if (input_.size() < literal_) return;
            command_ += input_.substr(0, literal_);
            input_.erase(0, literal_);
            in_literal_ = false;
            continue;
        }
        const std::size_t end = input_.find("\r\n");
        if (end == std::string::npos) return;
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        const std::size_t open = line.rfind('{');
        if (line.ends_with('}') && open != std::string::npos) {
            literal_ = static_cast<std::size_t>(std::atol(line.c_str() + open + 1));
            in_literal_ = true;
            command_ += line + '\n';
            if (line[line.size() - 2] != '+') output_ += script_->continuation;
            continue;
        }
        command_ += line;
        const std::string whole = std::exchange(command_, std::string());
        take_command(whole);
    }
}

void ScriptedConnection::say_with_tag(std::string text, const std::string& tag) {
    for (std::size_t at = text.find("{tag}"); at != std::string::npos; at = text.find("{tag}")) {
        text.replace(at, 5, tag);
    }
    say(std::move(text));
}

void ScriptedConnection::take_command(const std::string& line) {
    if (hung_up_) return;
    if (!idle_tag_.empty() && line == "DONE") {
        script_->commands.push_back(line);
        say_with_tag("{tag} OK idled\r\n", std::exchange(idle_tag_, std::string()));
        return;
    }
    const bool answer_line = std::exchange(authenticating_, false);
    const std::size_t space = line.find(' ');
    if (!answer_line) tag_ = line.substr(0, space);
    const std::string command = answer_line ? line : line.substr(std::min(space + 1, line.size()));
    script_->commands.push_back(command);
    if (tls() != nullptr) script_->secured.push_back(command);
    const auto scripted = script_->replies.find(command);
    if (scripted == script_->replies.end()) {
        say_with_tag(answer(command), tag_);
        return;
    }
    const std::string reply = scripted->second.front();
    if (scripted->second.size() > 1) scripted->second.pop_front();
    authenticating_ = reply.starts_with("+");
    say_with_tag(reply, tag_);
}

std::string ScriptedConnection::answer(const std::string& command) {
    if (command == "CAPABILITY") return "* CAPABILITY " + script_->capabilities + "\r\n{tag} OK done\r\n";
    if (command.starts_with("AUTHENTICATE") || command.starts_with("LOGIN")) {
        return "{tag} OK [CAPABILITY " + script_->capabilities + "] welcome\r\n";
    }
    if (command == "ENABLE QRESYNC") return "* ENABLED QRESYNC\r\n{tag} OK done\r\n";
    if (command == "NAMESPACE") return "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n{tag} OK done\r\n";
    if (command == "LOGOUT") {
        hung_up_ = true;
        return "* BYE see you\r\n{tag} OK done\r\n";
    }
    if (command == "IDLE") {
        idle_tag_ = tag_;
        return script_->continuation + std::exchange(script_->while_idle, std::string());
    }
    return "{tag} OK done\r\n";
}

Task<Result<void>> ScriptedConnection::start_tls_client(TlsClientOptions options) {
    if (script_->break_tls) co_return Error(Errc::permission_denied, "certificate verify failed");
    auto secured = co_await MemoryConnection::start_tls_client(std::move(options));
    co_return secured;
}

SessionTest::SessionTest() {
    request.server.host = "imap.example.net";
    request.server.port = 993;
    request.server.tls = gateway::RemoteTls::none;
    request.credential = gateway::RemoteCredential("user", "secret");
    request.limits.message_octets = 100000;
}

Outcome<std::unique_ptr<gateway::RemoteSession>> SessionTest::try_open() {
    ImapConnector connector;
    ScriptedDialer dialer(script);
    connector.use(dialer);
    return run(connector.open(request));
}

void SessionTest::open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    session = std::move(*opened);
    script->commands.clear();
}

Outcome<gateway::PullPage> SessionTest::pull(std::string token, std::string folder) {
    gateway::PullRequest wanted;
    wanted.folder = std::move(folder);
    wanted.token = std::move(token);
    return run(session->pull(wanted));
}

gateway::PullPage SessionTest::page(std::string token, std::string folder) {
    auto pulled = pull(std::move(token), std::move(folder));
    if (!pulled) throw std::runtime_error(pulled.error().to_string());
    return std::move(*pulled);
}

}  // namespace postern::imap_client::test
