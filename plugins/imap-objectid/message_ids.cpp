#include "message_ids.hpp"

#include "object_id.hpp"

namespace postern::imap {

namespace {

std::string_view name_of(MessageIdKind kind) {
    return kind == MessageIdKind::email ? "EMAILID" : "THREADID";
}

class ObjectIdEmitter final : public FetchEmitter {
public:
    explicit ObjectIdEmitter(MessageIdKind kind) : kind_(kind) {}
    std::string_view name() const override { return name_of(kind_); }
    Need need() const override { return kind_ == MessageIdKind::email ? Need::columns : Need::record; }
    bool write(Session& /*session*/, const FetchedMessage& message, ResponseWriter& out) override {
        const std::string id = kind_ == MessageIdKind::email
                                   ? email_id(message.columns->message[message.slot])
                                   : thread_id(*message.stored);
        out.atom(name()).open().atom(id).close();
        return true;
    }

private:
    MessageIdKind kind_;
};

class ObjectIdCriterion final : public SearchExtension {
public:
    ObjectIdCriterion(MessageIdKind kind, std::string_view id) : kind_(kind), id_(id) {
        if (const auto number = object_number(ObjectKind::message, id)) message_ = MessageId{*number};
    }
    std::string_view name() const override { return name_of(kind_); }
    std::string to_string() const override { return std::string(name()) + ' ' + id_; }
    const std::string& id() const { return id_; }
    /// Not set if no message can have the id.
    std::optional<MessageId> message() const { return message_; }

private:
    MessageIdKind kind_;
    std::string id_;
    std::optional<MessageId> message_;
};

}  // namespace

std::string email_id(MessageId message) {
    return object_id(ObjectKind::message, value_of(message));
}

std::string thread_id(const mail::StoredMessage& message) {
    const std::uint64_t root = message.record.reference_count() > 0 ? message.record.reference_hash(0)
                                                                    : message.record.message_id_hash();
    return root != 0 ? object_id(ObjectKind::thread, root)
                     : object_id(ObjectKind::single, value_of(message.id));
}

Result<std::unique_ptr<FetchEmitter>> ObjectIdItem::prepare(Session& /*session*/, const FetchItem& item,
                                                            ArgumentCursor& args) {
    if (item.section || item.partial) return args.error(item.name + " takes no section");
    return std::unique_ptr<FetchEmitter>(std::make_unique<ObjectIdEmitter>(kind_));
}

Result<SearchNode> ObjectIdKey::parse(Session& /*session*/, ArgumentCursor& in, SearchParser& /*parser*/) {
    if (auto space = in.space(); !space) return space.error();
    const std::size_t begin = in.mark();
    const auto id = in.astring();
    if (!id) return id.error();
    if (!is_object_id(*id)) {
        in.rewind(begin);
        return in.expected("an object id");
    }
    return SearchNode::of_extension(std::make_shared<ObjectIdCriterion>(kind_, *id));
}

Need ObjectIdKey::need(const SearchExtension& /*key*/) const {
    return kind_ == MessageIdKind::email ? Need::columns : Need::record;
}

bool ObjectIdKey::matches(Session& /*session*/, const SearchExtension& key,
                          const FetchedMessage& message) const {
    const auto& wanted = static_cast<const ObjectIdCriterion&>(key);
    if (kind_ == MessageIdKind::thread) return thread_id(*message.stored) == wanted.id();
    return wanted.message() == message.columns->message[message.slot];
}

}  // namespace postern::imap
