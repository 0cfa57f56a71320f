#include "postern/plugin/plugin.hpp"

#include "postern/plugin/catalogue.hpp"

namespace postern {

// Key functions: vtables and typeinfo of what crosses libraries live in this library.
Host::~Host() = default;
Plugin::~Plugin() = default;
Lookup::~Lookup() = default;
PluginCatalogue::~PluginCatalogue() = default;
Registrar::~Registrar() = default;

void Plugin::configure(const ConfigNode& /*config*/, Diagnostics& /*problems*/) {}
Result<void> Plugin::declare(Registrar& /*registrar*/) {
    return {};
}
Result<void> Plugin::resolve(const Lookup& /*lookup*/) {
    return {};
}
boost::asio::awaitable<Result<void>> Plugin::start() {
    co_return Result<void>{};
}
boost::asio::awaitable<void> Plugin::drain(std::chrono::steady_clock::time_point /*deadline*/) {
    co_return;
}
boost::asio::awaitable<void> Plugin::stop() {
    co_return;
}

}  // namespace postern
