#include <algorithm>

#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/append_source.hpp"
#include "postern/imap/ext/engine.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/ext/sort_key.hpp"
#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {

SortKey::~SortKey() = default;
bool SortKey::is_text() const {
    return false;
}
std::int64_t SortKey::number(Session&, const FetchedMessage&) const {
    return 0;
}
std::string_view SortKey::text(const FetchedMessage&) const {
    return {};
}

SelectStage::~SelectStage() = default;
Result<void> SelectStage::before_open(Session&) {
    return {};
}
Task<Result<void>> SelectStage::opened(Session*) {
    co_return Result<void>();
}
SelectParameter::~SelectParameter() = default;
CreateParameter::~CreateParameter() = default;

StatusItem::~StatusItem() = default;
bool StatusItem::needs_open(const mail::MailboxInfo&) const {
    return false;
}
void StatusItem::requested(Session&) {}

ListPlan::~ListPlan() = default;
bool ListPlan::decorates(std::string_view name) const {
    return std::ranges::any_of(decorators, [&](const auto& d) { return d->name() == name; });
}
bool ListPlan::filters_by(std::string_view name) const {
    return std::ranges::any_of(filters, [&](const auto& f) { return f->name() == name; });
}

ListFilter::~ListFilter() = default;
Result<void> ListFilter::check(ListPlan&) {
    return {};
}
bool ListFilter::accepts(ListPlan&, const ListEntry&) const {
    return true;
}
void ListFilter::adjust(ListPlan&, std::vector<ListEntry>&, std::vector<bool>&) {}
ListSelection::~ListSelection() = default;

ListDecorator::~ListDecorator() = default;
Task<Result<void>> ListDecorator::load(Session*, const std::vector<ListEntry>*) {
    co_return Result<void>();
}
void ListDecorator::contribute(ListPlan&, ListEntry&) const {}
bool ListDecorator::has_extended(const ListPlan&, const ListEntry&) const {
    return false;
}
void ListDecorator::write_extended(ListPlan&, const ListEntry&, ResponseWriter&) const {}
Task<Result<void>> ListDecorator::after(Session*, const ListEntry*) {
    co_return Result<void>();
}
ListReturn::~ListReturn() = default;
MailboxAttributes::~MailboxAttributes() = default;
bool MailboxAttributes::hides(Session&, const ListEntry&) const {
    return false;
}

AppendSource::~AppendSource() = default;
LiteralDecision AppendSource::literal(Session&, const LiteralOffer&, ArgumentCursor&) {
    LiteralDecision decision;
    decision.kind = LiteralDecision::Kind::stream;
    return decision;
}
AppendOption::~AppendOption() = default;
AppendFilter::~AppendFilter() = default;

Engine::~Engine() = default;

MailboxAccess::~MailboxAccess() = default;

}  // namespace postern::imap
