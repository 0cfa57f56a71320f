// FETCH: parsing to a plan, and the loop that writes responses (RFC 3501 section 6.4.5). Immutable parts are loaded a
// chunk of messages at a time, output is sent whenever the buffer is full.
#include <algorithm>

#include "core_engine.hpp"
#include "flag_watch.hpp"
#include "read_ahead.hpp"
#include "session.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t chunk_size = 256;

/// Writes the responses of one plan.
class FetchRun {
public:
    explicit FetchRun(FetchPlan* plan) : plan_(*plan), session_(static_cast<ServerSession&>(plan->session)) {}

    Task<Result<void>> run();

private:
    Task<Result<void>> load_chunk(std::size_t begin, std::size_t end);
    /// Writes until the chunk ends, the output is full or content is needed; that emitter is left in `waiting_`.
    void write_some(std::size_t end);
    Task<Result<void>> write_waiting();
    bool begin_message(const mail::Columns& columns);
    void end_message();
    bool bring_columns_forward();
    Task<Result<void>> mark_seen(std::size_t begin, std::size_t end);

    FetchPlan& plan_;
    ServerSession& session_;
    bool need_record_ = false;
    bool sets_seen_ = false;
    std::size_t chunk_begin_ = 0;
    std::vector<mail::StoredMessagePtr> stored_;  ///< of the chunk, if anybody needs it
    std::size_t next_ = 0;                        ///< index in plan_.slots
    FetchedMessage message_;
    std::size_t next_emitter_ = 0;
    ReadAhead content_;               ///< of stored_
    bool within_ = false;             ///< a response is begun
    std::size_t response_begin_ = 0;  ///< of the response in the output, as octets since the session began
    ResponseWriter out_ = session_.writer();
    std::vector<mail::Slot> delivered_;  ///< of the chunk: to be marked as seen
    bool missing_ = false;               ///< some message could not be loaded
    Error failure_;
    bool failed_ = false;
};

std::uint64_t written(ServerSession& session) {
    return session.sent() + session.output().size();
}

bool FetchRun::begin_message(const mail::Columns& columns) {
    const mail::Slot slot = plan_.slots[next_];
    message_.slot = slot;
    message_.number = session_.selected()->view->number_of(slot);
    message_.uid = columns.uid[slot];
    if (need_record_) message_.stored = stored_[next_ - chunk_begin_];
    if (message_.number == 0) return false;
    if (need_record_ && !message_.stored) {
        missing_ = true;
        return false;
    }
    response_begin_ = written(session_);
    session_.begin_fetch(message_, out_);
    within_ = true;
    next_emitter_ = 0;
    return true;
}

void FetchRun::end_message() {
    out_.close().end_line();
    within_ = false;
    if (sets_seen_) delivered_.push_back(message_.slot);
    ++next_;
}

/// Content has to be read, and meanwhile columns change: what else a response says of them must be of this moment, or flags and
/// mod-sequence would not belong together. False if nothing else does.
bool FetchRun::bring_columns_forward() {
    const auto rest = plan_.emitters.begin() + static_cast<std::ptrdiff_t>(next_emitter_);
    const auto waiting = std::stable_partition(
        rest, plan_.emitters.end(), [](const auto& emitter) { return emitter->need() == Need::columns; });
    return waiting != rest;
}

void FetchRun::write_some(std::size_t end) {
    const mail::Columns columns = session_.selected()->mailbox->columns();
    message_.mailbox = session_.selected()->mailbox.get();
    message_.columns = &columns;
    OutputBuffer& output = session_.output();
    while (within_ || (next_ < end && !output.full())) {
        if (!within_ && !begin_message(columns)) {
            ++next_;
            continue;
        }
        do {
            while (next_emitter_ < plan_.emitters.size() &&
                   plan_.emitters[next_emitter_]->write(session_, message_, out_)) {
                ++next_emitter_;
            }
        } while (next_emitter_ < plan_.emitters.size() && bring_columns_forward());
        if (next_emitter_ < plan_.emitters.size()) break;
        end_message();
        content_.not_needed();
    }
    message_.columns = nullptr;
}

