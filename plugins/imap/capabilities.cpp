// The capabilities of the bare server, and the list with what extensions add (X2).
#include "core_engine.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

CapabilityList CoreEngine::capabilities(const Session& session) const {
    CapabilityList list;
    list.add("IMAP4rev1");
    if (session.state() == State::not_authenticated) {
        // connection() is not const for its streams; the facts asked for here are.
        Connection& connection = const_cast<Session&>(session).connection();
        if (connection.tls() == nullptr && connection.can_start_tls()) list.add("STARTTLS");
        if (!connection.is_private()) list.add("LOGINDISABLED");
        const SaslPeer peer{"imap", connection.peer_address(), connection.is_private(), connection.tls()};
        for (const auto& [name, mechanism] : registries_.mechanisms.names()) {
            if (mechanism->available(peer)) list.add("AUTH=" + name);
        }
    }
    for (const Capability* capability : registries_.capabilities.all()) capability->contribute(session, list);
    for (const std::string& hidden : settings_.hidden) list.remove(hidden);
    return list;
}

}  // namespace postern::imap
