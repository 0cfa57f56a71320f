#include "tests/gateway/support/fake_folders.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <sstream>

namespace postern::gateway::test {

namespace {

using Folder = FolderProvider::Folder;
using Message = FolderProvider::Message;

std::string parent_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string::npos ? "" : name.substr(0, slash);
}

class FolderSession final : public RemoteSession {
public:
    explicit FolderSession(FolderProvider& provider) : provider_(provider) { facts_.header_fetch = true; }

    const RemoteFacts& facts() const override { return facts_; }
    bool alive() const override { return alive_; }

    Task<Outcome<FolderList>> list_folders(std::string) override {
        if (breaks()) co_return lost();
        co_await pause();
        FolderList out;
        const bool blind = provider_.loses_sight && ++listings_ > 1;
        provider_.blind_listings += blind ? 1 : 0;
        for (const auto& [name, folder] : provider_.folders) {
            if (blind && name != "INBOX") continue;
            RemoteFolder entry;
            entry.id = name;
            entry.parent = parent_of(name);
            entry.name = entry.parent.empty() ? name : name.substr(entry.parent.size() + 1);
            if (name == "Gesendet") entry.role = "\\Sent";
            entry.selectable = folder.selectable;
            out.folders.push_back(entry);
        }
        co_return out;
    }

    Task<Outcome<PullPage>> pull(PullRequest request) override {
        if (breaks()) co_return lost();
        provider_.paused = provider_.at_pull && provider_.at_pull(request.folder);
        co_await pause();
        const auto found = provider_.folders.find(request.folder);
        if (found == provider_.folders.end() || !found->second.selectable)
            co_return Fault(FaultKind::gone, "no such folder");
        if (provider_.unreadable.contains(request.folder)) co_return Fault(FaultKind::transient, "not now");
        const Folder& folder = found->second;
        std::uint32_t uidvalidity = 0;
        std::uint32_t uidnext = 1;
        std::uint64_t modseq = 0;
        std::istringstream(request.token) >> uidvalidity >> uidnext >> modseq;
        if (!request.token.empty() && uidvalidity != folder.uidvalidity) {
            co_return Fault(FaultKind::reset_required, "renumbered");
        }
        PullPage page;
        page.full = request.token.empty();
        page.complete = true;
        page.unchanged = !page.full && modseq == folder.modseq;
        page.total = folder.messages.size();
        page.token = std::to_string(folder.uidvalidity) + ' ' + std::to_string(folder.uidnext) + ' ' +
                     std::to_string(folder.modseq);
        for (const auto& [uid, message] : folder.messages) {
            if (!page.full && message.changed <= modseq) continue;
            const auto kind = page.full        ? RemoteItem::Kind::present
                              : uid >= uidnext ? RemoteItem::Kind::added
                                               : RemoteItem::Kind::changed;
            RemoteItem item = item_of(request.folder, folder, uid, kind);
            item.size = message.content.size();
            item.flags = message.flags;
            item.keywords.assign(message.keywords.begin(), message.keywords.end());
            page.items.push_back(std::move(item));
        }
        for (const auto& [uid, when] : folder.vanished) {
            if (page.full || when <= modseq) continue;
            page.items.push_back(item_of(request.folder, folder, uid, RemoteItem::Kind::removed));
        }
        co_return page;
    }

    Outcome<RemoteRef> find(const std::string& folder, const std::string& id) override {
        const std::uint32_t uidvalidity = static_cast<std::uint32_t>(std::stoul(id));
        const auto found = provider_.folders.find(folder);
        if (found == provider_.folders.end() || found->second.uidvalidity != uidvalidity) {
            return Fault(FaultKind::gone, "another numbering");
        }
        return ref_of(folder, static_cast<std::uint32_t>(std::stoul(id.substr(id.find('.') + 1))));
    }

    std::size_t fetch_window() const override { return 4; }
    Task<Outcome<void>> start_fetch(FetchRequest request) override {
        if (breaks()) co_return lost();
        co_await pause();
        asked_.push_back(request);
        co_return Outcome<void>{};
    }
    Task<Outcome<Fetched>> receive() override {
        if (breaks()) co_return lost();
        co_await pause();
        const FetchRequest request = asked_.front();
        asked_.pop_front();
        const Message* message = message_of(request.ref);
        if (message == nullptr) co_return Fault(FaultKind::gone, "gone");
        const bool header = request.part == FetchPart::header;
        ++(header ? provider_.header_fetches : provider_.fetches);
        std::string text = message->content;
        if (header) text.resize(text.find("\r\n\r\n") + 4);
        Fetched out;
        out.ref = request.ref;
        out.content = std::make_shared<const std::string>(std::move(text));
        co_return out;
    }

