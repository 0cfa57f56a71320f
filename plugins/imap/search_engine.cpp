// SEARCH: parsing to a plan, running it over the view, the reply.
#include <algorithm>

#include "core_engine.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/mime/text.hpp"
#include "postern/runtime/lane.hpp"
#include "read_ahead.hpp"
#include "search_program.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t chunk_size = 512;
constexpr std::size_t content_chunk = 64;     ///< messages whose content is asked for at once
constexpr std::size_t batch_limit = 1 << 20;  ///< octets decoded by one job
constexpr std::size_t few_messages = 16;

/// Text of one message, made on a lane: decoding a large message takes long.
struct DecodedText {
    std::string body;
    std::string all;
};

/// One search as it runs: each pass decides what it can and leaves the rest to the next, dearer one.
class SearchRun {
public:
    SearchRun(SearchPlan* plan, SearchProgram program) : plan_(*plan), program_(std::move(program)) {}
    Task<Result<void>> run();

private:
    Task<void> ask_index();
    Result<void> by_columns();
    std::vector<mail::Slot> candidates() const;
    bool stops_at_first(bool& from_end) const;
    Task<Result<void>> by_records();
    Task<Result<void>> by_content();
    /// Decides by the header, or adds the message to the batch.
    Task<Result<void>> by_header(mail::StoredMessagePtr stored, mail::Slot slot);
    /// Decodes the batch and decides it.
    Task<Result<void>> by_text();
    Task<Result<std::string>> read(mail::StoredMessagePtr stored, std::uint64_t size);
    void note(mail::Slot slot, Answer answer);
    FetchedMessage message_at(mail::Slot slot, const mail::Columns& columns) const;
    FetchedMessage no_message(const mail::Columns& columns) const;

    SearchPlan& plan_;
    SearchProgram program_;
    std::vector<mail::Slot> found_;
    std::vector<mail::Slot> undecided_;
    std::vector<mail::Slot> next_undecided_;

    /// Messages that wait for their text.
    struct Waiting {
        mail::Slot slot;
        mail::StoredMessagePtr stored;
        std::string header;
    };
    std::vector<Waiting> batch_;
    std::vector<std::string> contents_;  ///< of the batch
    std::size_t batch_octets_ = 0;
};

FetchedMessage SearchRun::no_message(const mail::Columns& columns) const {
    FetchedMessage message;
    message.mailbox = plan_.session.selected()->mailbox.get();
    message.columns = &columns;
    return message;
}

FetchedMessage SearchRun::message_at(mail::Slot slot, const mail::Columns& columns) const {
    FetchedMessage message = no_message(columns);
    message.slot = slot;
    message.uid = columns.uid[slot];
    return message;
}

void SearchRun::note(mail::Slot slot, Answer answer) {
    if (answer == Answer::yes) found_.push_back(slot);
    if (answer == Answer::unknown) next_undecided_.push_back(slot);
}

std::vector<mail::Slot> SearchRun::candidates() const {
    if (plan_.candidates) return *plan_.candidates;
    if (program_.bounds()) {
        // Bounds of extensions may name messages this view does not have.
        std::vector<mail::Slot> slots;
        for (const mail::Slot slot : *program_.bounds()) {
            if (plan_.session.selected()->view->number_of(slot) != 0) slots.push_back(slot);
        }
        return slots;
    }
    const mail::View& view = *plan_.session.selected()->view;
    std::vector<mail::Slot> slots;
    slots.reserve(view.count());
    for (mail::Slot s = view.lower_bound(1); s != mail::no_slot; s = view.next(s)) slots.push_back(s);
    return slots;
}

bool SearchRun::stops_at_first(bool& from_end) const {
    if (plan_.returns.empty() || plan_.sorted) return false;
    const auto extent = plan_.returns.front()->extent();
    from_end = extent == SearchReturn::Extent::highest;
    if (extent == SearchReturn::Extent::all) return false;
    return std::ranges::all_of(plan_.returns, [&](const auto& r) { return r->extent() == extent; });
}

