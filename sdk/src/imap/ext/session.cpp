#include "postern/imap/ext/session.hpp"

#include "postern/imap/ext/announcer.hpp"

namespace postern::imap {

Slots::Base::~Base() = default;

SessionMode::~SessionMode() = default;
void SessionMode::entered(Session&) {}
Result<void> SessionMode::permit(const Session&, ArgumentKind) const {
    return {};
}

SelectedMailbox::SelectedMailbox() = default;
SelectedMailbox::SelectedMailbox(SelectedMailbox&&) noexcept = default;
SelectedMailbox& SelectedMailbox::operator=(SelectedMailbox&&) noexcept = default;
SelectedMailbox::~SelectedMailbox() = default;

Session::~Session() = default;

ResponseCodes::~ResponseCodes() = default;
int ResponseCodes::order() const {
    return 0;
}
std::string ResponseCodes::tagged_code(Session&, const Operation&) {
    return {};
}
void ResponseCodes::untagged(Session&, const Operation&, ResponseWriter&) {}

Announcer::~Announcer() = default;
bool Announcer::wants_wake(Session&) const {
    return false;
}
Task<Result<void>> Announcer::tell(Session*) {
    co_return Result<void>();
}
void Announcer::adjust(Session&, SelectedUpdates&) const {}
bool Announcer::has_more(Session&) const {
    return false;
}
Task<Result<void>> Announcer::tell_more(Session*) {
    co_return Result<void>();
}
bool Announcer::follows(Session&) const {
    return false;
}
Task<Result<void>> Announcer::announced(Session*, const mail::ViewChanges*) {
    co_return Result<void>();
}
Task<Result<void>> Announcer::answering(Session*) {
    co_return Result<void>();
}

}  // namespace postern::imap
