#include "postern/imap/ext/fetch_item.hpp"

#include <algorithm>

#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/imap/ext/store_modifier.hpp"

namespace postern::imap {

ResponseFilter::~ResponseFilter() = default;
int ResponseFilter::order() const {
    return 0;
}
bool ResponseFilter::write_expunged(Session&, std::span<const mail::ViewChanges::Expunged>, ResponseWriter&) {
    return false;
}
bool ResponseFilter::write_fetch_head(Session&, const FetchedMessage&, ResponseWriter&) {
    return false;
}
bool ResponseFilter::wants_uid() const {
    return false;
}
bool ResponseFilter::wants_uid_with_flags() const {
    return false;
}
void ResponseFilter::add_to_flags(Session&, const FetchedMessage&, ResponseWriter&) {}
bool ResponseFilter::answers_silent_store() const {
    return false;
}

void write_vanished(std::span<const mail::ViewChanges::Expunged> messages, ResponseWriter& out) {
    std::vector<Uid> uids;
    uids.reserve(messages.size());
    for (const auto& message : messages) uids.push_back(message.uid);
    out.untagged().atom("VANISHED").set(UidSet::from_numbers(std::move(uids))).end_line();
}

FetchEmitter::~FetchEmitter() = default;
bool FetchEmitter::sets_seen() const {
    return false;
}
Task<Result<void>> FetchEmitter::write_content(Session*, FetchedMessage, ResponseWriter*) {
    co_return Error(Errc::internal, "a FETCH item without content was asked for its content");
}

FetchItemHandler::~FetchItemHandler() = default;
bool FetchItemHandler::takes_arguments() const {
    return false;
}

FetchPlan::~FetchPlan() = default;
bool FetchPlan::has(std::string_view item) const {
    return std::ranges::any_of(emitters, [&](const auto& e) { return e->name() == item; });
}

FetchStage::~FetchStage() = default;
Result<void> FetchStage::check(FetchPlan&) {
    return {};
}
Result<void> FetchStage::narrow(FetchPlan&) {
    return {};
}
void FetchStage::before(FetchPlan&, ResponseWriter&) {}
void FetchStage::after(FetchPlan&, ResponseWriter&) {}

FetchModifier::~FetchModifier() = default;
StoreModifier::~StoreModifier() = default;

}  // namespace postern::imap
