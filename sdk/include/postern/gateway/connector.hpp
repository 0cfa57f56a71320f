#pragma once
// Connectors: plugins that speak a remote mail protocol and nothing else. The engine (plugins/gateway) owns state,
// merging, scheduling, retry and policy; a connector never sees the store.
//
//     registrar.add<gateway::Connector>("connector-pop3", connector_);
//
// All calls on a session come from one core, one at a time. Any of them may be the last: a session that is destroyed
// without close() drops its line, which the remote side must take as "abandon".
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/config/config_node.hpp"
#include "postern/export.hpp"
#include "postern/gateway/fault.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::gateway {

/// One line to one remote mailbox.
class POSTERN_SDK RemoteSession {
public:
    virtual ~RemoteSession();

    /// What is known of the server so far; grows during the session.
    virtual const RemoteFacts& facts() const = 0;
    /// False once the line is lost or out of step: nothing but close() makes sense then.
    virtual bool alive() const = 0;

    /// Default: one folder, "INBOX".
    virtual Task<Outcome<FolderList>> list_folders(std::string token);
    /// What is there, or what changed since the token. Idempotent.
    virtual Task<Outcome<PullPage>> pull(PullRequest request) = 0;
    /// A message by the id that a former pull gave it, with `stable_ids`, whether or not a listing of this session has it.
    /// No I/O: that it is gone shows when it is used. Default: unsupported.
    virtual Outcome<RemoteRef> find(const std::string& folder, const std::string& id);

    /// How many fetches may be started before the first is received; 1 where the server takes one at a time.
    virtual std::size_t fetch_window() const;
    /// Asks for a message. Never more than fetch_window() are outstanding, and nothing else is called meanwhile.
    virtual Task<Outcome<void>> start_fetch(FetchRequest request) = 0;
    /// The next one asked for, in order. A fault concerns this message alone as long as alive() stays true.
    virtual Task<Outcome<Fetched>> receive() = 0;

    /// One result an action, in order. Deletions may take effect only at close (RemoteFacts::deletes_at_close).
    virtual Task<Outcome<std::vector<ActionResult>>> push(std::vector<Action> actions);
    /// Sends a message through the provider.
    virtual Task<Outcome<SubmitResult>> submit(Submission submission);
    /// Waits for hints that folders changed; may be late or false. Answers the names, none at the time-out.
    virtual Task<Outcome<std::vector<std::string>>> watch(std::vector<std::string> folders,
                                                          std::chrono::seconds timeout);
    /// Keeps the line open during slow local work; cheap, does nothing if there was traffic lately.
    virtual Task<Outcome<void>> keep_alive();

    enum class CloseMode {
        commit,   ///< makes deletions effective; success only if the server said so
        abandon,  ///< drops the line so that nothing takes effect
    };
    virtual Task<Outcome<void>> close(CloseMode mode) = 0;

    /// Moves the line to another core; nothing may be under way. The caller goes on there in a new coroutine.
    virtual Result<void> move_to(Executor executor) = 0;
};

/// One remote protocol.
class POSTERN_SDK Connector {
public:
    static constexpr InterfaceId interface_id{"postern.gateway.connector", 1, 0};
    virtual ~Connector();

    /// Pure.
    virtual const ConnectorInfo& describe() const = 0;
    /// Keys of a source's `options:`, which only this connector understands.
    virtual std::vector<std::string_view> setting_names() const;
    /// Checks the values of those keys. Part of `--check`.
    virtual void check_settings(const ConfigNode& options, Diagnostics& problems) const;
    /// Connects, secures, signs in, on the caller's executor.
    virtual Task<Outcome<std::unique_ptr<RemoteSession>>> open(OpenRequest request) = 0;
};

}  // namespace postern::gateway