Task<Result<void>> FetchRun::write_waiting() {
    if (need_record_) co_await content_.need(session_.account(), &stored_, next_ - chunk_begin_);
    FetchEmitter& emitter = *plan_.emitters[next_emitter_];
    const std::uint64_t before = written(session_);
    auto done = co_await emitter.write_content(&session_, message_, &out_);
    if (done) {
        ++next_emitter_;
        co_return done;
    }
    // A response that is begun on the wire cannot be taken back: the client would wait for the rest of a literal.
    if (written(session_) != before || session_.sent() > response_begin_) {
        session_.log().warning("a message could not be read to its end", {{"error", done.error().text}});
        session_.abort();
        co_return Error(Errc::cancelled, done.error().text);
    }
    session_.output().truncate(static_cast<std::size_t>(response_begin_ - session_.sent()));
    within_ = false;
    ++next_;
    failed_ = true;
    failure_ = done.error();
    co_return Result<void>();
}

Task<Result<void>> FetchRun::load_chunk(std::size_t begin, std::size_t end) {
    chunk_begin_ = begin;
    content_.begin_list();
    if (!need_record_) co_return Result<void>();
    std::vector<mail::Slot> slots(plan_.slots.begin() + static_cast<std::ptrdiff_t>(begin),
                                  plan_.slots.begin() + static_cast<std::ptrdiff_t>(end));
    auto loaded = co_await session_.engine().load(&session_, std::move(slots));
    if (!loaded) co_return loaded.error();
    stored_ = std::move(*loaded);
    co_return Result<void>();
}

Task<Result<void>> FetchRun::mark_seen(std::size_t, std::size_t) {
    std::vector<mail::Slot> unseen;
    const mail::Columns columns = session_.selected()->mailbox->columns();
    for (const mail::Slot slot : delivered_) {
        if ((columns.flags[slot] & mail::seen) == 0) unseen.push_back(slot);
    }
    delivered_.clear();
    if (unseen.empty() || session_.selected()->read_only) co_return Result<void>();
    mail::StoreFlagsRequest request;
    request.mode = mail::StoreFlagsRequest::Mode::add;
    request.slots = std::move(unseen);
    request.flags = mail::seen;
    request.cause = session_.cause("FETCH");
    const std::shared_ptr<mail::Mailbox> mailbox = session_.selected()->mailbox;
    const FlagWatch watch(session_, request.slots);
    auto stored = co_await mailbox->store_flags(std::move(request));
    if (!stored) co_return stored.error();
    watch.tell(stored->changed);
    co_return Result<void>();
}

Task<Result<void>> FetchRun::run() {
    for (const auto& emitter : plan_.emitters) {
        need_record_ = need_record_ || emitter->need() == Need::record;
        sets_seen_ = sets_seen_ || emitter->sets_seen();
    }
    for (const auto& stage : plan_.stages) stage->before(plan_, out_);
    const std::size_t total = plan_.slots.size();
    while (next_ < total) {
        const std::size_t end = std::min(total, next_ + chunk_size);
        const std::size_t begin = next_;
        auto loaded = co_await load_chunk(begin, end);
        if (!loaded) co_return loaded.error();
        while (next_ < end) {
            write_some(end);
            if (within_) {
                auto waited = co_await write_waiting();
                if (!waited) co_return waited.error();
                if (within_ && next_emitter_ == plan_.emitters.size()) end_message();
            }
            auto sent = co_await session_.drain();
            if (!sent) co_return sent.error();
        }
        if (!delivered_.empty()) {
            auto marked = co_await mark_seen(begin, end);
            if (!marked) co_return marked.error();
        }
        session_.progress(next_, total);
    }
    for (const auto& stage : plan_.stages) stage->after(plan_, out_);
    if (failed_) co_return failure_;
    if (missing_) co_return Error(Errc::not_found, "[EXPUNGEISSUED] Some messages no longer exist");
    co_return Result<void>();
}

}  // namespace

Task<Result<void>> CoreEngine::fetch(FetchPlan* plan) {
    FetchRun run(plan);
    auto done = co_await run.run();
    co_return done;
}

Task<Result<std::vector<mail::StoredMessagePtr>>> CoreEngine::load(Session* session,
                                                                   std::vector<mail::Slot> slots) {
    std::vector<mail::StoredMessagePtr> loaded(slots.size());
    std::vector<MessageId> missing;
    std::vector<std::size_t> places;
    {
        const mail::Columns columns = session->selected()->mailbox->columns();
        for (std::size_t i = 0; i < slots.size(); ++i) {
            const MessageId id = columns.message[slots[i]];
            loaded[i] = session->account()->cached_message(id);
            if (loaded[i]) continue;
            missing.push_back(id);
            places.push_back(i);
        }
    }
    if (missing.empty()) co_return loaded;
    auto rest = co_await session->account()->load_messages(std::move(missing));
    if (!rest) co_return rest.error();
    for (std::size_t i = 0; i < places.size() && i < rest->size(); ++i)
        loaded[places[i]] = std::move((*rest)[i]);
    co_return loaded;
}

