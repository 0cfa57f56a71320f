#include "postern/net/protocol.hpp"
#include "postern/net/stream.hpp"

namespace postern {

Stream::~Stream() = default;
Connection::~Connection() = default;
Dialer::~Dialer() = default;
Protocol::~Protocol() = default;

void Protocol::configure_listener(const ListenerInfo& /*listener*/, Diagnostics& /*problems*/) {}

}  // namespace postern
