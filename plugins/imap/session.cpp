// Life of a session: greeting, sign-in and the move to the account's core, end.
#include "session.hpp"

#include "postern/mail/sign_out.hpp"
#include "postern/runtime/runtime.hpp"
#include "server.hpp"

namespace postern::imap {

ServerSession::ServerSession(Server& server, std::unique_ptr<Connection> connection,
                             const ListenerInfo& listener)
    : server_(server),
      listener_(listener),
      offer_(server.offer(listener)),
      id_(server.next_session_id()),
      channel_(std::move(connection), server.runtime(), server.settings().write_time),
      sign_in_deadline_(std::chrono::steady_clock::now() + server.settings().sign_in_time) {
    reset_features();
}
ServerSession::~ServerSession() {
    // The view first: slots and mailbox outlive what refers to them.
    selected_.reset();
}

Runtime& ServerSession::runtime() {
    return server_.runtime();
}
Logger& ServerSession::log() {
    return server_.host().log();
}
Engine& ServerSession::engine() const {
    return offer_.engine;
}

void ServerSession::reset_features() {
    features_ = {};
    for (const Feature* feature : registries().features.all()) feature->apply(features_);
    writer_modes_ = {};
    modes_.reset();
    filters_.clear();
    for (ResponseFilter* filter : registries().filters.all()) {
        if (filter->mode() == nullptr) filters_.push_back(filter);
    }
    reader_.features() = features_.lexical;
}

std::chrono::seconds ServerSession::patience() const {
    if (state_ != State::not_authenticated) return server_.settings().autologout;
    const auto left = sign_in_deadline_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(left));
}

std::string ServerSession::capability_code() {
    const CapabilityList list = engine().capabilities(*this);
    std::string code = "CAPABILITY";
    for (const std::string& token : list.tokens()) code += ' ' + token;
    return code;
}

Task<void> ServerSession::greet() {
    writer().status("", "OK", capability_code(), "Postern ready");
    auto sent = co_await flush();
    if (!sent) ending_ = true;
}

Task<ServerSession::Next> ServerSession::run() {
    Result<void> result;
    while (!ending_ && result) {
        if (pending_) {
            if (home() != connection().executor()) co_return Next::move;
            co_await finish_sign_in();
        }
        if (!channel_.has_input()) {
            if (reader_.idle()) reader_.release();
            auto received = co_await next_input();
            if (!received) {
                result = received.error();
                break;
            }
            if (!*received) break;
        }
        result = co_await process_input();
    }
    if (!result) co_await say_goodbye(result.error());
    if (result) result = co_await flush();
    co_await close_connection();
    co_return Next::end;
}

Task<Result<bool>> ServerSession::next_input() {
    const auto& announcers = registries().announcers.all();
    const auto wants = [&](const Announcer* announcer) { return announcer->wants_wake(*this); };
    bool tells_changes = true;
    while (state_ != State::not_authenticated && std::ranges::any_of(announcers, wants)) {
        const Wake woken = co_await wait_between_commands(tells_changes);
        if (woken != Wake::changes) break;
        for (Announcer* announcer : announcers) {
            if (!announcer->wants_wake(*this)) continue;
            auto told = co_await announcer->tell(this);
            if (!told) co_return told.error();
        }
        // Changes that nobody here tells of between commands wait for the next command.
        tells_changes = !has_untold();
    }
    const Rest rest(*this);
    auto received = co_await channel_.receive(patience());
    co_return received;
}

void ServerSession::hold_slots() {
    if (selected_) selected_slots_ = mail::SlotHold(selected_->mailbox);
}

// The account's sessions are ended from elsewhere: reads end, and goodbye is said as when the server stops.
void ServerSession::end_by_sign_out() {
    const std::string* value = account_->find_attribute(MailboxId{}, mail::sign_out_entry);
    if (value == nullptr) return;
    signed_out_ = value->substr(std::min(value->find(' '), value->size() - 1) + 1);
    connection().cancel();
}

Task<void> ServerSession::say_goodbye(Error error) {
    if (signed_out_ && !aborted_) {
        writer().status("", "BYE", "AUTHENTICATIONFAILED", *signed_out_);
        auto sent = co_await flush();
        static_cast<void>(sent);
        co_return;
    }
    if (error.code != Errc::cancelled || aborted_) co_return;
    // To a client that had stopped reading nothing more can be written; the connection knows.
    const bool stopping = runtime().stopping();
    if (!stopping && !connection().deadline_passed()) co_return;
    const std::string_view why = stopping ? "The server is stopping" : "You were silent for too long";
    writer().status("", "BYE", stopping ? "UNAVAILABLE" : "", why);
    auto sent = co_await flush();
    static_cast<void>(sent);
}

Task<void> ServerSession::close_connection() {
    close_selected();
    connection().set_deadline(std::chrono::seconds(5));
    co_await connection().stream().shutdown();
    connection().cancel();
    co_await channel_.settle();
    sign_out_.reset();
    presence_.reset();
    account_.reset();
}

void ServerSession::sign_in(Identity identity, std::string text) {
    pending_.emplace(PendingSignIn{std::move(identity), std::move(text), {}});
}

