#pragma once
// POP3 as a gateway back end (RFC 1939, 2449, 2595, 3206, 5034, 8314).
#include "postern/gateway/connector.hpp"
#include "postern/net/stream.hpp"

namespace postern::pop3 {

class Pop3Connector final : public gateway::Connector {
public:
    /// Before the first open.
    void use(Dialer& dialer) { dialer_ = &dialer; }

    const gateway::ConnectorInfo& describe() const override;
    std::vector<std::string_view> setting_names() const override;
    void check_settings(const ConfigNode& source, Diagnostics& problems) const override;
    Task<gateway::Outcome<std::unique_ptr<gateway::RemoteSession>>> open(
        gateway::OpenRequest request) override;

private:
    Dialer* dialer_ = nullptr;
};

}  // namespace postern::pop3
