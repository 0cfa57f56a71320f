#include "items/record_items.hpp"

#include "items/items.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

std::string_view RecordEmitter::name() const {
    switch (what_) {
        case RecordText::envelope:
            return "ENVELOPE";
        case RecordText::bodystructure:
            return "BODYSTRUCTURE";
        case RecordText::body:
            break;
    }
    return "BODY";
}

bool RecordEmitter::write(Session&, const FetchedMessage& message, ResponseWriter& out) {
    text_.clear();
    switch (what_) {
        case RecordText::envelope:
            message.stored->record.append_envelope(text_);
            break;
        case RecordText::bodystructure:
            message.stored->record.append_bodystructure(text_);
            break;
        case RecordText::body:
            message.stored->record.append_body(text_);
            break;
    }
    out.atom(name()).encoded(text_);
    return true;
}

namespace {

class RecordItem final : public FetchItemHandler {
public:
    explicit RecordItem(RecordText what) : what_(what) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session&, const FetchItem& item, ArgumentCursor&) override {
        if (item.section || item.partial)
            return Error(Errc::protocol_violation, item.name + " takes no section");
        return std::unique_ptr<FetchEmitter>(std::make_unique<RecordEmitter>(what_));
    }

private:
    RecordText what_;
};

}  // namespace

std::vector<NamedFetchItem> make_record_items() {
    std::vector<NamedFetchItem> items;
    items.push_back({"ENVELOPE", std::make_unique<RecordItem>(RecordText::envelope)});
    items.push_back({"BODYSTRUCTURE", std::make_unique<RecordItem>(RecordText::bodystructure)});
    return items;
}

}  // namespace postern::imap
