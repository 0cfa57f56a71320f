#include "thread_command.hpp"

#include <unordered_map>

#include "forest.hpp"
#include "postern/imap/ext/engine.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

/// Records that are in memory at once. Each chunk is one store call.
constexpr std::size_t chunk_size = 8192;

/// Takes out of the records what the algorithms want.
class InputReader {
public:
    Task<Result<void>> read(Session* session, const std::vector<mail::Slot>* slots);
    const ThreadInput& input() const { return input_; }

private:
    void add(const mail::Columns& columns, mail::Slot slot, const mime::RecordView& record);
    std::uint32_t subject_number(std::string_view subject);

    ThreadInput input_;
    std::unordered_map<std::string, std::uint32_t> subjects_;
    std::string folded_;
};

std::uint32_t InputReader::subject_number(std::string_view subject) {
    if (subject.empty()) return 0;
    folded_.clear();
    mime::append_folded(subject, folded_);
    const auto next = static_cast<std::uint32_t>(subjects_.size() + 1);
    return subjects_.try_emplace(folded_, next).first->second;
}

void InputReader::add(const mail::Columns& columns, mail::Slot slot, const mime::RecordView& record) {
    ThreadRow row;
    row.slot = slot;
    const auto sent = record.sent_date();
    row.date = sent ? sent->utc : columns.internal_date[slot];
    row.id = record.message_id_hash();
    row.subject = subject_number(record.base_subject());
    row.is_reply = record.subject_is_reply_or_forward();
    row.first_reference = static_cast<std::uint32_t>(input_.references.size());
    row.reference_count = static_cast<std::uint32_t>(record.reference_count());
    for (std::size_t i = 0; i < row.reference_count; ++i)
        input_.references.push_back(record.reference_hash(i));
    input_.rows.push_back(row);
}

Task<Result<void>> InputReader::read(Session* session, const std::vector<mail::Slot>* slots) {
    input_.rows.reserve(slots->size());
    subjects_.reserve(slots->size());
    for (std::size_t begin = 0; begin < slots->size(); begin += chunk_size) {
        const std::size_t end = std::min(slots->size(), begin + chunk_size);
        std::vector<mail::Slot> chunk(slots->begin() + static_cast<std::ptrdiff_t>(begin),
                                      slots->begin() + static_cast<std::ptrdiff_t>(end));
        auto loaded = co_await session->engine().load(session, std::move(chunk));
        if (!loaded) co_return loaded.error();
        const mail::Columns columns = session->selected()->mailbox->columns();
        for (std::size_t i = begin; i < end; ++i) {
            const mail::StoredMessagePtr& stored = (*loaded)[i - begin];
            if (stored) add(columns, (*slots)[i], stored->record);
        }
        session->progress(end, slots->size());
    }
    co_return Result<void>();
}

Result<ThreadAlgorithm> parse_algorithm(ArgumentCursor& in) {
    if (auto space = in.space(); !space) return space.error();
    auto name = in.keyword();
    if (!name) return name.error();
    if (*name == "REFERENCES") return ThreadAlgorithm{thread_by_references};
    if (*name == "ORDEREDSUBJECT") return ThreadAlgorithm{thread_by_subject};
    return in.error("unknown threading algorithm " + *name);
}

std::vector<std::uint32_t> numbers_of(Session& session, const ThreadInput& input, bool uid) {
    const SelectedMailbox& selected = *session.selected();
    const mail::Columns columns = selected.mailbox->columns();
    std::vector<std::uint32_t> numbers;
    numbers.reserve(input.rows.size());
    for (const ThreadRow& row : input.rows)
        numbers.push_back(uid ? columns.uid[row.slot] : selected.view->number_of(row.slot));
    return numbers;
}

}  // namespace

Task<CommandResult> ThreadCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto algorithm = parse_algorithm(context->args);
    if (!algorithm) co_return CommandResult::failed(algorithm.error());
    if (auto space = context->args.space(); !space) co_return CommandResult::failed(space.error());
    SearchPlan plan(session);
    plan.tag = context->tag;
    plan.command = "THREAD";
    plan.uid = context->uid;
    auto parsed = session.engine().parse_search_with_charset(plan, context->args);
    if (!parsed) co_return CommandResult::failed(parsed.error());
    if (plan.uses_numbers()) context->updates = Updates::numbers_stay;
    auto found = co_await session.engine().search(&plan);
    if (!found) co_return CommandResult::failed(found.error());
    InputReader reader;
    auto read = co_await reader.read(&session, &plan.result);
    if (!read) co_return CommandResult::failed(read.error());
    const Forest forest = (*algorithm)(reader.input());
    const std::string threads = write_forest(forest, numbers_of(session, reader.input(), context->uid));
    ResponseWriter out = session.writer();
    out.untagged().atom("THREAD");
    if (!threads.empty()) out.encoded(threads);
    out.end_line();
    co_return CommandResult::ok("THREAD completed");
}

}  // namespace postern::imap
