#pragma once
// One IMAP connection: reads commands, runs them one after the other, tells what is new.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "channel.hpp"
#include "flag_text.hpp"
#include "offer.hpp"
#include "postern/imap/command_reader.hpp"
#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

class Server;

class ServerSession final : public Session {
public:
    ServerSession(Server& server, std::unique_ptr<Connection> connection, const ListenerInfo& listener);
    ~ServerSession() override;

    // For the server
    enum class Next : std::uint8_t { end, move };  ///< move: signed in, and the account lives on home()
    Task<void> greet();
    Task<Next> run();
    Executor home() const;
    bool move_to(Executor executor);

    // For the core's own commands
    Server& server() { return server_; }
    /// What this listener has.
    const Registries& registries() const { return offer_.registries; }
    const Offer& offer() const { return offer_; }
    SessionFeatures& session_features() { return features_; }
    /// The command signed in: the session goes to the account's core, opens it, and then answers with this text.
    void sign_in(Identity identity, std::string text);
    void select(SelectedMailbox selected);
    /// Forgets what was sent before STARTTLS's reply (RFC 3501 section 6.2.1).
    void discard_input();
    /// Filters of the modes that are on.
    const std::vector<ResponseFilter*>& filters() const { return filters_; }
    std::uint64_t sent() const { return channel_.sent(); }
    /// A response was begun and cannot be finished: nothing more may be written, the session ends.
    void abort() { aborted_ = true; }
    /// Starts a FETCH response, up to "(".
    void begin_fetch(const FetchedMessage& message, ResponseWriter& out);
    /// FETCH responses without FLAGS that filters add to, for a silent STORE.
    Task<Result<void>> write_filtered(std::vector<mail::Slot> slots, bool with_uid);

    // Session
    std::uint64_t id() const override { return id_; }
    State state() const override { return state_; }
    Connection& connection() override { return channel_.connection(); }
    const ListenerInfo& listener() const override { return listener_; }
    Runtime& runtime() override;
    Logger& log() override;
    Engine& engine() const override;
    const Identity* identity() const override { return identity_ ? &*identity_ : nullptr; }
    mail::Account* account() const override { return account_.get(); }
    mail::Account::Presence* presence() const override { return presence_.get(); }
    SelectedMailbox* selected() override {
        if (visited_ != nullptr) return visited_;
        return selected_ ? &*selected_ : nullptr;
    }
    void look_at(SelectedMailbox* other) override {
        visited_ = other;
        visited_slots_ = other ? mail::SlotHold(other->mailbox) : mail::SlotHold();
    }
    mail::Cause cause(std::string_view command) const override;
    Result<const mail::MailboxInfo*> find_mailbox(std::string_view name) override;
    /// What the user may do with a mailbox.
    MailboxRights rights(const mail::MailboxInfo& mailbox) const;
    /// "* OK [PERMANENTFLAGS (...)]" of the selected mailbox.
    void write_permanent_flags();
    void turn_on(SessionMode& mode) override;
    Result<void> permit(ArgumentKind kind) const override;
    LexicalFeatures& features() override { return features_.lexical; }
    WriterModes& writer_modes() override { return writer_modes_; }
    Slots& slots() override { return slots_; }
    OutputBuffer& output() override { return channel_.output(); }
    Task<Result<void>> drain() override;
    Task<Result<void>> flush() override { return channel_.flush(); }
    Task<Result<std::string>> read_line(std::size_t max, std::chrono::seconds timeout) override;
    bool has_input() const override { return channel_.has_input(); }
    Task<Wake> wait(std::chrono::seconds timeout) override;
    void wake() override { channel_.wake(); }
    Task<Result<void>> announce(bool numbers_stay) override;
    Task<Result<void>> write_flags(std::vector<mail::Slot> slots, bool with_uid) override;
    Result<std::vector<mail::Slot>> resolve(const SequenceSet& set, bool uid) override;
    Result<NumberSet> resolve_numbers(const SequenceSet& set, bool uid) override;
    Result<void> working_on(std::vector<mail::Slot>& slots) override;
    NumberSet numbers_of(std::span<const mail::Slot> slots, bool uid) override;
    std::string report(const Operation& operation) override;
    void progress(std::uint64_t done, std::uint64_t total) override;
    void close_selected() override;
    void unauthenticate() override;
    void log_out() override { ending_ = true; }

private:
    void tell_observers(const Operation& operation);
    /// A sign-in that is not answered yet.
    struct PendingSignIn {
        Identity identity;
        std::string text;
        std::string tag;
    };

