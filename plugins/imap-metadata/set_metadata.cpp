#include "set_metadata.hpp"

#include "postern/imap/metadata_entry.hpp"

namespace postern::imap {

/// What is to be set; nothing: to be removed.
struct SetMetadataCommand::Request {
    std::string mailbox;
    std::map<std::string, std::optional<std::string>> values;
};

namespace {

Result<std::optional<std::string>> parse_value(ArgumentCursor& in) {
    if (in.at_literal()) {
        auto literal = in.literal();
        if (!literal) return literal.error();
        return std::optional<std::string>(literal->data);
    }
    auto text = in.nstring();
    if (!text) return text.error();
    if (!*text) return std::optional<std::string>();
    return std::optional<std::string>(**text);
}

}  // namespace

CommandResult SetMetadataCommand::too_large() const {
    return CommandResult::no("The value is too large",
                             "METADATA MAXSIZE " + std::to_string(settings_.max_size));
}

LiteralDecision SetMetadataCommand::literal(Session&, const LiteralOffer& offer, ArgumentCursor&) {
    LiteralDecision decision;
    if (offer.size <= settings_.max_size) return decision;
    decision.kind = LiteralDecision::Kind::refuse;
    decision.refusal = too_large();
    return decision;
}

Result<SetMetadataCommand::Request> SetMetadataCommand::parse(ArgumentCursor& in) const {
    Request request;
    auto space = in.space();
    if (!space) return space.error();
    auto name = in.mailbox();
    if (!name) return name.error();
    request.mailbox = std::move(*name);
    auto second = in.space();
    if (!second) return second.error();
    auto open = in.expect('(');
    if (!open) return open.error();
    for (bool more = true; more;) {
        auto word = in.astring();
        if (!word) return word.error();
        auto entry = metadata_entry_name(*word);
        if (!entry) return entry.error();
        auto settable = check_settable(*entry);
        if (!settable) return settable.error();
        auto third = in.space();
        if (!third) return third.error();
        auto value = parse_value(in);
        if (!value) return value.error();
        request.values[*entry] = std::move(*value);
        auto end = in.list_end();
        if (!end) return end.error();
        more = !*end;
    }
    auto end = in.end();
    if (!end) return end.error();
    return request;
}

Result<void> SetMetadataCommand::check(const Request& request, const std::vector<store::Attribute>& stored,
                                       const AnnotationTarget& target) const {
    std::size_t count = stored.size();
    const auto exists = [&](const std::string& entry) {
        return std::ranges::any_of(stored, [&](const auto& attribute) { return attribute.entry == entry; });
    };
    for (const auto& [entry, value] : request.values) {
        if (target.name.empty() && !entry.starts_with("/private/"))
            return Error(Errc::permission_denied, "Nobody but the operator sets that entry of the server");
        if (value && value->size() > settings_.max_size)
            return Error(Errc::too_large, "[METADATA MAXSIZE " + std::to_string(settings_.max_size) +
                                              "] The value is too large");
        const bool known = exists(entry);
        count = count + (value && !known ? 1 : 0) - (!value && known ? 1 : 0);
        if (value && !known && count > settings_.max_entries)
            return Error(Errc::too_large, "[METADATA TOOMANY] There are too many entries");
    }
    return {};
}

/// What CREATE would make of USE (...), with the same rules.
Result<std::vector<std::string>> SetMetadataCommand::uses_in(Session& session, const AnnotationTarget& target,
                                                             const std::optional<std::string>& value) const {
    CreatePlan plan{session, target.name, {}};
    if (!value || value->empty()) return std::move(plan.options.special_use);
    const mail::MailboxInfo* info = session.account()->find_mailbox(target.mailbox);
    if (info != nullptr && special_use_value(*info) == value) return info->special_use;
    const std::string text = "(" + *value + ")";
    ArgumentCursor list(text);
    Parameter parameter;
    parameter.name = "USE";
    parameter.has_value = true;
    auto uses = list.value();
    if (!uses) return Error(Errc::invalid, "[USEATTR] That is no special use");
    parameter.value = std::move(*uses);
    ArgumentCursor in(text);
    auto applied = special_use_->apply(plan, parameter, in);
    if (!applied) return Error(Errc::invalid, applied.error().text);
    return std::move(plan.options.special_use);
}

Task<CommandResult> SetMetadataCommand::run(CommandContext* context) {
    Session& session = context->session;
    auto request = parse(context->args);
    if (!request) co_return CommandResult::failed(request.error());
    auto target = find_target(session, request->mailbox);
    if (!target) co_return CommandResult::failed(target.error());
    const MailboxId mailbox = target->mailbox;
    std::string every_entry = "/";
    auto stored = co_await session.account()->read_attributes(mailbox, std::move(every_entry));
    if (!stored) co_return CommandResult::failed(stored.error());
    auto allowed = check(*request, *stored, *target);
    if (!allowed) co_return CommandResult::failed(allowed.error());

    const auto special = request->values.find(std::string(special_use_entry));
    if (special != request->values.end() && !target->name.empty() && special_use_ != nullptr) {
        auto uses = uses_in(session, *target, special->second);
        if (!uses) co_return CommandResult::failed(uses.error());
        request->values.erase(special);
        mail::Cause cause = session.cause("SETMETADATA");
        auto given = co_await session.account()->set_special_use(mailbox, std::move(*uses), std::move(cause));
        if (!given) co_return CommandResult::failed(given.error());
    }
    std::vector<store::AttributeWrite> writes;
    for (auto& [entry, value] : request->values) {
        store::AttributeWrite write;
        write.attribute.mailbox = mailbox;
        write.attribute.entry = entry;
        write.remove = !value;
        if (value) write.attribute.value = std::move(*value);
        writes.push_back(std::move(write));
    }
    if (!writes.empty()) {
        mail::Cause cause = session.cause("SETMETADATA");
        auto written = co_await session.account()->write_attributes(std::move(writes), std::move(cause));
        if (!written) co_return CommandResult::failed(written.error());
    }
    co_return CommandResult::ok("SETMETADATA completed");
}

}  // namespace postern::imap
