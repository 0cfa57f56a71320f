// The tree of folders: LIST with what the server says of each, and CREATE, RENAME, DELETE.
#include <algorithm>

#include "connector-imap/refusal.hpp"
#include "connector-imap/session.hpp"

namespace postern::imap_client {

using gateway::Action;
using gateway::ActionResult;
using gateway::Fault;
using gateway::FaultKind;
using gateway::FolderList;

namespace {

constexpr std::size_t max_folders = 20'000;

}  // namespace

Task<Outcome<void>> ImapSession::learn_folders() {
    FolderTree tree(namespaces_);
    std::size_t count = 0;
    Taker taker = [&tree, &count](Response& response) {
        const auto head = parse_head(response);
        if (!head || head->name != "LIST") return true;
        const auto entry = parse_list(response, *head);
        if (!entry || ++count > max_folders) return false;
        tree.add(*entry);
        return true;
    };
    for (auto& folder : folders_) folder.status.reset();
    std::string options;
    if (capabilities_.special_use() && capabilities_.list_extended()) options = "SPECIAL-USE";
    if (capabilities_.list_status()) {
        if (!options.empty()) options += ' ';
        options += "STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN";
        options += capabilities_.condstore() ? " HIGHESTMODSEQ)" : ")";
    }
    std::string command = "LIST \"\" \"*\"";
    if (!options.empty()) command += " RETURN (" + options + ')';
    auto listed = co_await expect_ok(std::move(command), std::move(taker), FaultKind::transient);
    if (!listed) co_return listed.error();
    tree_ = std::move(tree);
    folders_known_ = true;
    co_return Outcome<void>{};
}

Task<Outcome<FolderList>> ImapSession::list_folders(std::string /*token*/) {
    if (!outstanding_.empty()) co_return Fault(FaultKind::conflict, "messages are still to be received");
    auto learned = co_await learn_folders();
    if (!learned) co_return learned.error();
    // Who asks for the folders pulls them next.
    hints_.clear();
    FolderList out;
    out.folders = tree_.folders();
    co_return out;
}

Task<Outcome<void>> ImapSession::change_folder(const Action* action, ActionResult* result) {
    if (!folders_known_) {
        auto learned = co_await learn_folders();
        if (!learned) co_return learned.error();
    }
    std::string command;
    std::string made;
    FaultKind accepted = FaultKind::conflict;  // of a second try: it was done before
    if (action->kind == Action::Kind::remove_folder) {
        command = "DELETE " + quoted_name(action->folder);
        accepted = FaultKind::gone;
    } else {
        const bool create = action->kind == Action::Kind::create_folder;
        auto name = tree_.compose(create ? action->folder : action->destination, action->name);
        if (!name) {
            refuse(*result, FaultKind::unsupported, "the server cannot have a folder of that name");
            co_return Outcome<void>{};
        }
        made = std::move(*name);
        command = create ? "CREATE " + quoted_name(made)
                         : "RENAME " + quoted_name(action->folder) + ' ' + quoted_name(made);
        if (!create) accepted = FaultKind::unsupported;
    }
    // DELETE of the mailbox that is open is forbidden, or ends the session; RENAME gives it another name.
    const std::string open = selected_ ? folders_[selected_->folder].id : "";
    const bool is_open = open == action->folder || open.starts_with(action->folder + tree_.delimiter());
    if (selected_ && is_open && action->kind != Action::Kind::create_folder) {
        auto closed = co_await expect_ok(capabilities_.has("UNSELECT") ? "UNSELECT" : "EXAMINE \"INBOX\"",
                                         nullptr, FaultKind::transient);
        if (!closed) co_return closed.error();
        selected_.reset();
    }
    auto done = co_await expect_ok(std::move(command), nullptr, FaultKind::permanent);
    if (!done && !wire_->alive()) co_return done.error();
    if (!done && (done.error().kind != accepted || accepted == FaultKind::unsupported)) {
        result->fault = done.error();
        co_return Outcome<void>{};
    }
    result->new_id = made;
    if (made.empty()) co_return Outcome<void>{};
    // So that other clients show it. That it is refused changes nothing.
    std::string subscribe = "SUBSCRIBE " + quoted_name(made);
    auto subscribed = co_await expect_ok(std::move(subscribe), nullptr, FaultKind::transient);
    if (!subscribed && !wire_->alive()) co_return subscribed.error();
    co_return Outcome<void>{};
}

}  // namespace postern::imap_client
