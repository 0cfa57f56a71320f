// Which folder there is which mailbox here; what was made, renamed or removed on one side happens on the other.
#include <algorithm>
#include <array>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

/// Views of what lies elsewhere (RFC 6154 section 2): everything in them would be twice.
constexpr std::array<std::string_view, 2> virtual_roles = {"\\All", "\\Flagged"};
constexpr std::string_view division_slash = "\xE2\x88\x95";  // stands for "/" within a name
constexpr int max_twins = 100;

/// Tried again, it may go well.
bool passes(const Fault& fault) {
    return fault.kind == FaultKind::transient || fault.kind == FaultKind::rate_limited;
}

bool is_sound(const RemoteFolder& folder) {
    const auto odd = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    return !folder.id.empty() && !folder.name.empty() &&
           std::none_of(folder.id.begin(), folder.id.end(), odd) &&
           std::none_of(folder.name.begin(), folder.name.end(), odd);
}

bool is_virtual(const RemoteFolder& folder) {
    return std::find(virtual_roles.begin(), virtual_roles.end(), folder.role) != virtual_roles.end();
}

std::string parent_of(const std::string& name) {
    const std::size_t slash = name.rfind(mail::hierarchy_delimiter);
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

std::string component_of(const std::string& name) {
    const std::size_t slash = name.rfind(mail::hierarchy_delimiter);
    return slash == std::string::npos ? name : name.substr(slash + 1);
}

std::string local_component(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == mail::hierarchy_delimiter) {
            out += division_slash;
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

FolderSync::Work* FolderSync::work_of(MailboxId mailbox) {
    for (const auto& work : works_) {
        if (work->state.mailbox == mailbox && !work->gone_there) return work.get();
    }
    return nullptr;
}

FolderSync::Work* FolderSync::work_of_remote(const std::string& id) {
    for (const auto& work : works_) {
        if (work->state.remote_id == id) return work.get();
    }
    return nullptr;
}

void FolderSync::add_work(MailboxId mailbox, std::string remote_id, std::string name, bool selectable) {
    auto work = std::make_unique<Work>();
    work->state.key = ++last_key_;
    work->state.mailbox = mailbox;
    work->state.remote_id = std::move(remote_id);
    work->state.name = std::move(name);
    work->state.selectable = selectable;
    works_.push_back(std::move(work));
}

std::string FolderSync::local_name(const RemoteFolder& folder) {
    std::string name = local_component(folder.name);
    if (folder.parent.empty()) return name;
    const Work* parent = work_of_remote(folder.parent);
    const auto* info = parent == nullptr ? nullptr : context_.account->find_mailbox(parent->state.mailbox);
    if (info != nullptr) return info->name + mail::hierarchy_delimiter + name;
    const auto listed = tree_.find(folder.parent);
    if (listed == tree_.end()) return name;
    return local_name(listed->second) + mail::hierarchy_delimiter + name;
}

Task<Outcome<void>> FolderSync::push_one(Action action, ActionResult* result) {
    std::vector<Action> actions(1, std::move(action));
    auto results = co_await remote_->push(std::move(actions));
    if (!results) co_return results.error();
    if (results->size() != 1) co_return Fault(FaultKind::protocol_violation, "an action without result");
    *result = std::move(results->front());
    co_return Outcome<void>{};
}

// A folder there that is not known here.
Task<Outcome<void>> FolderSync::adopt(RemoteFolder folder) {
    if (!is_sound(folder) || is_virtual(folder)) co_return Outcome<void>{};
    // Keys of folders that are forgotten live on in receipts.
    auto loaded = co_await load_receipts();
    if (!loaded) co_return loaded.error();
    const mail::MailboxInfo* found = nullptr;
    std::string name = folder.id == "INBOX" ? "INBOX" : local_name(folder);
    bool role_is_free = !folder.role.empty();
    for (const auto& info : context_.account->mailboxes()) {
        const auto& uses = info.special_use;
        if (folder.role.empty() || std::find(uses.begin(), uses.end(), folder.role) == uses.end()) continue;
        role_is_free = false;
        if (work_of(info.id) == nullptr) found = &info;
    }
    if (found == nullptr) {
        const std::string wanted = name;
        for (int twin = 2; twin < max_twins; ++twin) {
            found = context_.account->find_mailbox(name);
            if (found == nullptr || work_of(found->id) == nullptr) break;
            name = wanted + " (" + std::to_string(twin) + ')';
            found = nullptr;
        }
    }
    if (found != nullptr) {
        const MailboxId id = found->id;
        std::string agreed = found->name;
        add_work(id, std::move(folder.id), std::move(agreed), folder.selectable);
        co_return Outcome<void>{};
    }
    mail::Account::CreateOptions options;
    options.cause = cause("CREATE");
    if (role_is_free) options.special_use.push_back(folder.role);
    auto created = co_await context_.account->create_mailbox(name, std::move(options));
    // Not now: as long as it is not had, what moved there is missed.
    if (!created && created.error().code == Errc::temporary) co_return store_fault(created.error());
    if (!created) {
        context_.log->warning(
            "a folder of the provider cannot be had here",
            {{"login", context_.account->login()}, {"name", name}, {"why", created.error().to_string()}});
        co_return Outcome<void>{};
    }
    add_work(*created, std::move(folder.id), name, folder.selectable);
    const mail::Cause why = cause("SUBSCRIBE");
    auto subscribed = co_await context_.account->set_subscribed(std::move(name), true, why);
    if (!subscribed) co_return store_fault(subscribed.error());
    co_return Outcome<void>{};
}

std::optional<std::string> FolderSync::parent_there(const std::string& name) {
    const std::string parent = parent_of(name);
    if (parent.empty()) return "";
    const auto* info = context_.account->find_mailbox(parent);
    const Work* work = info == nullptr ? nullptr : work_of(info->id);
    return work == nullptr ? std::nullopt : std::optional(work->state.remote_id);
}

// A mailbox here that is not known there. Those that every account has are made there when something lies in them.
Task<Outcome<void>> FolderSync::offer(mail::MailboxInfo mailbox) {
    // One that was there and is gone goes here, too.
    const bool known =
        std::ranges::any_of(works_, [&](const auto& work) { return work->state.mailbox == mailbox.id; });
    if (mailbox.name == "INBOX" || known) co_return Outcome<void>{};
    const bool has_children = std::ranges::any_of(context_.account->mailboxes(), [&](const auto& other) {
        return other.name.starts_with(mailbox.name + mail::hierarchy_delimiter);
    });
    if (!mailbox.special_use.empty() && mailbox.total == 0 && !has_children) co_return Outcome<void>{};
    auto made = co_await make_there(std::move(mailbox));
    co_return made;
}

Task<Outcome<void>> FolderSync::make_there(mail::MailboxInfo mailbox) {
    auto loaded = co_await load_receipts();
    if (!loaded) co_return loaded.error();
    const auto parent = parent_there(mailbox.name);
    if (!parent) co_return Outcome<void>{};
    Action action;
    action.kind = Action::Kind::create_folder;
    action.name = component_of(mailbox.name);
    action.folder = *parent;
    ActionResult made;
    auto done = co_await push_one(std::move(action), &made);
    if (!done) co_return done.error();
    if (made.fault || made.new_id.empty()) {
        context_.log->warning("the provider does not take a folder",
                              {{"login", context_.account->login()},
                               {"name", mailbox.name},
                               {"why", made.fault ? made.fault->to_string() : std::string("no name")}});
        co_return Outcome<void>{};
    }
    Work* known = work_of_remote(made.new_id);
    if (known == nullptr) {
        add_work(mailbox.id, made.new_id, mailbox.name, true);
    } else if (known->state.mailbox == mailbox.id) {
        known->state.selectable = true;  // until now a name that only has others below it
    } else {
        again_ = true;  // the name is another's, which is about to get a new one, or to be removed
    }
    co_return Outcome<void>{};
}

bool FolderSync::is_below(const std::string& id, const std::string& ancestor) const {
    auto folder = tree_.find(id);
    while (folder != tree_.end() && !folder->second.parent.empty()) {
        if (folder->second.parent == ancestor) return true;
        folder = tree_.find(folder->second.parent);
    }
    return false;
}

// What was below a renamed folder is below it still, under the new name; here too.
void FolderSync::note_renamed(Work* work, std::string name, std::string parent, std::string new_id) {
    const std::string old_id = work->state.remote_id;
    const std::string old_prefix = work->state.name + mail::hierarchy_delimiter;
    for (const auto& other : works_) {
        auto& state = other->state;
        if (!is_below(state.remote_id, old_id)) continue;
        state.remote_id = new_id + state.remote_id.substr(old_id.size());
        if (state.name.starts_with(old_prefix)) state.name = name + state.name.substr(old_prefix.size() - 1);
    }
    std::map<std::string, RemoteFolder> tree;
    for (const auto& [id, folder] : tree_) {
        RemoteFolder moved = folder;
        if (id == old_id) {
            moved.id = new_id;
            moved.parent = parent;
        } else if (is_below(id, old_id)) {
            moved.id = new_id + id.substr(old_id.size());
            moved.parent = new_id + folder.parent.substr(old_id.size());
        }
        std::string key = moved.id;
        tree.insert_or_assign(std::move(key), std::move(moved));
    }
    tree_ = std::move(tree);
    work->state.remote_id = std::move(new_id);
    work->state.name = std::move(name);
}

Task<Outcome<void>> FolderSync::rename_there(Work* work, std::string name) {
    const auto parent = parent_there(name);
    // It waits until the provider has what it is to lie in.
    if (!parent) co_return Outcome<void>{};
    Action action;
    action.kind = Action::Kind::rename_folder;
    action.folder = work->state.remote_id;
    action.destination = *parent;
    action.name = component_of(name);
    ActionResult renamed;
    auto done = co_await push_one(std::move(action), &renamed);
    if (!done) co_return done.error();
    if (!renamed.fault && !renamed.new_id.empty()) {
        note_renamed(work, std::move(name), *parent, renamed.new_id);
        co_return Outcome<void>{};
    }
    context_.log->warning("the provider does not rename a folder",
                          {{"login", context_.account->login()},
                           {"name", work->state.name},
                           {"to", name},
                           {"why", renamed.fault ? renamed.fault->to_string() : std::string("no name")}});
    // Either it is tried again, or each side has its own name for it.
    if (!renamed.fault || !passes(*renamed.fault)) work->state.name = std::move(name);
    co_return Outcome<void>{};
}

// What each side still has of what is known.
Task<Outcome<void>> FolderSync::look_at_known() {
    std::vector<Work*> gone;
    for (const auto& work : works_) {
        const auto listed = tree_.find(work->state.remote_id);
        work->gone_there = listed == tree_.end();
        work->removed_here = context_.account->find_mailbox(work->state.mailbox) == nullptr;
        if (!work->gone_there) work->state.selectable = listed->second.selectable;
        if (work->gone_there && work->removed_here) gone.push_back(work.get());
    }
    for (Work* work : gone) {
        auto dropped = co_await drop_folder(work);
        if (!dropped) co_return dropped.error();
    }
    co_return Outcome<void>{};
}

// What was made or renamed here; parents come before what is below them.
Task<Outcome<void>> FolderSync::settle_names() {
    const std::vector<mail::MailboxInfo> mailboxes = context_.account->mailboxes();
    for (const auto& mailbox : mailboxes) {
        Work* work = work_of(mailbox.id);
        Outcome<void> done{};
        if (work == nullptr) {
            mail::MailboxInfo copy = mailbox;
            done = co_await offer(std::move(copy));
        } else if (work->state.name != mailbox.name) {
            std::string name = mailbox.name;
            done = co_await rename_there(work, std::move(name));
        } else if (!work->state.selectable && mailbox.total > 0 && work->state.bound.empty()) {
            mail::MailboxInfo copy = mailbox;
            done = co_await make_there(std::move(copy));
        }
        if (!done) co_return done.error();
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::list_tree() {
    auto list = co_await remote_->list_folders("");
    if (!list) co_return list.error();
    tree_.clear();
    for (auto& folder : list->folders) {
        std::string id = folder.id;
        tree_.insert_or_assign(std::move(id), std::move(folder));
    }
    // A provider without INBOX has something else to say than what folders there are.
    if (!tree_.contains("INBOX")) co_return Fault(FaultKind::transient, "the provider lists no INBOX");
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::sync_tree() {
    auto listed = co_await list_tree();
    if (!listed) co_return listed.error();
    // A server may lose sight of its folders in a session that lasts (Dovecot 2.3 does, when others rename some): only what a
    // new session does not list either is gone.
    const bool first = !std::exchange(tree_listed_, true);
    const auto is_missing = [&](const auto& work) { return !tree_.contains(work->state.remote_id); };
    if (!first && std::ranges::any_of(works_, is_missing)) {
        report_.more = true;
        co_return Outcome<void>{};
    }
    auto looked = co_await look_at_known();
    if (!looked) co_return looked.error();
    std::vector<RemoteFolder> fresh;
    for (const auto& [id, folder] : tree_) {
        if (work_of_remote(id) == nullptr) fresh.push_back(folder);
    }
    for (auto& folder : fresh) {
        auto adopted = co_await adopt(std::move(folder));
        if (!adopted) co_return adopted.error();
    }
    auto settled = co_await settle_names();
    if (!settled) co_return settled.error();
    std::sort(works_.begin(), works_.end(), [](const auto& a, const auto& b) {
        const bool a_first = a->state.name == "INBOX";
        const bool b_first = b->state.name == "INBOX";
        return a_first != b_first ? a_first : a->state.name < b->state.name;
    });
    co_return Outcome<void>{};
}

bool FolderSync::all_seen_here(const Work& work) const {
    if (!work.state.selectable) return true;
    if (!work.looked_at || (work.pulled && !work.page.complete)) return false;
    return std::ranges::all_of(work.page.items, [&](const RemoteItem& item) {
        if (item.kind == RemoteItem::Kind::removed) return true;
        const auto known = receipt_of(work.state, item.id);
        return known && (bit(receipts_[*known].state) & settled_states) != 0;
    });
}

// The user removed the mailboxes. Last of all, when everything that was filed elsewhere before has been copied there. Mail
// that nobody has seen here may have come meanwhile: then the folder comes back.
Task<Outcome<void>> FolderSync::remove_folders() {
    std::vector<Work*> removed;
    for (const auto& work : works_) {
        if (work->removed_here) removed.push_back(work.get());
    }
    std::ranges::reverse(removed);  // what is below before what it is in
    for (Work* work : removed) {
        // Once more: removed with the folder, what came since would be lost.
        work->looked_at = work->pulled = false;
        auto pulled = co_await pull_folder(work);
        if (!pulled) co_return pulled.error();
        if (work->state.selectable && !work->looked_at) continue;
        const bool seen = all_seen_here(*work);
        if (seen && policy().remote_delete == Policy::RemoteDelete::never) continue;
        if (seen) {
            Action action;
            action.kind = Action::Kind::remove_folder;
            action.folder = work->state.remote_id;
            ActionResult result;
            auto done = co_await push_one(std::move(action), &result);
            if (!done) co_return done.error();
            if (result.fault && passes(*result.fault)) continue;
        }
        auto dropped = co_await drop_folder(work);
        if (!dropped) co_return dropped.error();
        again_ = true;
    }
    co_return Outcome<void>{};
}

// Nothing is agreed about the folder any more. Its receipts must not speak for another that is like it.
Task<Outcome<void>> FolderSync::drop_folder(Work* work) {
    auto loaded = co_await load_receipts();
    if (!loaded) co_return loaded.error();
    std::vector<store::ReceiptWrite> receipts;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        const bool over = (bit(receipts_[i].state) & store::receipt_history) != 0;
        if (!over && is_of(receipts_[i], work->state))
            receipts.push_back(move_to(i, ReceiptState::delete_done));
    }
    auto noted = co_await write(std::move(receipts));
    if (!noted) co_return noted.error();
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = entry_prefix() + std::to_string(work->state.key);
    writes[0].remove = true;
    const mail::Cause why = cause("AGREE");
    auto written = co_await context_.account->write_attributes(std::move(writes), why);
    if (!written) co_return store_fault(written.error());
    std::erase_if(works_, [work](const auto& other) { return other.get() == work; });
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
