#include "acl_store.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t max_identifiers = 500;  ///< in one list
constexpr int max_tries = 5;

Rights changed(Rights before, AclStore::Change change, Rights rights) {
    switch (change) {
        case AclStore::Change::add:
            return before | rights;
        case AclStore::Change::remove:
            return before & static_cast<Rights>(~rights);
        case AclStore::Change::replace:
        case AclStore::Change::forget:
            break;
    }
    return rights;
}

}  // namespace

Task<Result<AccountId>> AclStore::find_user(std::string identifier) const {
    const Error nobody(Errc::invalid, "[CANNOT] Rights are given to users of this server by name");
    // A login that would not fit into a mailbox name has no place in the namespace.
    if (identifier.empty() || identifier.front() == '-' || identifier == "anyone" ||
        identifier.find_first_of("/\n") != std::string::npos) {
        co_return nobody;
    }
    auto row = co_await mail_->find_account(std::move(identifier));
    if (!row && row.error().code == Errc::not_found) co_return nobody;
    if (!row) co_return row.error();
    co_return row->id;
}

Task<Result<void>> AclStore::change(Session* session, MailboxId mailbox, std::string identifier,
                                    Change change, Rights rights) const {
    SharedAccount& shared = shared_account(*session);
    mail::Account* owner = shared.place_of(mailbox).account;
    if (identifier == owner->login()) {
        if (change == Change::add || (change == Change::replace && rights == all_rights))
            co_return Result<void>();
        co_return Error(Errc::permission_denied, "[CANNOT] The owner has every right");
    }
    if (change != Change::forget) {
        auto user = co_await find_user(identifier);
        if (!user) co_return user.error();
        const AccountId id = *user;
        auto hinted = co_await leave_hint(session, id, owner);
        if (!hinted) co_return hinted;
    }
    std::optional<Rights> wanted;
    for (int i = 0; i < max_tries; ++i) {
        const mail::MailboxInfo* info = shared.place_of(mailbox).info;
        if (info == nullptr) co_return Error(Errc::not_found, "[NONEXISTENT] There is no such mailbox");
        AccessList list = access_list(*owner, info->name);
        const bool known = list.contains(identifier);
        if (!wanted) wanted = changed(known ? list[identifier] : Rights{0}, change, rights);
        // Somebody who changed the list at the same time may have overwritten this change: then it is done again.
        if (change == Change::forget ? !known : known && list[identifier] == *wanted)
            co_return Result<void>();
        if (change == Change::forget) {
            list.erase(identifier);
        } else {
            list[identifier] = *wanted;
        }
        if (list.size() > max_identifiers) co_return Error(Errc::too_large, "[LIMIT] The list is full");
        std::vector<store::AttributeWrite> writes(1);
        writes[0].attribute.mailbox = mailbox;
        writes[0].attribute.entry = acl_entry;
        writes[0].attribute.value = acl_text(list);
        mail::Cause cause = session->cause("SETACL");
        auto written = co_await shared.write_attributes(std::move(writes), std::move(cause));
        if (!written) co_return written;
    }
    co_return Result<void>();
}

/// Tells the user's account where to look.
Task<Result<void>> AclStore::leave_hint(Session* session, AccountId user, const mail::Account* owner) const {
    auto account = co_await mail_->open_here(user);
    if (!account) co_return account.error();
    const std::string* text = (*account)->find_attribute(MailboxId{}, shared_entry);
    auto sharers = parse_sharers(text ? *text : std::string_view());
    if (sharers.contains(owner->login())) co_return Result<void>();
    if (sharers.size() >= max_sharers)
        co_return Error(Errc::too_large, "[LIMIT] Too many users share mailboxes with that one");
    sharers[owner->login()] = owner->id();
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = shared_entry;
    writes[0].attribute.value = sharers_text(sharers);
    mail::Cause cause = session->cause("SETACL");
    auto written = co_await (*account)->write_attributes(std::move(writes), std::move(cause));
    co_return written;
}

}  // namespace postern::imap