Result<void> SearchRun::by_columns() {
    std::vector<mail::Slot> slots = candidates();
    auto permitted = plan_.session.working_on(slots);
    if (!permitted) return permitted;
    bool from_end = false;
    const bool first_only = stops_at_first(from_end);
    if (from_end) std::ranges::reverse(slots);
    const mail::Columns columns = plan_.session.selected()->mailbox->columns();
    SearchedMessage searched;
    searched.message = no_message(columns);
    for (const mail::Slot slot : slots) {
        searched.message.slot = slot;
        searched.message.uid = columns.uid[slot];
        note(slot, program_.evaluate(searched));
        if (first_only && next_undecided_.empty() && !found_.empty()) break;
    }
    undecided_ = std::move(next_undecided_);
    next_undecided_.clear();
    if (from_end) std::ranges::reverse(undecided_);
    return {};
}

Task<Result<void>> SearchRun::by_records() {
    for (std::size_t begin = 0; begin < undecided_.size(); begin += chunk_size) {
        const std::size_t end = std::min(undecided_.size(), begin + chunk_size);
        std::vector<mail::Slot> slots(undecided_.begin() + static_cast<std::ptrdiff_t>(begin),
                                      undecided_.begin() + static_cast<std::ptrdiff_t>(end));
        auto loaded = co_await plan_.session.engine().load(&plan_.session, std::move(slots));
        if (!loaded) co_return loaded.error();
        const mail::Columns columns = plan_.session.selected()->mailbox->columns();
        SearchedMessage searched;
        searched.level = Level::record;
        searched.message = no_message(columns);
        for (std::size_t i = begin; i < end; ++i) {
            if (!(*loaded)[i - begin]) continue;
            searched.message.slot = undecided_[i];
            searched.message.uid = columns.uid[undecided_[i]];
            searched.message.stored = std::move((*loaded)[i - begin]);
            note(undecided_[i], program_.evaluate(searched));
        }
        plan_.session.progress(end, undecided_.size());
        auto sent = co_await plan_.session.drain();
        if (!sent) co_return sent.error();
    }
    undecided_ = std::move(next_undecided_);
    next_undecided_.clear();
    co_return Result<void>();
}

Task<Result<std::string>> SearchRun::read(mail::StoredMessagePtr stored, std::uint64_t size) {
    std::string octets;
    octets.reserve(size);
    mail::Account* account = plan_.session.account();
    while (octets.size() < size) {
        auto piece = co_await account->read_content(stored, octets.size(), size - octets.size());
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        octets += *piece;
    }
    co_return octets;
}

Task<Result<void>> SearchRun::by_header(mail::StoredMessagePtr stored, mail::Slot slot) {
    SearchedMessage searched;
    auto header = co_await read(stored, stored->record.header_length());
    if (!header) co_return header.error();
    searched.level = Level::header;
    searched.header = *header;
    Answer answer = Answer::unknown;
    {
        const mail::Columns columns = plan_.session.selected()->mailbox->columns();
        searched.message = message_at(slot, columns);
        searched.message.stored = stored;
        answer = program_.evaluate(searched);
    }
    if (answer != Answer::unknown) {
        note(slot, answer);
        co_return Result<void>();
    }
    auto content = co_await read(stored, stored->record.size());
    if (!content) co_return content.error();
    batch_octets_ += content->size();
    batch_.push_back({slot, std::move(stored), std::move(*header)});
    contents_.push_back(std::move(*content));
    co_return Result<void>();
}

