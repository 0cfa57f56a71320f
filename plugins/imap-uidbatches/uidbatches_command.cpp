#include "uidbatches_command.hpp"

namespace postern::imap {

namespace {

/// Sizes from here on have to be served; smaller ones only rebuild message numbers.
constexpr std::uint32_t smallest_batch = 500;

Result<BatchRequest> parse(ArgumentCursor& in) {
    BatchRequest request;
    if (auto space = in.space(); !space) return space.error();
    auto size = in.nz_number();
    if (!size) return size.error();
    request.size = *size;
    if (in.at_end()) return request;
    if (auto space = in.space(); !space) return space.error();
    auto first = in.nz_number();
    if (!first) return first.error();
    if (auto colon = in.expect(':'); !colon) return colon.error();
    auto last = in.nz_number();
    if (!last) return last.error();
    if (auto end = in.end(); !end) return end.error();
    request.first = *first;
    request.last = *last;
    return request;
}

}  // namespace

std::string uid_batches(const mail::View& view, const mail::Columns& columns, const BatchRequest& request) {
    std::string text;
    const std::uint64_t total = view.count();
    const auto uid_at = [&](std::uint64_t number) {
        return columns.uid[view.slot_of_number(static_cast<std::uint32_t>(number))];
    };
    for (std::uint64_t batch = request.first; batch <= request.last; ++batch) {
        const std::uint64_t passed = (batch - 1) * request.size;
        if (passed >= total) break;
        // A range begins right below the one before, so that they leave nothing out.
        const std::uint64_t high = passed == 0 ? uid_at(total) : uid_at(total - passed + 1) - 1;
        const std::uint64_t low =
            total - passed <= request.size ? 1 : uid_at(total - passed - request.size + 1);
        if (!text.empty()) text += ',';
        text += std::to_string(high) + ':' + std::to_string(low);
    }
    return text;
}

Task<CommandResult> UidbatchesCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto request = parse(context->args);
    if (!request) co_return CommandResult::failed(request.error());
    if (request->first > request->last)
        co_return CommandResult::bad("The first batch comes before the last", "CLIENTBUG");
    if (request->size < smallest_batch)
        co_return CommandResult::no("A batch holds at least 500 messages", "TOOFEW");
    // What the client is told next should not make the answer wrong.
    auto announced = co_await session.announce(false);
    if (!announced) co_return CommandResult::failed(announced.error());
    const SelectedMailbox& selected = *session.selected();
    const std::string batches = uid_batches(*selected.view, selected.mailbox->columns(), *request);
    ResponseWriter out = session.writer();
    out.untagged().atom("UIDBATCHES").open().atom("TAG").quoted(context->tag).close();
    if (!batches.empty()) out.encoded(batches);
    out.end_line();
    co_return CommandResult::ok("UIDBATCHES completed");
}

}  // namespace postern::imap
