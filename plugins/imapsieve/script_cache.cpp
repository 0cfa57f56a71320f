#include "script_cache.hpp"

#include <algorithm>

namespace postern::imapsieve {

namespace {
/// A bound on memory, not a policy.
constexpr std::size_t most_accounts = 10'000;
}  // namespace

std::optional<Result<sieve::ProgramPtr>> ScriptCache::known(AccountId account, const std::string& version,
                                                            const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(value_of(account));
    if (entry == entries_.end() || entry->second.version != version) return std::nullopt;
    const auto program = entry->second.programs.find(name);
    if (program == entry->second.programs.end()) return std::nullopt;
    return program->second;
}

Result<sieve::ProgramPtr> ScriptCache::compile(const std::vector<store::Script>& scripts,
                                               const std::string& name) const {
    const auto text_of = [&scripts](const std::string& wanted) -> std::optional<std::string> {
        const auto found = std::ranges::find(scripts, wanted, &store::Script::name);
        if (found == scripts.end()) return std::nullopt;
        return found->text;
    };
    const auto text = text_of(name);
    if (!text) return Error(Errc::not_found, "there is no script \"" + name + "\"");
    const sieve::Compiled compiled = engine_->compile(*text, text_of);
    if (!compiled.program) return Error(Errc::invalid, compiled.faults.front().to_string());
    return compiled.program;
}

Task<Result<sieve::ProgramPtr>> ScriptCache::find(std::shared_ptr<mail::Account> account, std::string name) {
    const std::string* current = account->find_attribute(MailboxId{}, mail::scripts_version_entry);
    const std::string version = current == nullptr ? "" : *current;
    if (auto program = known(account->id(), version, name)) co_return std::move(*program);
    auto scripts = co_await scripts_->read(account->id());
    if (!scripts) co_return scripts.error();
    auto program = compile(*scripts, name);
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= most_accounts) entries_.clear();
    Entry& entry = entries_[value_of(account->id())];
    if (entry.version != version) entry = {version, {}};
    entry.programs.insert_or_assign(std::move(name), program);
    co_return program;
}

}  // namespace postern::imapsieve
