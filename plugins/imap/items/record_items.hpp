#pragma once
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

enum class RecordText : std::uint8_t { envelope, bodystructure, body };

/// An item whose value is kept ready to send.
class RecordEmitter final : public FetchEmitter {
public:
    explicit RecordEmitter(RecordText what) : what_(what) {}
    std::string_view name() const override;
    Need need() const override { return Need::record; }
    bool write(Session& session, const FetchedMessage& message, ResponseWriter& out) override;

private:
    RecordText what_;
    std::string text_;
};

}  // namespace postern::imap
