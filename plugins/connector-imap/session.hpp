#pragma once
// An IMAP session in the authenticated or selected state. Which file does what: session.cpp what all share, session_pull
// (the ladder QRESYNC, CONDSTORE, plain), session_fetch, session_push, session_folders, session_watch.
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connector-imap/folders.hpp"
#include "connector-imap/listing.hpp"
#include "connector-imap/login.hpp"
#include "connector-imap/wire.hpp"
#include "postern/gateway/connector.hpp"

namespace postern::imap_client {

class ImapSession final : public gateway::RemoteSession {
public:
    ImapSession(std::unique_ptr<Wire> wire, LoginResult login);
    ~ImapSession() override;

    const gateway::RemoteFacts& facts() const override { return facts_; }
    bool alive() const override { return wire_->alive(); }

    Task<Outcome<gateway::FolderList>> list_folders(std::string token) override;
    Task<Outcome<gateway::PullPage>> pull(gateway::PullRequest request) override;
    Outcome<gateway::RemoteRef> find(const std::string& folder, const std::string& id) override;

    std::size_t fetch_window() const override;
    Task<Outcome<void>> start_fetch(gateway::FetchRequest request) override;
    Task<Outcome<gateway::Fetched>> receive() override;

    Task<Outcome<std::vector<gateway::ActionResult>>> push(std::vector<gateway::Action> actions) override;
    Task<Outcome<std::vector<std::string>>> watch(std::vector<std::string> folders,
                                                  std::chrono::seconds timeout) override;
    Task<Outcome<void>> keep_alive() override;
    Task<Outcome<void>> close(CloseMode mode) override;
    Result<void> move_to(Executor executor) override;

private:
    struct Folder {
        std::string id;  ///< name on the wire
        std::uint32_t uidvalidity = 0;
        std::optional<MailboxStatus> status;  ///< told by LIST or STATUS since the last pull
        std::optional<PullToken> pulled;      ///< what the last pull knew
        bool doubtful = false;                ///< STATUS is not to be believed that nothing changed
    };
    struct Selected {
        std::size_t folder = 0;
        std::uint32_t uidvalidity = 0;
        std::uint32_t uidnext = 0;
        std::uint64_t modseq = 0;
        std::uint32_t exists = 0;
        bool read_only = false;
        bool any_keyword = false;        ///< PERMANENTFLAGS has "\*", or was not sent
        std::set<std::string> keywords;  ///< that may be set otherwise; lower case
    };
    struct OutstandingFetch {
        gateway::FetchRequest request;
        std::string tag;
        bool told = false;                ///< the server has answered
        std::optional<std::string> body;  ///< what it gave
    };
    using Actions = std::vector<gateway::Action>;
    using Results = std::vector<gateway::ActionResult>;
    /// Actions [begin, end) that one command can do.
    struct Run {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t folder = 0;
        imap::NumberSet uids;
    };

    /// While it lives FETCH is an answer.
    class Soliciting {
    public:
        explicit Soliciting(unsigned& count) : count_(count) { ++count_; }
        ~Soliciting() { --count_; }
        Soliciting(const Soliciting&) = delete;
        Soliciting& operator=(const Soliciting&) = delete;

    private:
        unsigned& count_;
    };

    // session.cpp
    std::size_t intern(const std::string& id);
    bool observe(Response& response);
    bool observe_data(Response& response, const DataHead& head);
    /// SELECTs unless it is open; checks that UIDVALIDITY is what refs were made under.
    Task<Outcome<void>> open_folder(std::size_t folder);
    /// SELECT in any case; `known`: with QRESYNC from there on, into `listing`.
    Task<Outcome<void>> select(std::size_t folder, std::optional<PullToken> known, FolderListing* listing);
    /// The open folder is not as the last pull left it.
    bool moved_on() const;
    void note_selection(Selected* selected, const Status& status) const;
    bool belongs(gateway::RemoteRef ref) const;
    static std::size_t folder_of(gateway::RemoteRef ref) {
        return static_cast<std::size_t>(ref.number >> 32);
    }
    static std::uint32_t uid_of(gateway::RemoteRef ref) { return static_cast<std::uint32_t>(ref.number); }
    Task<Outcome<void>> expect_ok(std::string command, Taker taker, gateway::FaultKind otherwise);

    // session_pull.cpp
    struct Pull {
        std::size_t folder = 0;
        std::optional<PullToken> token;
        FolderListing listing;
        std::uint32_t unseen = 0;
        std::size_t budget = 0;
        bool resynced = false;  ///< SELECT told the changes
    };
    Task<Outcome<bool>> unchanged_since(std::size_t folder, PullToken token);
    Task<Outcome<void>> ask_status(std::size_t folder);
    Task<Outcome<void>> fetch_into(FolderListing* listing, std::string what);
    Task<Outcome<gateway::PullPage>> pull_all(Pull* pull);
    Task<Outcome<gateway::PullPage>> pull_changes(Pull* pull);
    Task<Outcome<gateway::PullPage>> pull_presence(Pull* pull);
    Task<Outcome<imap::NumberSet>> search(std::string criteria);
    gateway::PullPage finish_page(const Pull& pull, std::vector<gateway::RemoteItem> items,
                                  std::uint32_t messages) const;
    RefMaker refs() const;

    // session_fetch.cpp
    std::string fetch_command(gateway::FetchRequest request) const;
    Task<Outcome<void>> finish_fetch(OutstandingFetch* fetch);

    // session_push.cpp
    Run next_run(const Actions& actions, std::size_t begin) const;
    Task<Outcome<void>> push_run(const Actions* actions, Run run, Results* results);
    Task<Outcome<void>> store_flags(const Actions* actions, Run run, Results* results);
    Task<Outcome<void>> remove(Run run, Results* results);
    Task<Outcome<void>> remove_uids(imap::NumberSet uids);
    Task<Outcome<void>> transfer(const Actions* actions, Run run, Results* results);
    Task<Outcome<void>> append(const gateway::Action* action, gateway::ActionResult* result);
    std::string flag_words(std::uint8_t bits, const std::vector<std::string>& keywords) const;
    static void fail_run(const Run& run, const gateway::Fault& fault, Results* results);

    // session_folders.cpp
    Task<Outcome<void>> learn_folders();
    Task<Outcome<void>> change_folder(const gateway::Action* action, gateway::ActionResult* result);

    // session_watch.cpp
    struct Idle;
    Task<Outcome<void>> start_notify();
    Task<Outcome<void>> wait_in_idle(std::chrono::seconds timeout);
    static Task<void> end_idle_later(std::shared_ptr<Idle> idle, std::chrono::seconds timeout);

    std::shared_ptr<Wire> wire_;
    Capabilities capabilities_;
    bool qresync_ = false;
    gateway::RemoteFacts facts_;
    std::uint64_t id_;
    FolderTree tree_;
    Namespaces namespaces_;
    bool folders_known_ = false;
    std::vector<Folder> folders_;
    std::map<std::string, std::size_t, std::less<>> by_id_;
    std::optional<Selected> selected_;
    std::deque<OutstandingFetch> outstanding_;
    std::set<std::string> hints_;  ///< folders that changed since the last watch, "" for the tree
    bool notifies_ = false;
    unsigned soliciting_ = 0;  ///< commands under way that are answered by FETCH: it is no news then
};

}  // namespace postern::imap_client
