// Which folder there is which mailbox here; what was made, renamed or removed on one side happens on the other.
#include <algorithm>
#include <array>

#include "gateway/folder_sync.hpp"

namespace postern::gateway {

using store::ReceiptState;

namespace {

/// Views of what lies elsewhere (RFC 6154 section 2): everything in them would be twice.
constexpr std::array<std::string_view, 2> virtual_roles = {"\\All", "\\Flagged"};
constexpr std::string_view division_slash = "\xE2\x88\x95";  // stands for "/" within a name
constexpr int max_twins = 100;

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

// A mailbox here that is not known there. Those that every account has are made there when something lies in them.
Task<Outcome<void>> FolderSync::offer(mail::MailboxInfo mailbox) {
    // One that was there and is gone goes here, too.
    const bool known =
        std::ranges::any_of(works_, [&](const auto& work) { return work->state.mailbox == mailbox.id; });
    if (mailbox.name == "INBOX" || known) co_return Outcome<void>{};
    if (!mailbox.special_use.empty() && mailbox.total == 0) co_return Outcome<void>{};
    Action action;
    action.kind = Action::Kind::create_folder;
    action.name = component_of(mailbox.name);
    const std::string parent = parent_of(mailbox.name);
    if (!parent.empty()) {
        const auto* info = context_.account->find_mailbox(parent);
        const Work* work = info == nullptr ? nullptr : work_of(info->id);
        if (work == nullptr) co_return Outcome<void>{};
        action.folder = work->state.remote_id;
    }
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
    if (work_of_remote(made.new_id) == nullptr) add_work(mailbox.id, made.new_id, mailbox.name, true);
    co_return Outcome<void>{};
}

// The user removed the mailbox. Mail that nobody has seen here may have come meanwhile: then it comes back.
Task<Outcome<void>> FolderSync::removed_here(Work* work) {
    PullRequest request;
    request.folder = work->state.remote_id;
    request.token = work->state.token;
    auto page = co_await remote_->pull(std::move(request));
    if (!page && !remote_->alive()) co_return page.error();
    auto loaded = co_await load_receipts();
    if (!loaded) co_return loaded.error();
    bool seen = page && (page->unchanged || page->complete) && !work->state.token.empty();
    if (seen) {
        for (const auto& item : page->items) {
            if (item.kind == RemoteItem::Kind::removed) continue;
            if (!receipt_of(work->state, item.id)) seen = false;
        }
    }
    if (seen && policy().remote_delete != Policy::RemoteDelete::never) {
        Action action;
        action.kind = Action::Kind::remove_folder;
        action.folder = work->state.remote_id;
        ActionResult removed;
        auto done = co_await push_one(std::move(action), &removed);
        if (!done) co_return done.error();
        if (!removed.fault) tree_.erase(work->state.remote_id);
    }
    std::vector<store::ReceiptWrite> writes;
    for (ReceiptIndex i = 0; i < receipts_.size(); ++i) {
        if (is_of(receipts_[i], work->state)) writes.push_back(move_to(i, ReceiptState::delete_done));
    }
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    auto dropped = co_await drop_folder(work);
    co_return dropped;
}

Task<Outcome<void>> FolderSync::rename_there(Work* work, std::string old_name) {
    const auto* info = context_.account->find_mailbox(work->state.mailbox);
    const std::string name = info->name;
    const std::string parent = parent_of(name);
    const auto* above = parent.empty() ? nullptr : context_.account->find_mailbox(parent);
    const Work* above_there = above == nullptr ? nullptr : work_of(above->id);
    work->state.name = name;
    if (!parent.empty() && above_there == nullptr) co_return Outcome<void>{};
    Action action;
    action.kind = Action::Kind::rename_folder;
    action.folder = work->state.remote_id;
    action.destination = above_there == nullptr ? "" : above_there->state.remote_id;
    action.name = component_of(name);
    const std::string old_id = work->state.remote_id;
    ActionResult renamed;
    auto done = co_await push_one(std::move(action), &renamed);
    if (!done) co_return done.error();
    if (renamed.fault || renamed.new_id.empty()) {
        context_.log->warning("the provider does not rename a folder",
                              {{"login", context_.account->login()}, {"name", old_name}, {"to", name}});
        co_return Outcome<void>{};
    }
    // What was below it there is below it still, under the new name; here too.
    for (const auto& other : works_) {
        auto& state = other->state;
        const bool below = state.remote_id.size() > old_id.size() && state.remote_id.starts_with(old_id) &&
                           state.name.starts_with(old_name + mail::hierarchy_delimiter);
        if (!below && other.get() != work) continue;
        const auto listed = tree_.extract(state.remote_id);
        state.remote_id = renamed.new_id + state.remote_id.substr(old_id.size());
        if (below) state.name = name + state.name.substr(old_name.size());
        if (listed.empty()) continue;
        RemoteFolder folder = listed.mapped();
        folder.id = state.remote_id;
        tree_.insert_or_assign(state.remote_id, std::move(folder));
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::settle_known() {
    // Parents first: renaming one renames what is below it.
    std::sort(works_.begin(), works_.end(),
              [](const auto& a, const auto& b) { return a->state.name < b->state.name; });
    std::vector<Work*> known;
    for (const auto& work : works_) known.push_back(work.get());
    for (Work* work : known) {
        const auto* info = context_.account->find_mailbox(work->state.mailbox);
        const bool there = tree_.contains(work->state.remote_id);
        if (info == nullptr && there) {
            auto removed = co_await removed_here(work);
            if (!removed) co_return removed.error();
            continue;
        }
        if (info == nullptr) {
            auto dropped = co_await drop_folder(work);
            if (!dropped) co_return dropped.error();
            continue;
        }
        if (!there) {
            work->gone_there = true;
            continue;
        }
        work->state.selectable = tree_[work->state.remote_id].selectable;
        if (info->name == work->state.name) continue;
        std::string old_name = work->state.name;
        auto renamed = co_await rename_there(work, std::move(old_name));
        if (!renamed) co_return renamed.error();
    }
    co_return Outcome<void>{};
}

Task<Outcome<void>> FolderSync::sync_tree() {
    auto list = co_await remote_->list_folders("");
    if (!list) co_return list.error();
    tree_.clear();
    for (auto& folder : list->folders) {
        std::string id = folder.id;
        tree_.insert_or_assign(std::move(id), std::move(folder));
    }
    // A provider without INBOX has something else to say than what folders there are.
    if (!tree_.contains("INBOX")) co_return Fault(FaultKind::transient, "the provider lists no INBOX");
    auto settled = co_await settle_known();
    if (!settled) co_return settled.error();
    std::vector<RemoteFolder> fresh;
    for (const auto& [id, folder] : tree_) {
        if (work_of_remote(id) == nullptr) fresh.push_back(folder);
    }
    for (auto& folder : fresh) {
        auto adopted = co_await adopt(std::move(folder));
        if (!adopted) co_return adopted.error();
    }
    const std::vector<mail::MailboxInfo> mailboxes = context_.account->mailboxes();
    for (const auto& mailbox : mailboxes) {
        mail::MailboxInfo copy = mailbox;
        auto offered = co_await offer(std::move(copy));
        if (!offered) co_return offered.error();
    }
    std::stable_sort(works_.begin(), works_.end(), [](const auto& a, const auto& b) {
        return (a->state.name == "INBOX") > (b->state.name == "INBOX");
    });
    co_return Outcome<void>{};
}

}  // namespace postern::gateway
