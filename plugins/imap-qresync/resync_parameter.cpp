#include "resync_parameter.hpp"

#include "postern/imap/ext/engine.hpp"
#include "vanished.hpp"

namespace postern::imap {

namespace {

/// A set without "*" (section 7: known-uids, known-sequence-set).
Result<NumberSet> plain_set(ArgumentCursor& in) {
    auto set = in.sequence_set();
    if (!set) return set.error();
    if (set->has_star() || set->is_reference()) return in.error("\"*\" is not allowed here");
    return set->resolve(0);
}

/// "(numbers uids)"
Result<void> parse_matches(ArgumentCursor& in, ResyncRequest& request) {
    if (auto open = in.expect('('); !open) return open.error();
    auto numbers = plain_set(in);
    if (!numbers) return numbers.error();
    if (auto space = in.space(); !space) return space.error();
    auto uids = plain_set(in);
    if (!uids) return uids.error();
    if (auto close = in.expect(')'); !close) return close.error();
    // A range counts its members: bounded, or "1:4294967295" would fill the memory.
    constexpr std::uint64_t max_matches = 100'000;
    if (numbers->count() != uids->count()) return in.error("as many numbers as UIDs are wanted");
    if (numbers->count() > max_matches) return in.error("too many matches");
    auto uid = uids->begin();
    for (std::uint32_t number : *numbers) request.matches.emplace_back(number, *uid++);
    return {};
}

/// The highest UID up to which the client's numbers agree with ours: it knows what went before (section 3.2.5.2).
Uid agreed_uid(Session& session, const ResyncRequest& request) {
    const SelectedMailbox& selected = *session.selected();
    const mail::Columns columns = selected.mailbox->columns();
    Uid agreed = 0;
    for (const auto& [number, uid] : request.matches) {
        const mail::Slot slot = selected.view->slot_of_number(number);
        if (slot == mail::no_slot || columns.uid[slot] != uid) break;
        agreed = uid;
    }
    return agreed;
}

UidSet known_uids(Session& session, const ResyncRequest& request) {
    if (request.known) return *request.known;
    const Uid next = session.selected()->mailbox->info().uidnext;
    return next > 1 ? UidSet::of(1, next - 1) : UidSet();
}

Result<std::unique_ptr<FetchEmitter>> emitter(Session& session, std::string_view item) {
    return session.engine().make_emitter(session, item);
}

class ResyncStage final : public SelectStage {
public:
    explicit ResyncStage(ResyncRequest request) : request_(std::move(request)) {}

    Task<Result<void>> opened(Session* session) override {
        // Another UIDVALIDITY: the client's knowledge is void, which it sees by itself (section 3.2.5).
        if (session->selected()->mailbox->info().uidvalidity != request_.uidvalidity)
            co_return Result<void>{};
        const UidSet known = known_uids(*session, request_);
        write_vanished(*session, known);
        FetchPlan plan(*session, true);
        if (auto filled = fill(plan, known); !filled) co_return filled.error();
        auto fetched = co_await session->engine().fetch(&plan);
        co_return fetched;
    }

private:
    void write_vanished(Session& session, const UidSet& known) const {
        UidSet vanished = vanished_since(session, request_.modseq, known);
        const Uid agreed = agreed_uid(session, request_);
        if (agreed != 0) vanished.remove(1, agreed);
        ResponseWriter out = session.writer();
        write_vanished_earlier(out, vanished);
    }

    /// UID FETCH known (FLAGS) (CHANGEDSINCE modseq), as section 3.2.5.1 says.
    Result<void> fill(FetchPlan& plan, const UidSet& known) const {
        for (std::string_view item : {"UID", "FLAGS", "MODSEQ"}) {
            auto made = emitter(plan.session, item);
            if (!made) return made.error();
            plan.emitters.push_back(std::move(*made));
        }
        const mail::Columns columns = plan.session.selected()->mailbox->columns();
        plan.requested = known;
        plan.slots = plan.session.selected()->mailbox->changed_since(request_.modseq);
        std::erase_if(plan.slots, [&](mail::Slot slot) { return !known.contains(columns.uid[slot]); });
        return {};
    }

    ResyncRequest request_;
};

}  // namespace

Result<ResyncRequest> parse_resync(ArgumentCursor& value) {
    ResyncRequest request;
    if (auto open = value.expect('('); !open) return open.error();
    auto uidvalidity = value.nz_number();
    if (!uidvalidity) return uidvalidity.error();
    request.uidvalidity = *uidvalidity;
    if (auto space = value.space(); !space) return space.error();
    auto modseq = value.number64();
    if (!modseq) return modseq.error();
    request.modseq = *modseq;
    bool more = value.skip_space();
    if (more && value.peek() != '(') {
        auto known = plain_set(value);
        if (!known) return known.error();
        request.known = std::move(*known);
        more = value.skip_space();
    }
    if (more) {
        if (auto matches = parse_matches(value, request); !matches) return matches.error();
    }
    if (auto close = value.expect(')'); !close) return close.error();
    if (auto end = value.end(); !end) return end.error();
    return request;
}

Result<std::unique_ptr<SelectStage>> ResyncParameter::prepare(Session& session, const Parameter& parameter,
                                                              ArgumentCursor& value) {
    if (!session.is_on(mode_)) return Error(Errc::protocol_violation, "ENABLE QRESYNC comes first");
    if (!parameter.has_value) return value.expected("what the client knows, after QRESYNC");
    auto request = parse_resync(value);
    if (!request) return request.error();
    if (!request->matches.empty()) {
        if (auto permitted = session.permit(ArgumentKind::message_number); !permitted)
            return permitted.error();
    }
    return std::unique_ptr<SelectStage>(std::make_unique<ResyncStage>(std::move(*request)));
}

}  // namespace postern::imap
