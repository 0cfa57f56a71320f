#pragma once
// A connector plugin loaded as the server loads it, with a host that has one core and one network.
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "postern/gateway/connector.hpp"
#include "postern/net/stream.hpp"
#include "postern/plugin/plugin.hpp"

namespace postern::testkit {

/// The descriptor of a shared library; throws if there is none. The library stays mapped.
const postern_plugin& load_descriptor(const std::string& path);

/// "build/connector-x.so" is "connector-x".
std::string plugin_name(const std::string& path);

/// What a plugin declared.
struct Declared {
    std::string interface;
    std::string name;
    void* object;
};

/// From create() to destruction.
class PluginUnderTest {
public:
    PluginUnderTest(const postern_plugin& descriptor, Dialer& dialer, boost::asio::io_context& loop);
    ~PluginUnderTest();
    PluginUnderTest(const PluginUnderTest&) = delete;
    PluginUnderTest& operator=(const PluginUnderTest&) = delete;

    /// Throws at the first call that fails; with no settings.
    void set_up();
    void tear_down();

    Plugin& plugin() { return *plugin_; }
    const std::vector<Declared>& declared() const;
    /// Null if it declared none under this name.
    gateway::Connector* connector(const std::string& name) const;
    /// Names of leases that are held.
    std::vector<std::string> leases() const;

private:
    class KitHost;
    boost::asio::io_context& loop_;
    std::unique_ptr<KitHost> host_;
    std::unique_ptr<Plugin> plugin_;
    bool started_ = false;
};

}  // namespace postern::testkit
