#include "postern/imap/ext/search_option.hpp"

#include "postern/imap/ext/session.hpp"

namespace postern::imap {

SearchKey::~SearchKey() = default;
Need SearchKey::need(const SearchExtension&) const {
    return Need::columns;
}
bool SearchKey::matches(Session&, const SearchExtension&, const FetchedMessage&) const {
    return false;
}
bool SearchKey::matches_text(Session&, const SearchExtension&, const FetchedMessage&,
                             const SearchedText&) const {
    return false;
}
std::optional<std::vector<mail::Slot>> SearchKey::candidates(Session&, const SearchExtension&) const {
    return std::nullopt;
}

SearchOrder::~SearchOrder() = default;

SearchPlan::~SearchPlan() = default;
bool SearchPlan::uses_numbers() const {
    return tree.any([](const SearchNode& node) {
        return node.kind == SearchNode::Kind::message_set && !node.set.is_reference();
    });
}
bool SearchPlan::uses(std::string_view extension_key) const {
    return tree.any([&](const SearchNode& node) {
        return node.kind == SearchNode::Kind::extension && node.extension->name() == extension_key;
    });
}

SearchReturn::~SearchReturn() = default;
SearchReturn::Extent SearchReturn::extent() const {
    return Extent::all;
}
Result<void> SearchReturn::check(SearchPlan&) {
    return {};
}
void SearchReturn::failed(SearchPlan&) {}

SearchReturnOption::~SearchReturnOption() = default;
bool SearchReturnOption::is_default() const {
    return false;
}
SearchDecorator::~SearchDecorator() = default;
SetReference::~SetReference() = default;

NumberSet result_numbers(const SearchPlan& plan) {
    return plan.session.numbers_of(plan.result, plan.uid);
}

std::string result_set(const SearchPlan& plan, std::span<const mail::Slot> slots) {
    if (!plan.sorted) return plan.session.numbers_of(slots, plan.uid).to_string();
    const SelectedMailbox& selected = *plan.session.selected();
    const mail::Columns columns = selected.mailbox->columns();
    std::string text;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    const auto end_range = [&] {
        if (first == 0) return;
        if (!text.empty()) text += ',';
        text += std::to_string(first);
        if (last != first) text += ':' + std::to_string(last);
    };
    for (const mail::Slot slot : slots) {
        const std::uint32_t number = plan.uid ? columns.uid[slot] : selected.view->number_of(slot);
        if (number == 0) continue;
        if (first == 0 || number != last + 1) {
            end_range();
            first = number;
        }
        last = number;
    }
    end_range();
    return text;
}

void write_search_reply(ResponseWriter& out, const SearchPlan& plan, const SearchReply& reply) {
    if (reply.suppressed) return;
    out.untagged();
    if (reply.extended) {
        out.atom("ESEARCH").open().atom("TAG").quoted(plan.tag);
        if (!plan.correlators.empty()) out.encoded(plan.correlators);
        out.close();
        if (plan.uid) out.atom("UID");
        for (const auto& [name, value] : reply.items) out.atom(name).encoded(value);
    } else {
        out.atom(plan.command);
        const auto view = plan.session.selected();
        const mail::Columns columns = view->mailbox->columns();
        for (mail::Slot slot : plan.result) {
            out.number(plan.uid ? columns.uid[slot] : view->view->number_of(slot));
        }
        if (!reply.trailer.empty()) out.encoded(reply.trailer);
    }
    out.end_line();
}

}  // namespace postern::imap