Result<std::unique_ptr<FetchEmitter>> CoreEngine::make_emitter(Session& session, std::string_view item) {
    FetchItemHandler* handler = registries_.fetch_items.find(std::string(item));
    if (handler == nullptr) return Error(Errc::protocol_violation, "Unknown FETCH item " + std::string(item));
    FetchItem plain;
    plain.name = item;
    ArgumentCursor none{std::string_view()};
    return handler->prepare(session, plain, none);
}

Result<void> CoreEngine::add_items(FetchPlan& plan, const FetchArguments& arguments, ArgumentCursor& in) {
    for (const FetchItem& item : arguments.items) {
        FetchItemHandler* handler = registries_.fetch_items.find(item.name);
        if (handler == nullptr) return Error(Errc::protocol_violation, "Unknown FETCH item " + item.name);
        ArgumentCursor args = in.sub(item.begin, item.end);
        auto emitter = handler->prepare(plan.session, item, args);
        if (!emitter) return emitter.error();
        if (plan.has((*emitter)->name()) && !item.section) continue;
        plan.emitters.push_back(std::move(*emitter));
    }
    bool uid = plan.uid;
    for (const ResponseFilter* filter : static_cast<ServerSession&>(plan.session).filters()) {
        uid = uid || filter->wants_uid();
    }
    if (!uid || plan.has("UID")) return {};
    auto emitter = make_emitter(plan.session, "UID");
    if (!emitter) return emitter.error();
    plan.emitters.insert(plan.emitters.begin(), std::move(*emitter));
    return {};
}

Result<void> CoreEngine::add_modifiers(FetchPlan& plan, const FetchArguments& arguments, ArgumentCursor& in) {
    for (const Parameter& parameter : arguments.modifiers) {
        FetchModifier* modifier = registries_.fetch_modifiers.find(parameter.name);
        if (modifier == nullptr)
            return Error(Errc::protocol_violation, "Unknown FETCH modifier " + parameter.name);
        ArgumentCursor value = in.sub(parameter.begin, parameter.end);
        auto stage = modifier->prepare(plan, parameter, value);
        if (!stage) return stage.error();
        plan.stages.push_back(std::move(*stage));
    }
    for (const auto& stage : plan.stages) {
        auto checked = stage->check(plan);
        if (!checked) return checked;
    }
    return {};
}

/// What the client named. As a UID, "*" reaches to the last one ever given: modifiers speak of messages that are gone, and
/// those may have been the last ones.
static Result<NumberSet> requested_numbers(Session& session, const SequenceSet& set, bool uid) {
    if (!uid || !set.has_star()) return session.resolve_numbers(set, uid);
    return set.resolve(session.selected()->mailbox->info().uidnext - 1);
}

TakesArguments CoreEngine::takes_arguments() const {
    return [this](std::string_view name) {
        const FetchItemHandler* handler = registries_.fetch_items.find(std::string(name));
        return handler != nullptr && handler->takes_arguments();
    };
}

Result<FetchPlan> CoreEngine::parse_fetch_items(Session& session, bool uid, ArgumentCursor& in) {
    auto items = imap::parse_fetch_items(in, takes_arguments());
    if (!items) return items.error();
    FetchArguments arguments;
    arguments.items = std::move(*items);
    FetchPlan plan(session, uid);
    auto added = add_items(plan, arguments, in);
    if (!added) return added.error();
    return plan;
}

Result<FetchPlan> CoreEngine::parse_fetch(Session& session, bool uid, ArgumentCursor& in) {
    auto arguments = imap::parse_fetch(in, takes_arguments());
    if (!arguments) return arguments.error();
    FetchPlan plan(session, uid);
    auto added = add_items(plan, *arguments, in);
    if (!added) return added.error();
    auto modified = add_modifiers(plan, *arguments, in);
    if (!modified) return modified.error();
    auto requested = requested_numbers(session, arguments->set, uid);
    if (!requested) return requested.error();
    plan.requested = std::move(*requested);
    auto slots = session.resolve(arguments->set, uid);
    if (!slots) return slots.error();
    plan.slots = std::move(*slots);
    for (const auto& stage : plan.stages) {
        auto narrowed = stage->narrow(plan);
        if (!narrowed) return narrowed.error();
    }
    auto permitted = session.working_on(plan.slots);
    if (!permitted) return permitted.error();
    return plan;
}

}  // namespace postern::imap