    /// The session waits for its client: it keeps no slot meanwhile.
    class Rest {
    public:
        explicit Rest(ServerSession& session) : session_(session) { session_.selected_slots_ = {}; }
        ~Rest() { session_.hold_slots(); }
        Rest(const Rest&) = delete;
        Rest& operator=(const Rest&) = delete;

    private:
        ServerSession& session_;
    };
    void hold_slots();

    // session.cpp: life
    void reset_features();
    std::string capability_code();
    std::chrono::seconds patience() const;
    Task<Result<bool>> next_input();
    Task<void> say_goodbye(Error error);
    void end_by_sign_out();
    Task<void> finish_sign_in();
    Task<void> close_connection();

    // session_input.cpp: octets to commands
    Task<Result<void>> process_input();
    Task<Result<void>> step(ReadStep step);
    Task<Result<void>> accept_literal(LiteralOffer offer);
    LiteralDecision decide_literal(const LiteralOffer& offer);
    void take_chunk(std::string_view chunk);
    void reader_error(const ReadError& error);
    void count_bad();

    // session_dispatch.cpp: commands to answers
    struct Route {
        CommandHandler* handler = nullptr;
        std::string name;
        bool uid = false;
        std::string problem;  ///< why there is no handler
    };
    Route route(ArgumentCursor& args) const;
    Task<Result<void>> execute(Command command);
    Task<CommandResult> run_handler(CommandHandler* handler, CommandContext* context);
    std::optional<CommandResult> refuse(const Route& route) const;
    std::optional<CommandResult> ask_hooks(CommandContext& context) const;
    Task<Result<void>> prepare(CommandContext* context);
    Task<Result<void>> complete(CommandContext* context, CommandResult result);

    // session_updates.cpp: what is told
    SelectedUpdates wanted_updates();
    bool has_more();
    Task<Wake> wait_between_commands(bool also_changes);
    /// Whether there is something to tell between commands, if an announcer does so.
    bool has_untold();
    Task<Result<void>> announce_selected(bool numbers_stay);
    void write_changes(const mail::ViewChanges& changes);
    void write_keywords();
    Task<Result<void>> write_fetches(std::vector<mail::Slot> slots, bool with_uid, bool with_flags);

    Server& server_;
    const ListenerInfo& listener_;
    Offer& offer_;
    std::uint64_t id_;
    Channel channel_;
    CommandReader reader_;
    SessionFeatures features_;
    WriterModes writer_modes_;
    State state_ = State::not_authenticated;
    bool ending_ = false;
    bool aborted_ = false;
    bool urgent_ = false;   ///< the next drain() sends, be it ever so little
    bool removed_ = false;  ///< the session itself has removed messages that it was not told of yet
    bool by_uid_ = false;   ///< the running command is a UID command: its FETCH responses carry UID
    unsigned bad_ = 0;      ///< bad commands in a row
    std::chrono::steady_clock::time_point sign_in_deadline_;

    std::optional<PendingSignIn> pending_;
    std::optional<Identity> identity_;
    std::shared_ptr<mail::Account> account_;
    std::unique_ptr<mail::Account::Presence> presence_;
    std::unique_ptr<mail::Subscription> sign_out_;
    std::optional<std::string> signed_out_;  ///< what the client is told when others ended the session
    std::optional<SelectedMailbox> selected_;
    mail::SlotHold selected_slots_;       ///< unless the session rests
    SelectedMailbox* visited_ = nullptr;  ///< looked at by the running command instead of selected_
    mail::SlotHold visited_slots_;
    FlagText flag_text_;  ///< of the selected mailbox
    Slots slots_;
    std::vector<ResponseFilter*> filters_;

    std::vector<std::shared_ptr<std::string>> streamed_;  ///< literals of the command being read
    std::optional<CommandResult> refusal_;                ///< of the literal just refused
};

/// What the listener of a session of this server has.
inline const Registries& registries_of(const Session& session) {
    return static_cast<const ServerSession&>(session).registries();
}

}  // namespace postern::imap