    Task<Outcome<std::vector<ActionResult>>> push(std::vector<Action> actions) override {
        std::vector<ActionResult> out;
        for (const Action& action : actions) {
            if (breaks()) co_return lost();
            co_await pause();
            out.push_back(act(action));
            // Done, and the answer lost.
            if (breaks()) co_return lost();
        }
        co_await pause();
        co_return out;
    }
    Task<Outcome<std::vector<std::string>>> watch(std::vector<std::string>, std::chrono::seconds) override {
        if (breaks()) co_return lost();
        if (!provider_.news) co_return Fault(FaultKind::unsupported, "no IDLE");
        co_return provider_.news();
    }
    Task<Outcome<void>> close(CloseMode) override {
        alive_ = false;
        co_return Outcome<void>{};
    }
    Result<void> move_to(Executor) override { return {}; }

private:
    /// Others have their turn, if the test wants it.
    Task<void> pause() {
        if (provider_.at_call && provider_.at_call()) provider_.paused = true;
        while (provider_.paused) {
            const auto executor = co_await boost::asio::this_coro::executor;
            co_await boost::asio::post(executor, boost::asio::use_awaitable);
        }
    }
    bool breaks() {
        if (provider_.step) provider_.step();
        if (!provider_.line_breaks_after) return !alive_;
        if (--*provider_.line_breaks_after >= 0) return !alive_;
        alive_ = false;
        return true;
    }
    static Fault lost() { return Fault(FaultKind::offline, "the line broke"); }

    RemoteRef ref_of(const std::string& folder, std::uint32_t uid) {
        const auto found = std::find(names_.begin(), names_.end(), folder);
        const auto index = static_cast<std::uint64_t>(found - names_.begin());
        if (found == names_.end()) names_.push_back(folder);
        return {1, index << 32 | uid};
    }
    const std::string& folder_of(RemoteRef ref) const { return names_.at(ref.number >> 32); }
    static std::uint32_t uid_of(RemoteRef ref) { return static_cast<std::uint32_t>(ref.number); }
    Message* message_of(RemoteRef ref) {
        const auto folder = provider_.folders.find(folder_of(ref));
        if (folder == provider_.folders.end()) return nullptr;
        const auto found = folder->second.messages.find(uid_of(ref));
        return found == folder->second.messages.end() ? nullptr : &found->second;
    }
    static std::string id_of(const Folder& folder, std::uint32_t uid) {
        return std::to_string(folder.uidvalidity) + '.' + std::to_string(uid);
    }
    RemoteItem item_of(const std::string& name, const Folder& folder, std::uint32_t uid,
                       RemoteItem::Kind kind) {
        RemoteItem item;
        item.kind = kind;
        item.ref = ref_of(name, uid);
        item.id = id_of(folder, uid);
        return item;
    }

    bool holds_mail(const std::string& name) const {
        const auto folder = provider_.folders.find(name);
        return folder != provider_.folders.end() && folder->second.selectable;
    }
    std::string copy_to(const Action& action) {
        const Message original = *message_of(action.ref);
        const std::uint32_t uid = provider_.add(action.destination, original.content, original.flags);
        Folder& folder = provider_.folders[action.destination];
        folder.messages[uid].keywords = original.keywords;
        return provider_.tells_new_ids ? id_of(folder, uid) : "";
    }
    ActionResult on_message(const Action& action) {
        ActionResult result;
        Message* message = message_of(action.ref);
        if (message == nullptr) {
            // RFC 3501 section 6.4.8: a UID that is not there is ignored. Only COPYUID shows what was copied.
            const bool shows = action.kind == Action::Kind::move || action.kind == Action::Kind::copy;
            if (shows && provider_.tells_new_ids) result.fault = Fault(FaultKind::gone, "gone");
            return result;
        }
        Folder& folder = provider_.folders[folder_of(action.ref)];
        if (action.kind == Action::Kind::set_flags) {
            message->flags =
                static_cast<std::uint8_t>((message->flags | action.flags) & ~action.cleared_flags);
            message->keywords.insert(action.keywords.begin(), action.keywords.end());
            for (const auto& keyword : action.cleared_keywords) message->keywords.erase(keyword);
            message->changed = ++folder.modseq;
            return result;
        }
        if (action.kind != Action::Kind::remove) {
            if (!holds_mail(action.destination)) {
                result.fault = Fault(FaultKind::gone, "no such folder");
                return result;
            }
            result.new_id = copy_to(action);
            if (action.kind == Action::Kind::copy) return result;
            ++provider_.moves;
        } else {
            ++provider_.removals;
        }
        folder.messages.erase(uid_of(action.ref));
        folder.vanished[uid_of(action.ref)] = ++folder.modseq;
        return result;
    }
    ActionResult act(const Action& action) {
        ActionResult result;
        switch (action.kind) {
            case Action::Kind::append: {
                if (!holds_mail(action.folder)) {
                    result.fault = Fault(FaultKind::gone, "no such folder");
                    return result;
                }
                ++provider_.appends;
                const std::uint32_t uid = provider_.add(action.folder, *action.content, action.flags);
                Folder& folder = provider_.folders[action.folder];
                folder.messages[uid].keywords.insert(action.keywords.begin(), action.keywords.end());
                if (provider_.tells_new_ids) result.new_id = id_of(folder, uid);
                return result;
            }
            case Action::Kind::create_folder:
                result.new_id = action.folder.empty() ? action.name : action.folder + '/' + action.name;
                provider_.make(result.new_id).selectable = true;
                return result;
            case Action::Kind::rename_folder:
                result.new_id =
                    action.destination.empty() ? action.name : action.destination + '/' + action.name;
                if (provider_.folders.contains(result.new_id) || !provider_.folders.contains(action.folder)) {
                    result.fault = Fault(FaultKind::conflict, "no, or both");
                } else {
                    provider_.rename(action.folder, result.new_id);
                }
                return result;
            case Action::Kind::remove_folder:
                provider_.remove_folder(action.folder);
                return result;
            default:
                return on_message(action);
        }
    }

