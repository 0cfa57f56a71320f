#include "postern/mail/whole_content.hpp"

namespace postern::mail {

Task<Result<std::shared_ptr<const std::string>>> read_whole(Account* account, StoredMessagePtr message) {
    const std::uint64_t size = message->record.size();
    auto content = std::make_shared<std::string>();
    content->reserve(size);
    while (content->size() < size) {
        const std::uint64_t offset = content->size();
        StoredMessagePtr wanted = message;
        auto piece = co_await account->read_content(std::move(wanted), offset, size - offset);
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return Error(Errc::corrupt, "a message is shorter than its record says");
        content->append(*piece);
    }
    co_return std::shared_ptr<const std::string>(std::move(content));
}

}  // namespace postern::mail
