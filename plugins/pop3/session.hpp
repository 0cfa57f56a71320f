#pragma once
// One POP3 session (RFC 1939): authorization, transaction, update.
#include <memory>
#include <optional>
#include <string>

#include "pop3/maildrop.hpp"
#include "pop3/maildrop_lock.hpp"
#include "pop3/server.hpp"
#include "pop3/text.hpp"
#include "postern/net/line_channel.hpp"

namespace postern::pop3 {

class Session final : public SaslLine {
public:
    Session(Server& server, std::unique_ptr<Connection> connection);
    ~Session() override;

    enum class Next { end, move };
    /// Until the session ends or has to go to its account's core.
    Task<Next> run();
    Executor home() const;
    bool move_to(Executor executor);
    Runtime& runtime() { return server_.runtime(); }

private:
    using Handler = Task<void> (Session::*)(std::string arguments);
    enum State : unsigned { authorization = 1, transaction = 2, any_state = 3 };
    struct Verb {
        std::string_view name;
        unsigned states;
        Handler handler;
    };
    static const Verb verbs[];

    Task<void> dispatch(std::string line);
    void ok(std::string_view text);
    void error(std::string_view text);
    Task<Result<std::string>> ask(std::string challenge) override;
    std::chrono::seconds patience() const;

    // Authorization (session_authorization.cpp)
    Task<void> capa(std::string arguments);
    Task<void> stls(std::string arguments);
    Task<void> user(std::string arguments);
    Task<void> pass(std::string arguments);
    Task<void> auth(std::string arguments);
    Task<void> utf8(std::string arguments);
    Task<void> lang(std::string arguments);
    Task<void> finish_sign_in();
    /// The lock against other nodes, where there are any.
    Task<Result<void>> lock_against_nodes();
    Task<void> unlock();
    void answer_sign_in(const Result<Identity>& identity);
    SaslPeer sasl_peer() const;

    // Transaction (session_transaction.cpp)
    Task<void> stat(std::string arguments);
    Task<void> list(std::string arguments);
    Task<void> retr(std::string arguments);
    Task<void> dele(std::string arguments);
    Task<void> noop(std::string arguments);
    Task<void> rset(std::string arguments);
    Task<void> top(std::string arguments);
    Task<void> uidl(std::string arguments);
    Task<void> quit(std::string arguments);
    /// The item that a message number names; answers -ERR and null if there is none.
    std::optional<std::size_t> take_item(std::string_view& arguments);
    /// The message and its first piece; answers -ERR if it cannot be had.
    Task<bool> open_message(std::size_t index, mail::StoredMessagePtr* message, std::string* first);
    void fail(const Error& failure);
    Task<void> leave();

    Server& server_;
    LineChannel channel_;
    std::uint64_t id_;
    std::chrono::steady_clock::time_point sign_in_deadline_;
    bool ending_ = false;
    unsigned errors_ = 0;
    bool utf8_ = false;
    bool greeted_ = false;
    std::string user_;
    std::optional<Identity> pending_;  ///< signed in, on the way to its core
    std::optional<Identity> identity_;
    bool locked_ = false;
    std::shared_ptr<MaildropLock> node_lock_;
    std::unique_ptr<Maildrop> maildrop_;
    std::vector<std::string> unique_ids_;  ///< once they were asked for
};

}  // namespace postern::pop3
