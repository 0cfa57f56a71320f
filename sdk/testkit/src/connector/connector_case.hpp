#pragma once
// What the cases of the connector contract share: a provider, a network, the connector, and short ways to ask it.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <span>
#include <stdexcept>

#include "connector/network.hpp"
#include "connector/plugin_under_test.hpp"
#include "connector/run.hpp"
#include "postern/gateway/connector.hpp"
#include "postern/testkit/connector_contract.hpp"

namespace postern::testkit {

using SessionPtr = std::unique_ptr<gateway::RemoteSession>;

/// A small message with CRLF line ends that no other number gives.
std::string sample_message(int number);

/// The value, or an exception, which fails the case.
template <class T>
T must(gateway::Outcome<T> outcome) {
    if (!outcome) throw std::runtime_error(outcome.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

/// State of one running case.
class ConnectorCase {
public:
    explicit ConnectorCase(const ConnectorKit& kit);
    ~ConnectorCase();

    const ConnectorKit& kit() const { return kit_; }
    const postern_plugin& descriptor() const { return descriptor_; }
    PluginUnderTest& plugin() { return *plugin_; }
    World& world() { return *world_; }
    Network& network() { return *network_; }
    boost::asio::io_context& loop() { return loop_; }
    gateway::Connector& connector();
    bool can(gateway::Ability ability) { return (connector().describe().abilities & ability) != 0; }

    /// Puts so many sample messages, numbered from 1, into INBOX.
    void deliver(int count);
    /// Another provider, without history.
    void renew_world();

    gateway::OpenRequest request();
    gateway::Outcome<SessionPtr> try_open() { return run(connector().open(request())); }
    gateway::Outcome<SessionPtr> try_open(gateway::OpenRequest request) {
        return run(connector().open(std::move(request)));
    }
    SessionPtr open() { return must(try_open()); }

    gateway::Outcome<gateway::PullPage> try_pull(gateway::RemoteSession& session, std::string token = "");
    gateway::PullPage pull(gateway::RemoteSession& session, std::string token = "") {
        return must(try_pull(session, std::move(token)));
    }
    gateway::PullPage pull_folder(gateway::RemoteSession& session, const std::string& folder);
    gateway::Outcome<gateway::Fetched> try_fetch(gateway::RemoteSession& session, gateway::RemoteRef ref,
                                                 gateway::FetchPart part = gateway::FetchPart::whole);
    std::string fetch(gateway::RemoteSession& session, gateway::RemoteRef ref);
    /// One action; the fault of the call or of the action.
    gateway::Outcome<std::string> push(gateway::RemoteSession& session, gateway::Action action);
    gateway::Outcome<void> close(
        gateway::RemoteSession& session,
        gateway::RemoteSession::CloseMode mode = gateway::RemoteSession::CloseMode::commit) {
        return run(session.close(mode));
    }

    /// Contents of INBOX as a new session sees them, in order; ends the session.
    std::vector<std::string> contents_by_session();
    /// No line, no descriptor and no lease is left, and the rules of Connection were kept.
    void expect_nothing_left();
    /// A fault is one that may be shown to the operator: it holds no credential.
    void expect_discreet(const gateway::Fault& fault);

    template <class T>
    T run(Task<T> task) {
        return testkit::run(loop_, std::move(task));
    }

private:
    const ConnectorKit& kit_;
    const postern_plugin& descriptor_;
    boost::asio::io_context loop_;
    std::unique_ptr<World> world_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<PluginUnderTest> plugin_;
    std::size_t descriptors_ = 0;
};

struct ConnectorLaw {
    const char* name;
    void (*run)(ConnectorCase&);
};

// One list a file.
std::span<const ConnectorLaw> plugin_laws();
std::span<const ConnectorLaw> sign_in_laws();
std::span<const ConnectorLaw> listing_laws();
std::span<const ConnectorLaw> fetch_laws();
std::span<const ConnectorLaw> removal_laws();
std::span<const ConnectorLaw> ability_laws();
std::span<const ConnectorLaw> folder_laws();
std::span<const ConnectorLaw> trouble_laws();

}  // namespace postern::testkit
