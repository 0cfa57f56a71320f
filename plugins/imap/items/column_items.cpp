#include "flag_text.hpp"
#include "items/items.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

class UidEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "UID"; }
    Need need() const override { return Need::columns; }
    bool write(Session&, const FetchedMessage& message, ResponseWriter& out) override {
        out.atom("UID").number(message.uid);
        return true;
    }
};

class FlagsEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "FLAGS"; }
    Need need() const override { return Need::columns; }
    bool write(Session& session, const FetchedMessage& m, ResponseWriter& out) override {
        const bool recent = out.modes().recent && session.selected()->view->is_recent(m.slot);
        const std::string_view text = text_.text(*m.mailbox, m.flags(), recent, m.columns->keywords[m.slot]);
        out.atom("FLAGS").open().encoded(text).close();
        return true;
    }

private:
    FlagText text_;
};

class InternalDateEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "INTERNALDATE"; }
    Need need() const override { return Need::columns; }
    bool write(Session&, const FetchedMessage& m, ResponseWriter& out) override {
        const DateTime date{m.columns->internal_date[m.slot], m.columns->zone[m.slot]};
        out.atom("INTERNALDATE").date_time(date);
        return true;
    }
};

class SizeEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "RFC822.SIZE"; }
    Need need() const override { return Need::columns; }
    bool write(Session&, const FetchedMessage& m, ResponseWriter& out) override {
        out.atom("RFC822.SIZE").number(m.columns->size[m.slot]);
        return true;
    }
};

template <class Emitter>
class PlainItem final : public FetchItemHandler {
public:
    Result<std::unique_ptr<FetchEmitter>> prepare(Session&, const FetchItem& item, ArgumentCursor&) override {
        if (item.section || item.partial)
            return Error(Errc::protocol_violation, item.name + " takes no section");
        return std::unique_ptr<FetchEmitter>(std::make_unique<Emitter>());
    }
};

}  // namespace

std::vector<NamedFetchItem> make_column_items() {
    std::vector<NamedFetchItem> items;
    items.push_back({"UID", std::make_unique<PlainItem<UidEmitter>>()});
    items.push_back({"FLAGS", std::make_unique<PlainItem<FlagsEmitter>>()});
    items.push_back({"INTERNALDATE", std::make_unique<PlainItem<InternalDateEmitter>>()});
    items.push_back({"RFC822.SIZE", std::make_unique<PlainItem<SizeEmitter>>()});
    return items;
}

}  // namespace postern::imap
