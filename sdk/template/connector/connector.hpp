#pragma once
#include "postern/gateway/connector.hpp"
#include "postern/net/stream.hpp"

namespace letterbox {

/// Registered under "connector-letterbox". One option: `path`, where the API begins at the server ("/v1").
class LetterboxConnector final : public postern::gateway::Connector {
public:
    /// Before the first open(); it outlives this.
    void use(postern::Dialer& dialer) { dialer_ = &dialer; }

    const postern::gateway::ConnectorInfo& describe() const override;
    std::vector<std::string_view> setting_names() const override;
    void check_settings(const postern::ConfigNode& options, postern::Diagnostics& problems) const override;
    postern::Task<postern::gateway::Outcome<std::unique_ptr<postern::gateway::RemoteSession>>> open(
        postern::gateway::OpenRequest request) override;

private:
    postern::Dialer* dialer_ = nullptr;
};

}  // namespace letterbox
