#pragma once
// A provider in memory with folders, flags and moves, as IMAP has them. Tokens tell changes; ids last.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "postern/gateway/connector.hpp"

namespace postern::gateway::test {

class FolderProvider {
public:
    struct Message {
        std::string content;
        std::uint8_t flags = 0;
        std::set<std::string> keywords;
        std::uint64_t changed = 0;  ///< modseq
    };
    struct Folder {
        bool selectable = true;
        std::uint32_t uidvalidity = 0;
        std::uint32_t uidnext = 1;
        std::uint64_t modseq = 1;
        std::map<std::uint32_t, Message> messages;
        std::map<std::uint32_t, std::uint64_t> vanished;  ///< uid, modseq
    };

    FolderProvider();
    std::uint32_t add(const std::string& folder, std::string content, std::uint8_t flags = 0);
    void remove(const std::string& folder, const std::string& content);
    void move(const std::string& from, const std::string& content, const std::string& to);
    void set_flags(const std::string& folder, const std::string& content, std::uint8_t flags);
    Message* find(const std::string& folder, const std::string& content);
    Folder& make(const std::string& name);
    /// All UIDs change, as when a server is restored from a backup.
    void renumber(const std::string& folder);
    /// With what is below it.
    void rename(const std::string& from, const std::string& to);
    /// Without what is below it: then the name stays, and holds nothing.
    void remove_folder(const std::string& name);
    std::vector<std::string> contents(const std::string& folder) const;

    std::map<std::string, Folder> folders;
    // Switches
    std::optional<Fault> open_fault;
    bool tells_new_ids = true;
    /// Lists only INBOX from the second time on that a session asks.
    bool loses_sight = false;
    /// What IDLE and NOTIFY tell; not set: the server has neither.
    std::function<std::vector<std::string>()> news;
    /// Asked when a folder is pulled: true makes the provider wait until `paused` is false again.
    std::function<bool(const std::string&)> at_pull;
    /// Asked before every call is done, and after each push: likewise.
    std::function<bool()> at_call;
    bool paused = false;
    std::set<std::string> unreadable;  ///< their mail cannot be had for now
    /// Called at the begin and the end of every call: may throw (a crash).
    std::function<void()> step;
    /// After so many calls every call fails as a lost line: before it was done or after, in turn.
    std::optional<int> line_breaks_after;
    // What happened
    int blind_listings = 0;
    int fetches = 0;
    int header_fetches = 0;
    int appends = 0;
    int moves = 0;
    int removals = 0;

private:
    std::uint32_t next_uidvalidity_ = 100;
};

class FolderConnector final : public Connector {
public:
    explicit FolderConnector(FolderProvider& provider) : provider_(provider) {}
    const ConnectorInfo& describe() const override;
    Task<Outcome<std::unique_ptr<RemoteSession>>> open(OpenRequest request) override;

private:
    FolderProvider& provider_;
};

}  // namespace postern::gateway::test
