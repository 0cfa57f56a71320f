#pragma once
// IMAP as a gateway back end (RFC 3501, 9051; 2177, 4315, 4731, 5161, 5465, 5819, 6154, 6851, 7162, 7628).
#include "connector-imap/login.hpp"
#include "postern/gateway/connector.hpp"
#include "postern/net/stream.hpp"

namespace postern::imap_client {

class ImapConnector final : public gateway::Connector {
public:
    /// Before the first open.
    void use(Dialer& dialer) { dialer_ = &dialer; }

    const gateway::ConnectorInfo& describe() const override;
    std::vector<std::string_view> setting_names() const override;
    void check_settings(const ConfigNode& options, Diagnostics& problems) const override;
    Task<Outcome<std::unique_ptr<gateway::RemoteSession>>> open(gateway::OpenRequest request) override;

private:
    Dialer* dialer_ = nullptr;
};

}  // namespace postern::imap_client
