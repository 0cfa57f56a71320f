#include "connector-imap/session.hpp"

#include <atomic>

#include "connector-imap/refusal.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;
using gateway::RemoteRef;

namespace {

constexpr std::chrono::seconds quiet_for{60};
constexpr std::chrono::seconds logout_timeout{10};

std::uint64_t next_session_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace

ImapSession::ImapSession(std::unique_ptr<Wire> wire, LoginResult login)
    : wire_(std::move(wire)),
      capabilities_(std::move(login.capabilities)),
      qresync_(login.qresync),
      id_(next_session_id()),
      tree_(login.namespaces),
      namespaces_(std::move(login.namespaces)) {
    facts_.header_fetch = true;
    facts_.pipelining = true;
    facts_.deletes_at_close = false;
    facts_.implementation = std::move(login.implementation);
    wire_->observe([this](Response& response) { return observe(response); });
}

ImapSession::~ImapSession() {
    wire_->observe(nullptr);
}

std::size_t ImapSession::intern(const std::string& id) {
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) return found->second;
    Folder folder;
    folder.id = id;
    folders_.push_back(std::move(folder));
    by_id_.emplace(id, folders_.size() - 1);
    return folders_.size() - 1;
}

bool ImapSession::belongs(RemoteRef ref) const {
    return ref.session == id_ && folder_of(ref) < folders_.size() && uid_of(ref) != 0;
}

Outcome<RemoteRef> ImapSession::find(const std::string& folder, const std::string& id) {
    const auto parsed = parse_message_id(id);
    if (!parsed) return Fault(FaultKind::gone, "no id of this server");
    const std::size_t index = intern(folder);
    std::uint32_t& uidvalidity = folders_[index].uidvalidity;
    if (uidvalidity == 0) uidvalidity = parsed->first;
    if (uidvalidity != parsed->first)
        return Fault(FaultKind::gone, "an id of before the folder was renumbered");
    return RemoteRef{id_, std::uint64_t{index} << 32 | parsed->second};
}

RefMaker ImapSession::refs() const {
    return {id_, selected_->folder, selected_->uidvalidity};
}

bool ImapSession::observe(Response& response) {
    const auto head = parse_head(response);
    return !head || observe_data(response, *head);
}

bool ImapSession::observe_data(Response& response, const DataHead& head) {
    if (head.name == "STATUS") {
        auto status = parse_mailbox_status(response, head);
        if (!status) return true;
        std::string id = canonical_name(status->name);
        hints_.insert(id);
        folders_[intern(id)].status = std::move(*status);
        return true;
    }
    if (head.name == "LIST") {
        hints_.insert("");
        return true;
    }
    if (!selected_) return true;
    const std::string& here = folders_[selected_->folder].id;
    if (head.name == "EXISTS") {
        if (head.number != selected_->exists) hints_.insert(here);
        selected_->exists = head.number;
    } else if (head.name == "EXPUNGE") {
        if (selected_->exists == 0) return false;
        --selected_->exists;
        hints_.insert(here);
    } else if (head.name == "VANISHED") {
        const auto vanished = parse_vanished(response, head);
        if (!vanished) return false;
        if (vanished->earlier) return true;
        if (vanished->uids.count() > selected_->exists) return false;
        selected_->exists -= static_cast<std::uint32_t>(vanished->uids.count());
        hints_.insert(here);
    } else if (head.name == "FETCH" && soliciting_ == 0) {
        hints_.insert(here);
    }
    return true;
}

bool ImapSession::moved_on() const {
    const auto& known = folders_[selected_->folder].pulled;
    if (!known) return false;
    const bool by_modseq = known->modseq != 0 && selected_->modseq != 0;
    return selected_->exists != known->messages || selected_->uidnext > known->uidnext ||
           (by_modseq && selected_->modseq != known->modseq);
}

