#pragma once
#include <vector>

#include "postern/gateway/connector.hpp"
#include "postern/plugin/registry.hpp"

namespace postern::gateway::test {

/// Whatever is looked for, it is this connector.
class OneConnector final : public Lookup {
public:
    explicit OneConnector(Connector& connector) : connector_(connector) {}

protected:
    void* find_object(const InterfaceId&, std::string_view) const override { return &connector_; }
    std::vector<const RegistryEntry*> entries(const InterfaceId&) const override { return {}; }

private:
    Connector& connector_;
};

}  // namespace postern::gateway::test
