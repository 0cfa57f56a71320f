#include "postern/imap/ext/capability.hpp"

#include <algorithm>

#include "postern/imap/ext/listener_extensions.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

void CapabilityList::add(std::string token) {
    if (!has(token)) tokens_.push_back(std::move(token));
}
void CapabilityList::remove(std::string_view token) {
    std::erase_if(tokens_, [&](const std::string& t) { return equals_ignore_case(t, token); });
}
bool CapabilityList::has(std::string_view token) const {
    return std::ranges::any_of(tokens_, [&](const std::string& t) { return equals_ignore_case(t, token); });
}

Capability::~Capability() = default;
int Capability::order() const {
    return 0;
}

void StaticCapability::contribute(const Session& session, CapabilityList& list) const {
    const Phase now =
        session.state() == State::not_authenticated ? Phase::before_sign_in : Phase::after_sign_in;
    if ((static_cast<unsigned>(phase_) & static_cast<unsigned>(now)) == 0) return;
    for (const std::string& token : tokens_) list.add(token);
}

Feature::~Feature() = default;
EnableToken::~EnableToken() = default;
ListenerExtensions::~ListenerExtensions() = default;

}  // namespace postern::imap