    FolderProvider& provider_;
    RemoteFacts facts_;
    bool alive_ = true;
    int listings_ = 0;
    std::vector<std::string> names_;
    std::deque<FetchRequest> asked_;
};

}  // namespace

FolderProvider::FolderProvider() {
    make("INBOX");
}

FolderProvider::Folder& FolderProvider::make(const std::string& name) {
    Folder& folder = folders[name];
    if (folder.uidvalidity == 0) folder.uidvalidity = ++next_uidvalidity_;
    return folder;
}

std::uint32_t FolderProvider::add(const std::string& name, std::string content, std::uint8_t flags) {
    Folder& folder = make(name);
    Message message;
    message.content = std::move(content);
    message.flags = flags;
    message.changed = ++folder.modseq;
    folder.messages[folder.uidnext] = std::move(message);
    return folder.uidnext++;
}

FolderProvider::Message* FolderProvider::find(const std::string& name, const std::string& content) {
    for (auto& [uid, message] : folders[name].messages) {
        if (message.content == content) return &message;
    }
    return nullptr;
}

void FolderProvider::remove(const std::string& name, const std::string& content) {
    Folder& folder = folders[name];
    for (const auto& [uid, message] : folder.messages) {
        if (message.content != content) continue;
        folder.vanished[uid] = ++folder.modseq;
        folder.messages.erase(uid);
        return;
    }
}

void FolderProvider::move(const std::string& from, const std::string& content, const std::string& to) {
    const Message message = *find(from, content);
    const std::uint32_t uid = add(to, content, message.flags);
    folders[to].messages[uid].keywords = message.keywords;
    remove(from, content);
}

void FolderProvider::set_flags(const std::string& name, const std::string& content, std::uint8_t flags) {
    Message* message = find(name, content);
    message->flags = flags;
    message->changed = ++folders[name].modseq;
}

void FolderProvider::renumber(const std::string& name) {
    Folder& folder = folders[name];
    Folder fresh;
    fresh.uidvalidity = ++next_uidvalidity_;
    for (auto& [uid, message] : folder.messages) {
        message.changed = ++fresh.modseq;
        fresh.messages[fresh.uidnext++] = message;
    }
    folder = std::move(fresh);
}

void FolderProvider::rename(const std::string& from, const std::string& to) {
    std::map<std::string, Folder> renamed;
    for (auto& [name, folder] : folders) {
        const bool below = name == from || name.starts_with(from + '/');
        renamed[below ? to + name.substr(from.size()) : name] = std::move(folder);
    }
    folders = std::move(renamed);
}

void FolderProvider::remove_folder(const std::string& name) {
    const auto child = folders.lower_bound(name + '/');
    const bool has_children = child != folders.end() && child->first.starts_with(name + '/');
    folders.erase(name);
    if (!has_children) return;
    make(name).selectable = false;
}

std::vector<std::string> FolderProvider::contents(const std::string& name) const {
    std::vector<std::string> out;
    const auto folder = folders.find(name);
    if (folder == folders.end()) return out;
    for (const auto& [uid, message] : folder->second.messages) out.push_back(message.content);
    return out;
}

const ConnectorInfo& FolderConnector::describe() const {
    static const ConnectorInfo info = [] {
        ConnectorInfo made;
        made.title = "Folders";
        made.abilities = hierarchy | stable_ids | flags_read | flags_write | keywords | Ability::append |
                         append_returns_id | header_fetch | delta_token | Ability::watch | Ability::remove;
        made.credentials = {CredentialKind::password};
        return made;
    }();
    return info;
}

Task<Outcome<std::unique_ptr<RemoteSession>>> FolderConnector::open(OpenRequest) {
    if (provider_.step) provider_.step();
    if (provider_.open_fault) co_return *provider_.open_fault;
    std::unique_ptr<RemoteSession> session = std::make_unique<FolderSession>(provider_);
    co_return session;
}

}  // namespace postern::gateway::test