Executor ServerSession::home() const {
    return server_.runtime().core_of(value_of(pending_->identity.account));
}

bool ServerSession::move_to(Executor executor) {
    return channel_.move_to(std::move(executor)).has_value();
}

Task<void> ServerSession::finish_sign_in() {
    const PendingSignIn pending = std::move(*pending_);
    pending_.reset();
    auto account = co_await server_.mail().open(pending.identity.account);
    if (!account) {
        const auto failure = CommandResult::failed(account.error());
        writer().status(pending.tag, "NO", failure.code, failure.text);
        co_return;
    }
    if (MailboxAccess* access = registries().access) {
        account = co_await access->attach(std::move(*account));
        if (!account) {
            const auto failure = CommandResult::failed(account.error());
            writer().status(pending.tag, "NO", failure.code, failure.text);
            co_return;
        }
    }
    account_ = std::move(*account);
    identity_ = pending.identity;
    presence_ = account_->enter("imap");
    sign_out_ = account_->watch([this](const mail::AccountEvent& event) {
        const bool all = event.kind == mail::AccountEvent::Kind::attribute && event.mailbox == MailboxId{};
        if (all && event.name == mail::sign_out_entry) end_by_sign_out();
    });
    state_ = State::authenticated;
    reader_.limits() = ReaderLimits::authenticated();
    reader_.limits().streamed_literal = server_.settings().append_limit;
    writer().status(pending.tag, "OK", capability_code(), pending.text);
}

void ServerSession::select(SelectedMailbox selected) {
    flag_text_ = {};
    removed_ = false;
    selected_.emplace(std::move(selected));
    hold_slots();
    state_ = State::selected;
}

void ServerSession::close_selected() {
    if (!selected_) return;
    selected_.reset();
    selected_slots_ = {};
    flag_text_ = {};
    if (state_ == State::selected) state_ = State::authenticated;
}

void ServerSession::unauthenticate() {
    close_selected();
    slots_.clear();
    sign_out_.reset();
    presence_.reset();
    account_.reset();
    identity_.reset();
    state_ = State::not_authenticated;
    sign_in_deadline_ = std::chrono::steady_clock::now() + server_.settings().sign_in_time;
    reader_.limits() = {};
    reset_features();
}

mail::Cause ServerSession::cause(std::string_view command) const {
    return {"imap", std::string(command), identity_ ? identity_->login : std::string(), id_};
}

MailboxRights ServerSession::rights(const mail::MailboxInfo& mailbox) const {
    const MailboxAccess* access = registries().access;
    return access ? access->rights(*this, mailbox) : MailboxRights();
}

Result<const mail::MailboxInfo*> ServerSession::find_mailbox(std::string_view name) {
    if (const mail::MailboxInfo* info = account_->find_mailbox(name)) return info;
    return Error(Errc::not_found, "[NONEXISTENT] There is no such mailbox");
}

void ServerSession::turn_on(SessionMode& mode) {
    if (is_on(mode)) return;
    modes_.set(mode.index());
    filters_.clear();
    for (ResponseFilter* filter : registries().filters.all()) {
        if (filter->mode() == nullptr || is_on(*filter->mode())) filters_.push_back(filter);
    }
    mode.entered(*this);
}

Result<void> ServerSession::permit(ArgumentKind kind) const {
    if (modes_.none()) return {};
    for (const SessionMode* mode : registries().modes.all()) {
        if (!is_on(*mode)) continue;
        auto permitted = mode->permit(*this, kind);
        if (!permitted) return permitted;
    }
    return {};
}

void ServerSession::tell_observers(const Operation& operation) {
    const bool copied = operation.kind == Operation::Kind::copied || operation.kind == Operation::Kind::moved;
    if (operation.mailbox == nullptr || (!copied && operation.kind != Operation::Kind::appended)) return;
    for (MessageObserver* observer : registries().observers.all()) {
        if (!observer->observes(*this, *operation.mailbox)) continue;
        MessageEvent event;
        if (copied) event.kind = MessageEvent::Kind::copied;
        event.mailbox = operation.mailbox->id;
        event.name = operation.mailbox->name;
        for (const Uid uid : operation.destination) event.messages.push_back({uid, {}});
        observer->observed(*this, event);
    }
}

std::string ServerSession::report(const Operation& operation) {
    removed_ =
        removed_ || operation.kind == Operation::Kind::expunged || operation.kind == Operation::Kind::moved;
    std::string code;
    ResponseWriter out = writer();
    for (ResponseCodes* contributor : registries().codes.all()) {
        contributor->untagged(*this, operation, out);
        if (code.empty()) code = contributor->tagged_code(*this, operation);
    }
    tell_observers(operation);
    return code;
}

void ServerSession::progress(std::uint64_t done, std::uint64_t total) {
    const std::size_t before = output().size();
    for (CommandHook* hook : registries().hooks.all()) hook->progress(*this, done, total);
    // What tells of progress is of no use later.
    urgent_ = urgent_ || output().size() != before;
}

}  // namespace postern::imap