Task<Result<void>> SearchRun::by_text() {
    using Texts = std::vector<DecodedText>;
    std::function<Result<Texts>()> job = [contents = std::move(contents_), body = program_.needs_body_text(),
                                          all = program_.needs_all_text()]() -> Result<Texts> {
        Texts texts(contents.size());
        for (std::size_t i = 0; i < contents.size(); ++i) {
            if (body) texts[i].body = mime::searchable_text(contents[i], mime::TextScope::body);
            if (all) texts[i].all = mime::searchable_text(contents[i], mime::TextScope::all);
        }
        return texts;
    };
    contents_.clear();
    const std::uint64_t key = value_of(plan_.session.account()->id());
    auto texts = co_await run_on_lane<Texts>(plan_.session.runtime(), LaneKind::cpu, key, std::move(job));
    if (!texts) co_return texts.error();
    const mail::Columns columns = plan_.session.selected()->mailbox->columns();
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        SearchedMessage searched;
        searched.level = Level::content;
        searched.message = message_at(batch_[i].slot, columns);
        searched.message.stored = std::move(batch_[i].stored);
        searched.header = batch_[i].header;
        searched.body_text = (*texts)[i].body;
        searched.all_text = (*texts)[i].all;
        note(batch_[i].slot, program_.evaluate(searched));
    }
    batch_.clear();
    batch_octets_ = 0;
    co_return Result<void>();
}

Task<Result<void>> SearchRun::by_content() {
    for (std::size_t begin = 0; begin < undecided_.size(); begin += content_chunk) {
        const std::size_t end = std::min(undecided_.size(), begin + content_chunk);
        std::vector<mail::Slot> slots(undecided_.begin() + static_cast<std::ptrdiff_t>(begin),
                                      undecided_.begin() + static_cast<std::ptrdiff_t>(end));
        auto loaded = co_await plan_.session.engine().load(&plan_.session, std::move(slots));
        if (!loaded) co_return loaded.error();
        ReadAhead ahead(content_chunk);
        for (std::size_t i = 0; i < loaded->size(); ++i) {
            if (!(*loaded)[i]) continue;
            co_await ahead.need(plan_.session.account(), &*loaded, i);
            auto examined = co_await by_header((*loaded)[i], undecided_[begin + i]);
            if (!examined) co_return examined.error();
            if (batch_octets_ < batch_limit) continue;
            auto decided = co_await by_text();
            if (!decided) co_return decided.error();
        }
        plan_.session.progress(end, undecided_.size());
        auto sent = co_await plan_.session.drain();
        if (!sent) co_return sent.error();
    }
    auto decided = co_await by_text();
    co_return decided;
}

/// Not for a few messages: they are read as fast.
Task<void> SearchRun::ask_index() {
    std::vector<std::string> texts = program_.texts();
    if (texts.empty() || (plan_.candidates && plan_.candidates->size() < few_messages)) co_return;
    mail::Account& account = plan_.session.selected()->mailbox->account();
    auto candidates = co_await account.find_text(std::move(texts));
    program_.narrow(std::move(candidates));
}

Task<Result<void>> SearchRun::run() {
    co_await ask_index();
    auto begun = by_columns();
    if (!begun) co_return begun.error();
    if (!undecided_.empty()) {
        auto done = co_await by_records();
        if (!done) co_return done.error();
    }
    if (!undecided_.empty()) {
        auto done = co_await by_content();
        if (!done) co_return done.error();
    }
    std::ranges::sort(found_);
    plan_.result = std::move(found_);
    co_return Result<void>();
}

Error bad_charset(const Error& error) {
    std::string text = "[BADCHARSET (";
    for (const std::string_view name : supported_charsets()) {
        if (text.back() != '(') text += ' ';
        text += name;
    }
    return Error(Errc::unsupported, text + ")] " + error.text);
}

/// The command will be answered NO, or not at all: return options that keep something are told. BAD changes nothing.
Error tell_failure(SearchPlan& plan, Error error) {
    if (error.code == Errc::protocol_violation) return error;
    for (const auto& option : plan.returns) option->failed(plan);
    return error;
}

/// X7: modes may forbid message numbers and CHARSET.
Result<void> ask_modes(const SearchPlan& plan, bool charset_given) {
    if (charset_given) {
        auto permitted = plan.session.permit(ArgumentKind::charset);
        if (!permitted) return permitted;
    }
    if (plan.uses_numbers()) return plan.session.permit(ArgumentKind::message_number);
    return {};
}

}  // namespace

