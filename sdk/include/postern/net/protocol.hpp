#pragma once
#include <memory>
#include <string>

#include "postern/config/config_node.hpp"
#include "postern/net/stream.hpp"
#include "postern/plugin/registry.hpp"

namespace postern {

/// One `listeners:` entry of the configuration, as a protocol sees it.
struct ListenerInfo {
    enum class Tls { none, starttls, implicit };
    std::string protocol;
    std::string address;  ///< "127.0.0.1:1143"
    Tls tls = Tls::none;
    ConfigNode settings;  ///< the whole entry, for protocol-specific keys
};

/// A protocol a listener can name ("imap"). The kernel accepts, does implicit TLS and hands the connection over.
class POSTERN_SDK Protocol {
public:
    static constexpr InterfaceId interface_id{"postern.net.protocol", 1, 0};
    virtual ~Protocol();

    /// Checks protocol-specific keys of a listener. Part of `--check`.
    virtual void configure_listener(const ListenerInfo& listener, Diagnostics& problems);

    /// Serves one connection to its end, on the core where it was accepted; may move it and continue elsewhere with
    /// Runtime::spawn. `listener` outlives the connection. When the server stops, Connection::cancel is called:
    /// reads end with Errc::cancelled while Runtime::stopping() is true, and the protocol says goodbye (BYE).
    virtual Task<void> serve(std::unique_ptr<Connection> connection, const ListenerInfo& listener) = 0;

    /// What a client is told before being closed when too many are connected ("* BYE ...\r\n").
    virtual std::string refusal(std::string_view reason) const = 0;
};

}  // namespace postern
