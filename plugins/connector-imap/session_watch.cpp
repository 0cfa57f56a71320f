// Waiting for news: IDLE (RFC 2177) on one folder, with NOTIFY (RFC 5465) on all of them.
#include <boost/asio/co_spawn.hpp>

#include "connector-imap/refusal.hpp"
#include "connector-imap/session.hpp"
#include "postern/runtime/event.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;

/// Shared by the reader and by who ends the waiting: DONE is written while a read is pending.
struct ImapSession::Idle {
    Idle(Executor executor, std::shared_ptr<Wire> line)
        : enough(executor), written(executor), wire(std::move(line)) {}
    Event enough;       ///< there is news: no need to wait for the time-out
    Event written;      ///< DONE is on its way, or not needed any more
    bool over = false;  ///< the server ended it
    std::shared_ptr<Wire> wire;
};

Task<void> ImapSession::end_idle_later(std::shared_ptr<Idle> idle, std::chrono::seconds timeout) {
    const bool early = co_await idle->enough.wait(timeout);
    static_cast<void>(early);
    if (!idle->over) {
        auto sent = co_await idle->wire->send_line("DONE");
        static_cast<void>(sent);
    }
    idle->written.notify();
}

Task<Outcome<void>> ImapSession::start_notify() {
    if (notifies_ || !capabilities_.has("NOTIFY")) co_return Outcome<void>{};
    auto status = co_await wire_->command(
        "NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) "
        "(personal (MessageNew MessageExpunge FlagChange MailboxName))");
    if (!status) co_return status.error();
    notifies_ = true;
    if (!status->ok()) {
        capabilities_.remove("NOTIFY");
    } else {
        hints_.insert("");  // what happened before is not told
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::wait_in_idle(std::chrono::seconds timeout) {
    CommandText command;
    command.text = "IDLE";
    auto tag = co_await wire_->send(std::move(command));
    if (!tag) co_return tag.error();
    auto refused = co_await wire_->wait_for_continuation(*tag);
    if (!refused) co_return refused.error();
    if (*refused) co_return classify_refusal("IDLE", **refused, FaultKind::unsupported);
    const Executor executor = wire_->connection().executor();
    auto idle = std::make_shared<Idle>(executor, wire_);
    // DONE goes out at the time-out; after that the server has as long as for any command.
    wire_->set_patience(timeout + wire_->limits().command_timeout);
    boost::asio::co_spawn(executor, end_idle_later(idle, timeout), [](std::exception_ptr) {});
    bool written = false;
    Outcome<std::optional<Status>> step = std::optional<Status>{};
    while (step && !*step) {
        if (!hints_.empty() && !written) {
            idle->enough.notify();
            co_await idle->written.wait();
            written = true;
        }
        step = co_await wire_->step(*tag, nullptr);
    }
    idle->over = true;
    wire_->set_patience(std::chrono::seconds(0));
    if (!written) {
        idle->enough.notify();
        co_await idle->written.wait();
    }
    if (!step) co_return step.error();
    co_return Outcome<void>{};
}

Task<Outcome<std::vector<std::string>>> ImapSession::watch(std::vector<std::string> folders,
                                                           std::chrono::seconds timeout) {
    if (!capabilities_.idle()) co_return Fault(FaultKind::unsupported, "the server has no IDLE");
    if (!outstanding_.empty() || folders.empty()) co_return Fault(FaultKind::conflict, "not now");
    auto opened = co_await open_folder(intern(folders.front()));
    if (!opened) co_return opened.error();
    if (moved_on()) {
        hints_.insert(folders_[selected_->folder].id);
        folders_[selected_->folder].doubtful = true;
    }
    auto notified = co_await start_notify();
    if (!notified) co_return notified.error();
    if (hints_.empty()) {
        auto waited = co_await wait_in_idle(timeout);
        if (!waited) co_return waited.error();
    }
    std::vector<std::string> out(hints_.begin(), hints_.end());
    hints_.clear();
    co_return out;
}

}  // namespace postern::imap_client