Result<void> CoreEngine::parse_search_returns(SearchPlan& plan, ArgumentCursor& in) {
    const std::size_t begin = in.mark();
    if (registries_.search_returns.all().empty() || !in.skip_space() || !in.match_keyword("RETURN")) {
        in.rewind(begin);
        return {};
    }
    auto space = in.space();
    if (!space) return space;
    auto parameters = in.parameters();
    if (!parameters) return parameters.error();
    plan.extended = true;
    if (parameters->empty()) {
        for (const auto& [name, option] : registries_.search_returns.names()) {
            if (!option->is_default()) continue;
            Parameter standard;
            standard.name = name;
            parameters->push_back(std::move(standard));
        }
    }
    for (const Parameter& parameter : *parameters) {
        SearchReturnOption* option = registries_.search_returns.find(parameter.name);
        if (option == nullptr)
            return Error(Errc::protocol_violation, "Unknown return option " + parameter.name);
        ArgumentCursor value = in.sub(parameter.begin, parameter.end);
        auto prepared = option->prepare(plan, parameter, value);
        if (!prepared) return prepared.error();
        plan.returns.push_back(std::move(*prepared));
    }
    for (const auto& option : plan.returns) {
        auto checked = option->check(plan);
        if (!checked) return checked;
    }
    return {};
}

SearchParser CoreEngine::make_parser(Session& session) {
    return SearchParser([this, &session](std::string_view keyword) -> SearchKeyParser {
        SearchKey* key = registries_.search_keys.find(std::string(keyword));
        if (key == nullptr) return {};
        return [key, &session](std::string_view, ArgumentCursor& in, SearchParser& parser) {
            return key->parse(session, in, parser);
        };
    });
}

Result<void> CoreEngine::parse_search_program(SearchPlan& plan, ArgumentCursor& in) {
    auto space = in.space();
    if (!space) return space;
    // What the client says; a key may set a charset for what it stands for.
    const std::size_t begin = in.mark();
    const bool charset_given = in.match_keyword("CHARSET");
    in.rewind(begin);
    SearchParser parser = make_parser(plan.session);
    auto tree = parser.program(in);
    if (!tree) {
        const bool charset = tree.error().code == Errc::unsupported;
        return tell_failure(plan, charset ? bad_charset(tree.error()) : tree.error());
    }
    plan.tree = std::move(*tree);
    return ask_modes(plan, charset_given);
}

Result<void> CoreEngine::parse_search_with_charset(SearchPlan& plan, ArgumentCursor& in) {
    auto name = in.astring();
    if (!name) return name.error();
    SearchParser parser = make_parser(plan.session);
    auto set = parser.set_charset(*name);
    if (!set) return tell_failure(plan, bad_charset(set.error()));
    auto space = in.space();
    if (!space) return space;
    auto tree = parser.keys(in);
    if (!tree) return tell_failure(plan, tree.error());
    plan.tree = std::move(*tree);
    // The charset has to be named here: what modes want is then UTF-8, and that is what it may say.
    return ask_modes(plan, !equals_ignore_case(*name, "UTF-8"));
}

Task<Result<void>> CoreEngine::search(SearchPlan* plan) {
    auto program = SearchProgram::compile(plan->session, plan->tree, registries_);
    Result<void> done;
    if (!program) {
        done = program.error();
    } else {
        SearchRun run(plan, std::move(*program));
        done = co_await run.run();
    }
    if (!done) co_return tell_failure(*plan, done.error());
    co_return done;
}

Result<void> CoreEngine::reply_to_search(SearchPlan& plan) {
    SearchReply reply;
    reply.extended = plan.extended;
    for (const auto& option : plan.returns) {
        auto finished = option->finish(plan, reply);
        if (!finished) return finished;
    }
    for (SearchDecorator* decorator : registries_.search_decorators.all()) decorator->decorate(plan, reply);
    ResponseWriter out = plan.session.writer();
    write_search_reply(out, plan, reply);
    return {};
}

}  // namespace postern::imap
