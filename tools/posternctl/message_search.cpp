#include "tools/posternctl/message_search.hpp"

#include <algorithm>

#include "postern/imap/search_parser.hpp"
#include "postern/mail/whole_content.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"
#include "postern/mime/text.hpp"

namespace posternctl {

using namespace postern;
using imap::SearchNode;

namespace {

using Kind = SearchNode::Kind;

/// One message; its content only once it was loaded.
struct Candidate {
    const mail::Mailbox& mailbox;
    mail::Slot slot;
    const mail::StoredMessage& stored;
    const std::string* content = nullptr;
};

enum class Answer { no, yes, unknown };

Answer answer(bool yes) {
    return yes ? Answer::yes : Answer::no;
}

/// Days since 1970, of the wall clock where the date was given.
std::int64_t day_of(std::int64_t seconds) {
    return seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
}

Answer compare_day(Kind kind, std::int64_t day, std::chrono::year_month_day date) {
    const std::int64_t wanted = std::chrono::sys_days(date).time_since_epoch().count();
    if (kind == Kind::internal_before || kind == Kind::sent_before) return answer(day < wanted);
    if (kind == Kind::internal_on || kind == Kind::sent_on) return answer(day == wanted);
    return answer(day >= wanted);
}

bool has_keyword(const Candidate& message, const std::string& name) {
    const auto index = message.mailbox.find_keyword(name);
    if (!index) return false;
    return std::ranges::count(message.mailbox.keyword_set(message.mailbox.columns().keywords[message.slot]),
                              *index) > 0;
}

Answer in_header(const Candidate& message, const SearchNode& node) {
    if (message.content == nullptr) return Answer::unknown;
    const std::string_view all = *message.content;
    const std::string_view header = all.substr(0, mime::header_length(all));
    for (mime::HeaderReader reader(header); const mime::Field* field = reader.next();) {
        if (!mime::equal_ascii_nocase(field->name, node.name)) continue;
        if (mime::fold(mime::decode_header(field->value)).find(node.text) != std::string::npos)
            return Answer::yes;
    }
    return Answer::no;
}

Answer in_text(const Candidate& message, const SearchNode& node) {
    if (message.content == nullptr) return Answer::unknown;
    const auto scope = node.kind == Kind::body ? mime::TextScope::body : mime::TextScope::all;
    return answer(mime::searchable_text(*message.content, scope).find(node.text) != std::string::npos);
}

Answer evaluate(const SearchNode& node, const Candidate& message);

Answer evaluate_all(const SearchNode& node, const Candidate& message) {
    const Answer decides = node.kind == Kind::conjunction ? Answer::no : Answer::yes;
    bool unknown = false;
    for (const SearchNode& child : node.children) {
        const Answer one = evaluate(child, message);
        if (one == decides) return decides;
        unknown = unknown || one == Answer::unknown;
    }
    if (unknown) return Answer::unknown;
    return decides == Answer::no ? Answer::yes : Answer::no;
}

Answer evaluate_sent(const SearchNode& node, const Candidate& message) {
    const auto sent = message.stored.record.sent_date();
    if (!sent) return Answer::no;
    return compare_day(node.kind, day_of(sent->local()), node.date);
}

Answer evaluate(const SearchNode& node, const Candidate& message) {
    const mail::Columns columns = message.mailbox.columns();
    switch (node.kind) {
        case Kind::conjunction:
        case Kind::disjunction:
            return evaluate_all(node, message);
        case Kind::negation: {
            const Answer inner = evaluate(node.children.front(), message);
            return inner == Answer::unknown ? inner : answer(inner == Answer::no);
        }
        case Kind::uid_set:
            return answer(node.set.resolve(columns.uid.back()).contains(columns.uid[message.slot]));
        case Kind::system_flag:
            return answer((columns.flags[message.slot] & node.flag) != 0);
        case Kind::keyword:
            return answer(has_keyword(message, node.text));
        case Kind::header:
            return in_header(message, node);
        case Kind::body:
        case Kind::text:
            return in_text(message, node);
        case Kind::larger:
            return answer(columns.size[message.slot] > node.number);
        case Kind::smaller:
            return answer(columns.size[message.slot] < node.number);
        case Kind::internal_before:
        case Kind::internal_on:
        case Kind::internal_since:
            return compare_day(node.kind,
                               day_of(columns.internal_date[message.slot] + columns.zone[message.slot] * 60),
                               node.date);
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            return evaluate_sent(node, message);
        default:
            return answer(node.kind == Kind::all);
    }
}

Task<Result<bool>> matches(mail::Account* account, const mail::Mailbox* mailbox, mail::Slot slot,
                           mail::StoredMessagePtr stored, const SearchNode* keys) {
    Answer found = evaluate(*keys, {*mailbox, slot, *stored});
    if (found != Answer::unknown) co_return found == Answer::yes;
    auto content = co_await mail::read_whole(account, stored);
    if (!content) co_return content.error();
    found = evaluate(*keys, {*mailbox, slot, *stored, content->get()});
    co_return found == Answer::yes;
}

}  // namespace

Result<SearchNode> parse_search(const std::string& keys) {
    imap::SearchParser parser;
    imap::ArgumentCursor cursor(keys);
    // A terminal speaks UTF-8.
    auto charset = parser.set_charset("UTF-8");
    if (!charset) return charset.error();
    auto tree = parser.keys(cursor);
    if (!tree) return tree;
    if (tree->any([](const SearchNode& node) { return node.kind == Kind::message_set; }))
        return Error(Errc::unsupported, "messages have no numbers here: UID 1:9 means UIDs");
    return tree;
}

Task<Result<std::vector<Uid>>> find_messages(std::shared_ptr<mail::Account> account,
                                             std::shared_ptr<mail::Mailbox> mailbox, const SearchNode* keys) {
    constexpr std::size_t at_once = 200;
    const auto view = mailbox->open_view(true);
    std::vector<mail::Slot> slots;
    for (mail::Slot slot = view->lower_bound(1); slot != mail::no_slot; slot = view->next(slot))
        slots.push_back(slot);
    std::vector<Uid> found;
    for (std::size_t begin = 0; begin < slots.size(); begin += at_once) {
        const std::size_t end = std::min(slots.size(), begin + at_once);
        std::vector<MessageId> ids;
        for (std::size_t i = begin; i < end; ++i) ids.push_back(mailbox->columns().message[slots[i]]);
        auto stored = co_await account->load_messages(std::move(ids));
        if (!stored) co_return stored.error();
        for (std::size_t i = begin; i < end; ++i) {
            mail::StoredMessagePtr message = (*stored)[i - begin];
            if (!message) continue;
            auto matched = co_await matches(account.get(), mailbox.get(), slots[i], std::move(message), keys);
            if (!matched) co_return matched.error();
            if (*matched) found.push_back(mailbox->columns().uid[slots[i]]);
        }
    }
    co_return found;
}

}  // namespace posternctl
