// STATUS data of one mailbox, for STATUS and for commands that return it with theirs (RFC 3501 section 7.2.4).
#include <algorithm>

#include "core_engine.hpp"
#include "session.hpp"

namespace postern::imap {

StatusItem* CoreEngine::find_status_item(std::string_view name) const {
    return registries_.status_items.find(to_upper(name));
}

Task<Result<void>> CoreEngine::write_status(Session* session, std::string mailbox,
                                            std::vector<std::string> names) {
    std::vector<StatusItem*> items;
    for (const std::string& name : names) {
        StatusItem* item = find_status_item(name);
        if (item == nullptr) co_return Error(Errc::protocol_violation, "Unknown STATUS item " + name);
        items.push_back(item);
    }
    auto found = session->find_mailbox(mailbox);
    if (!found) co_return found.error();
    if (!static_cast<ServerSession*>(session)->rights(**found).read)
        co_return Error(Errc::permission_denied, "You may not read that mailbox");
    const MailboxId id = (*found)->id;
    const bool open = (*found)->total > 0 && std::ranges::any_of(items, [&](const StatusItem* item) {
                          return item->needs_open(**found);
                      });
    std::shared_ptr<mail::Mailbox> opened;
    std::unique_ptr<mail::View> view;
    if (open) {
        auto result = co_await session->account()->open_mailbox(id);
        if (!result) co_return result.error();
        opened = std::move(*result);
        view = opened->open_view(true);
    }
    for (StatusItem* item : items) item->requested(*session);
    const mail::MailboxInfo* info = session->account()->find_mailbox(id);
    if (info == nullptr) co_return Error(Errc::not_found, "[NONEXISTENT] The mailbox was deleted");
    const StatusSource source{*session, *info, opened.get(), view.get()};
    ResponseWriter out = session->writer();
    out.untagged().atom("STATUS").mailbox(info->name).open();
    for (StatusItem* item : items) item->write(source, out);
    out.close().end_line();
    co_return Result<void>();
}

}  // namespace postern::imap
