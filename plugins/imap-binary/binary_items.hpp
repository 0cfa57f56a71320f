#pragma once
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

/// BINARY[1.2]<0.100>, BINARY.PEEK[...] and BINARY.SIZE[...] (RFC 3516 section 4.2).
class BinaryItem final : public FetchItemHandler {
public:
    enum class Kind { content, peek, size };
    explicit BinaryItem(Kind kind) : kind_(kind) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session& session, const FetchItem& item,
                                                  ArgumentCursor& args) override;

private:
    Kind kind_;
};

}  // namespace postern::imap
