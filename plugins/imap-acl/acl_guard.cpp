#include "acl_guard.hpp"

#include "rights.hpp"

namespace postern::imap {

namespace {

using Kind = mail::GuardedOperation::Kind;

Rights rights_in(const mail::GuardedOperation& operation, std::string_view mailbox) {
    return rights_of(*operation.account, mailbox, operation.cause->login);
}

std::string_view parent_of(std::string_view name) {
    const auto end = name.rfind(mail::hierarchy_delimiter);
    return name.substr(0, end == std::string_view::npos ? 0 : end);
}

void restrict(mail::FlagRights* may, Rights rights) {
    if (may == nullptr) return;
    const mail::FlagRights granted = flag_rights(rights);
    may->flags &= granted.flags;
    may->keywords = may->keywords && granted.keywords;
}

Result<void> check_insert(const mail::GuardedOperation& operation, const mail::MailboxInfo& into) {
    const Rights rights = rights_in(operation, into.name);
    if ((rights & right_insert) == 0) return denied();
    restrict(operation.flag_rights, rights);
    return {};
}

/// STORE fails only if none of its flags may be changed; what else sets flags (FETCH) does without.
Result<void> check_flags(const mail::GuardedOperation& operation) {
    const Rights rights = rights_in(operation, operation.mailbox->name);
    const mail::FlagRights may = flag_rights(rights);
    restrict(operation.flag_rights, rights);
    const bool none_named = operation.flags == 0 && !operation.keywords;
    const bool some = none_named ? may.flags != 0
                                 : (operation.flags & may.flags) != 0 || (operation.keywords && may.keywords);
    if (!some && operation.cause->command == "STORE") return denied();
    return {};
}

Result<void> check_move_source(const mail::GuardedOperation& operation) {
    const Rights rights = rights_in(operation, operation.mailbox->name);
    const Rights needed = right_deleted | right_expunge;
    if (operation.move && (rights & needed) != needed) return denied();
    return {};
}

Result<void> check_attributes(const mail::GuardedOperation& operation) {
    // Of the account itself, and what the server keeps there for itself.
    if (operation.mailbox == nullptr) return {};
    const Rights rights = rights_in(operation, operation.mailbox->name);
    constexpr Rights useful = right_read | right_seen | right_write | right_insert | right_post;
    for (const auto& write : operation.attributes) {
        const bool acl = write.attribute.entry == acl_entry;
        const bool allowed = acl ? (rights & right_admin) != 0 : (rights & right_lookup) && (rights & useful);
        if (!allowed) return denied();
    }
    return {};
}

}  // namespace

Result<void> AclGuard::check(const mail::GuardedOperation& operation) {
    const mail::Cause& cause = *operation.cause;
    if (cause.protocol != "imap" || cause.login == operation.account->login()) return {};
    const auto needs = [&](std::string_view mailbox, Rights right) -> Result<void> {
        if ((rights_in(operation, mailbox) & right) == 0) return denied();
        return {};
    };
    switch (operation.kind) {
        case Kind::deliver:
            return check_insert(operation, *operation.mailbox);
        case Kind::store_flags:
            return check_flags(operation);
        case Kind::expunge:
            return needs(operation.mailbox->name, right_expunge);
        case Kind::transfer: {
            auto source = check_move_source(operation);
            return source ? check_insert(operation, *operation.destination) : source;
        }
        case Kind::create_mailbox:
            return needs(parent_of(operation.name), right_create);
        case Kind::rename_mailbox: {
            auto source = needs(operation.mailbox->name, right_delete);
            return source ? needs(parent_of(operation.name), right_create) : source;
        }
        case Kind::delete_mailbox:
            return needs(operation.mailbox->name, right_delete);
        case Kind::write_attributes:
            return check_attributes(operation);
    }
    return denied();
}

}  // namespace postern::imap
