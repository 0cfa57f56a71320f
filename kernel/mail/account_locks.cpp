#include "kernel/mail/account_locks.hpp"

#include <charconv>

#include "kernel/mail/account.hpp"

namespace postern::mail {

namespace {

constexpr std::string_view entry_prefix = ".lock.";

/// "HOLDER UNTIL"
struct Held {
    std::string_view holder;
    UnixTime until = 0;
};

/// Nobody's if it cannot be read.
Held parse(const std::string* value) {
    Held out;
    if (value == nullptr) return out;
    const std::size_t space = std::min(value->find(' '), value->size());
    out.holder = std::string_view(*value).substr(0, space);
    if (space < value->size())
        std::from_chars(value->data() + space + 1, value->data() + value->size(), out.until);
    return out;
}

}  // namespace

Task<Result<void>> AccountLocksImpl::take(std::shared_ptr<Account> account, std::string name,
                                          std::string holder, std::chrono::seconds time) {
    if (!shared_) co_return Result<void>{};
    auto* locked = static_cast<AccountImpl*>(account.get());
    const UnixTime now = service_.now();
    // `now` is up to a second ago: whoever measures `time` from here on is not too late.
    const std::string value = holder + ' ' + std::to_string(now + time.count() + 1);
    AttributeEdit edit = [&](const std::string* present) -> Result<std::optional<std::string>> {
        const Held held = parse(present);
        if (held.until > now && held.holder != holder)
            return Error(Errc::conflict, "another node holds the lock");
        return std::optional(value);
    };
    std::string entry = std::string(entry_prefix) + name;
    auto taken = co_await locked->edit_attribute(entry, edit);
    if (taken || taken.error().code != Errc::conflict) co_return taken;
    // That it was given back may be in the part of the log that this node has not read yet.
    auto current = co_await locked->refresh();
    if (!current) co_return current;
    taken = co_await locked->edit_attribute(std::move(entry), std::move(edit));
    co_return taken;
}

Task<Result<void>> AccountLocksImpl::release(std::shared_ptr<Account> account, std::string name,
                                             std::string holder) {
    if (!shared_) co_return Result<void>{};
    auto* locked = static_cast<AccountImpl*>(account.get());
    AttributeEdit edit = [&](const std::string* present) -> Result<std::optional<std::string>> {
        if (present == nullptr || parse(present).holder == holder) return std::optional<std::string>();
        return std::optional(*present);
    };
    std::string entry = std::string(entry_prefix) + name;
    auto released = co_await locked->edit_attribute(std::move(entry), std::move(edit));
    co_return released;
}

}  // namespace postern::mail