void ImapSession::note_selection(Selected* selected, const Status& status) const {
    const auto number = parse_number(status.argument).value_or(0);
    const auto small = number > 0xffffffffU ? 0 : static_cast<std::uint32_t>(number);
    if (status.code == "UIDVALIDITY") selected->uidvalidity = small;
    if (status.code == "UIDNEXT") selected->uidnext = small;
    if (status.code == "HIGHESTMODSEQ") selected->modseq = number;
    if (status.code == "NOMODSEQ") selected->modseq = 0;
    if (status.code == "READ-ONLY") selected->read_only = true;
    if (status.code == "PERMANENTFLAGS") {
        selected->any_keyword = false;
        std::string_view list = status.argument;
        if (list.starts_with('(')) list.remove_prefix(1);
        if (list.ends_with(')')) list.remove_suffix(1);
        for (const auto word : words_of(list)) {
            if (word == "\\*") selected->any_keyword = true;
            selected->keywords.insert(lower(word));
        }
    }
}

Task<Outcome<void>> ImapSession::select(std::size_t folder, std::optional<PullToken> known,
                                        FolderListing* listing) {
    // That it is opened is no news of it, but does not answer news of before either.
    const bool hinted = hints_.contains(folders_[folder].id);
    const Soliciting soliciting(soliciting_);
    selected_.emplace();
    selected_->folder = folder;
    selected_->any_keyword = true;
    Selected* selected = &*selected_;
    Taker taker = [this, selected, listing](Response& response) {
        if (const auto status = parse_status(response.text)) {
            // What came before was of the mailbox that was open (RFC 7162 section 3.2.11).
            if (status->code == "CLOSED") selected->exists = 0;
            note_selection(selected, *status);
            return true;
        }
        const auto head = parse_head(response);
        if (!head || listing == nullptr) return true;
        if (head->name == "FETCH") {
            auto data = parse_fetch(response, *head);
            return data && listing->add(std::move(*data));
        }
        if (head->name == "VANISHED") {
            const auto vanished = parse_vanished(response, *head);
            if (!vanished) return false;
            listing->add_vanished(vanished->uids);
        }
        return true;
    };
    std::string command = "SELECT " + quoted_name(folders_[folder].id);
    if (known) {
        command +=
            " (QRESYNC (" + std::to_string(known->uidvalidity) + ' ' + std::to_string(known->modseq) + "))";
    } else if (capabilities_.condstore() && !qresync_) {
        command += " (CONDSTORE)";
    }
    auto status = co_await wire_->command(std::move(command), std::move(taker));
    if (!status || !status->ok()) {
        selected_.reset();
        if (!status) co_return status.error();
        co_return classify_refusal("SELECT", *status, FaultKind::gone);
    }
    if (status->code == "READ-ONLY") selected_->read_only = true;
    if (!capabilities_.condstore()) selected_->modseq = 0;
    if (!hinted) hints_.erase(folders_[folder].id);
    if (selected_->uidvalidity == 0) {
        selected_.reset();
        co_return Fault(FaultKind::permanent, "the server's messages have no ids that last");
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::open_folder(std::size_t folder) {
    if (!selected_ || selected_->folder != folder) {
        auto opened = co_await select(folder, std::nullopt, nullptr);
        if (!opened) co_return opened.error();
    }
    std::uint32_t& uidvalidity = folders_[folder].uidvalidity;
    if (uidvalidity == 0) uidvalidity = selected_->uidvalidity;
    if (uidvalidity != selected_->uidvalidity) {
        co_return Fault(FaultKind::conflict, "the folder was renumbered meanwhile");
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::expect_ok(std::string command, Taker taker, FaultKind otherwise) {
    const std::string word = command.substr(0, command.find(' '));
    auto status = co_await wire_->command(std::move(command), std::move(taker));
    if (!status) co_return status.error();
    if (!status->ok()) co_return classify_refusal(word, *status, otherwise);
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::keep_alive() {
    if (!outstanding_.empty() || wire_->busy_within(quiet_for)) co_return Outcome<void>{};
    auto status = co_await wire_->command("NOOP");
    if (!status) co_return status.error();
    co_return Outcome<void>{};
}

Task<Outcome<void>> ImapSession::close(CloseMode mode) {
    Outcome<void> result{};
    // What was done is done in IMAP; only the goodbye differs.
    if (mode == CloseMode::commit && wire_->alive() && outstanding_.empty()) {
        wire_->set_command_timeout(logout_timeout);
        auto status = co_await wire_->command("LOGOUT");
        static_cast<void>(status);
    }
    co_await wire_->shutdown();
    co_return result;
}

Result<void> ImapSession::move_to(Executor executor) {
    return wire_->connection().move_to(std::move(executor));
}

}  // namespace postern::imap_client
