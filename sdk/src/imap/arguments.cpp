#include "postern/imap/arguments.hpp"

#include <utility>

#include "postern/imap/modified_utf7.hpp"

namespace postern::imap {

namespace {

Result<std::vector<Parameter>> optional_parameters(ArgumentCursor& in) {
    if (!in.skip_space()) return std::vector<Parameter>();
    return in.parameters();
}

/// "+FLAGS.SILENT" taken apart.
void split_store_item(std::string word, StoreArguments& out) {
    constexpr std::string_view suffix = ".SILENT";
    if (word.front() == '+') out.mode = StoreMode::add;
    if (word.front() == '-') out.mode = StoreMode::remove;
    if (out.mode != StoreMode::replace) word.erase(0, 1);
    if (word.ends_with(suffix)) {
        out.silent = true;
        word.erase(word.size() - suffix.size());
    }
    out.item = std::move(word);
}

/// A pattern that is not modified UTF-7 names no mailbox and is no error: it simply has to match nothing more than
/// what it says.
Result<std::string> parse_pattern(ArgumentCursor& in) {
    const auto wire = in.list_mailbox();
    if (!wire) return wire.error();
    if (in.features().utf8_mailbox_names) return std::string(*wire);
    auto decoded = decode_modified_utf7(*wire);
    return decoded ? std::move(*decoded) : std::string(*wire);
}

Result<void> parse_patterns(ArgumentCursor& in, ListArguments& out) {
    if (!in.skip('(')) {
        auto pattern = parse_pattern(in);
        if (!pattern) return pattern.error();
        out.patterns.push_back(std::move(*pattern));
        return {};
    }
    out.extended = true;
    for (;;) {
        auto pattern = parse_pattern(in);
        if (!pattern) return pattern.error();
        out.patterns.push_back(std::move(*pattern));
        const auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return {};
    }
}

Result<void> parse_list_return(ArgumentCursor& in, ListArguments& out) {
    if (!in.match_keyword("RETURN")) return in.expected("RETURN");
    if (const auto r = in.space(); !r) return r;
    auto returns = in.parameters();
    if (!returns) return returns.error();
    out.returns = std::move(*returns);
    out.has_return = true;
    out.extended = true;
    return {};
}

}  // namespace

Result<StoreArguments> parse_store(ArgumentCursor& in) {
    StoreArguments out;
    auto set = in.sequence_set();
    if (!set) return set.error();
    out.set = std::move(*set);
    if (const auto r = in.space(); !r) return r.error();
    if (in.peek() == '(') {
        auto modifiers = in.parameters();
        if (!modifiers) return modifiers.error();
        out.modifiers = std::move(*modifiers);
        if (const auto r = in.space(); !r) return r.error();
    }
    const std::size_t begin = in.mark();
    auto word = in.keyword();
    if (!word) return word.error();
    split_store_item(std::move(*word), out);
    if (out.item.empty()) {
        in.rewind(begin);
        return in.expected("a STORE item");
    }
    if (const auto r = in.space(); !r) return r.error();
    out.begin = in.position();
    if (out.item != "FLAGS") return out;
    auto flags = in.flags();
    if (!flags) return flags.error();
    out.flags = std::move(*flags);
    if (const auto r = in.end(); !r) return r.error();
    return out;
}

Result<StatusArguments> parse_status(ArgumentCursor& in) {
    StatusArguments out;
    auto mailbox = in.mailbox();
    if (!mailbox) return mailbox.error();
    out.mailbox = std::move(*mailbox);
    if (const auto r = in.space(); !r) return r.error();
    auto items = in.name_list();
    if (!items) return items.error();
    out.items = std::move(*items);
    if (const auto r = in.end(); !r) return r.error();
    return out;
}

Result<ListArguments> parse_list(ArgumentCursor& in) {
    ListArguments out;
    if (in.peek() == '(') {
        auto selection = in.parameters();
        if (!selection) return selection.error();
        out.selection = std::move(*selection);
        out.extended = true;
        if (const auto r = in.space(); !r) return r.error();
    }
    auto reference = parse_pattern(in);
    if (!reference) return reference.error();
    out.reference = std::move(*reference);
    if (const auto r = in.space(); !r) return r.error();
    if (const auto r = parse_patterns(in, out); !r) return r.error();
    if (in.skip_space()) {
        if (const auto r = parse_list_return(in, out); !r) return r.error();
    }
    if (const auto r = in.end(); !r) return r.error();
    return out;
}

Result<MailboxArguments> parse_mailbox_arguments(ArgumentCursor& in) {
    MailboxArguments out;
    auto mailbox = in.mailbox();
    if (!mailbox) return mailbox.error();
    out.mailbox = std::move(*mailbox);
    auto parameters = optional_parameters(in);
    if (!parameters) return parameters.error();
    out.parameters = std::move(*parameters);
    if (const auto r = in.end(); !r) return r.error();
    return out;
}

}  // namespace postern::imap
