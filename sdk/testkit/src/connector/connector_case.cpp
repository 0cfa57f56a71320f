#include "connector/connector_case.hpp"

#include <filesystem>

namespace postern::testkit {

using namespace gateway;

namespace {

std::size_t open_descriptors() {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        static_cast<void>(entry);
        ++count;
    }
    return count;
}

}  // namespace

std::string sample_message(int number) {
    const std::string n = std::to_string(number);
    return "From: ann@example.net\r\nSubject: message " + n + "\r\nMessage-ID: <" + n +
           "@example.net>\r\n\r\nLine one of " + n + ".\r\n.dotted\r\nThe end.\r\n";
}

ConnectorCase::ConnectorCase(const ConnectorKit& kit) : kit_(kit), descriptor_(load_descriptor(kit.plugin)) {
    renew_world();
}

ConnectorCase::~ConnectorCase() = default;

void ConnectorCase::renew_world() {
    plugin_.reset();
    network_.reset();
    world_ = kit_.make_world();
    network_ = std::make_unique<Network>(*world_);
    network_->flood_limit = kit_.patience_octets;
    plugin_ = std::make_unique<PluginUnderTest>(descriptor_, *network_, loop_);
    plugin_->set_up();
    // The loop opens its own descriptors with the first timer.
    const Event first(loop_.get_executor());
    descriptors_ = open_descriptors();
}

gateway::Connector& ConnectorCase::connector() {
    Connector* found = plugin_->connector(descriptor_.id);
    if (found == nullptr) throw std::runtime_error("the plugin registers no connector under its id");
    return *found;
}

void ConnectorCase::deliver(int count) {
    for (int i = 1; i <= count; ++i) world_->deliver(sample_message(i));
}

OpenRequest ConnectorCase::request() {
    OpenRequest request;
    request.server.host = "mail.example.net";
    request.server.tls = RemoteTls::none;
    request.server.port = connector().describe().port;
    request.credential = world_->credential();
    request.settings = world_->settings();
    // Small, so that what is bounded by them ends soon.
    request.limits.message_octets = 200'000;
    request.limits.header_octets = 20'000;
    request.limits.listing_entries = 2'000;
    return request;
}

Outcome<PullPage> ConnectorCase::try_pull(RemoteSession& session, std::string token) {
    PullRequest request;
    request.token = std::move(token);
    return run(session.pull(std::move(request)));
}

PullPage ConnectorCase::pull_folder(RemoteSession& session, const std::string& folder) {
    PullRequest request;
    request.folder = folder;
    return must(run(session.pull(std::move(request))));
}

Outcome<Fetched> ConnectorCase::try_fetch(RemoteSession& session, RemoteRef ref, FetchPart part) {
    FetchRequest request;
    request.ref = ref;
    request.part = part;
    auto started = run(session.start_fetch(request));
    if (!started) return started.error();
    return run(session.receive());
}

std::string ConnectorCase::fetch(RemoteSession& session, RemoteRef ref) {
    const Fetched fetched = must(try_fetch(session, ref));
    if (!fetched.content) throw std::runtime_error("a fetched message without content");
    return *fetched.content;
}

Outcome<std::string> ConnectorCase::push(RemoteSession& session, Action action) {
    action.key = "kit";
    auto results = run(session.push({std::move(action)}));
    if (!results) return results.error();
    if (results->size() != 1) throw std::runtime_error("push of one action gave no single result");
    const ActionResult& result = results->front();
    if (result.fault) return *result.fault;
    return result.new_id;
}

std::vector<std::string> ConnectorCase::contents_by_session() {
    SessionPtr session = open();
    const PullPage page = pull(*session);
    EXPECT_TRUE(page.complete) << page.incomplete_reason;
    std::vector<std::string> out;
    for (const RemoteItem& item : page.items) out.push_back(fetch(*session, item.ref));
    must(close(*session));
    return out;
}

void ConnectorCase::expect_nothing_left() {
    EXPECT_EQ(network_->open_lines, 0U) << "lines that nobody closed";
    EXPECT_EQ(plugin_->leases(), std::vector<std::string>());
    EXPECT_EQ(open_descriptors(), descriptors_) << "file descriptors";
    EXPECT_EQ(network_->violations, std::vector<std::string>());
}

void ConnectorCase::expect_discreet(const Fault& fault) {
    EXPECT_EQ(fault.text.find(world_->credential().secret), std::string::npos)
        << "the text of a fault shows the password: " << fault.text;
}

}  // namespace postern::testkit
