// key list|rotate: the master keys under which what opens remote mailboxes is sealed.
#include <functional>
#include <map>

#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/progress.hpp"
#include "tools/posternctl/source_access.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// Calls `visit` for each source of each account.
Result<void> for_each_source(
    StoreAccess& access,
    const std::function<Result<void>(const store::AccountRow&, const store::SourceRow&)>& visit) {
    std::string after;
    while (true) {
        const auto accounts = access.session->list_accounts(after, accounts_at_once);
        if (!accounts) return accounts.error();
        for (const auto& account : *accounts) {
            const auto sources = access.session->list_sources(account.id);
            if (!sources) return sources.error();
            for (const auto& source : *sources) {
                auto visited = visit(account, source);
                if (!visited) return visited;
            }
        }
        if (accounts->size() < accounts_at_once) return {};
        after = accounts->back().login;
    }
}

/// How many sources are sealed under each key.
Result<std::map<std::uint32_t, std::size_t>> count_by_key(StoreAccess& access) {
    std::map<std::uint32_t, std::size_t> counts;
    auto counted =
        for_each_source(access, [&counts](const auto&, const store::SourceRow& source) -> Result<void> {
            if (!source.sealed_credential.empty()) {
                ++counts[auth::KeySealer::key_id_of(source.sealed_credential)];
            }
            return {};
        });
    if (!counted) return counted.error();
    return counts;
}

Result<void> seal_anew(StoreAccess& access, auth::KeySealer& sealer, const store::SourceRow& seen) {
    return edit_source(access, seen, [&sealer](store::SourceRow& row) -> Result<void> {
        auto resealed = sealer.reseal(gateway::credential_context(row), row.sealed_credential);
        if (!resealed) return resealed.error();
        row.sealed_credential = std::move(*resealed);
        return {};
    });
}

/// Everything that is not sealed under `newest`. Answers how many could not be opened or written.
Result<std::size_t> seal_all(StoreAccess& access, Report& report, auth::KeySealer& sealer,
                             std::uint32_t newest, std::size_t total) {
    std::size_t failed = 0;
    std::size_t sealed = 0;
    Progress progress(total);
    auto visited = for_each_source(
        access, [&](const store::AccountRow& account, const store::SourceRow& source) -> Result<void> {
            if (source.sealed_credential.empty()) return {};
            if (auth::KeySealer::key_id_of(source.sealed_credential) == newest) return {};
            progress.show(sealed + failed);
            const auto done = seal_anew(access, sealer, source);
            if (done) {
                ++sealed;
                return {};
            }
            ++failed;
            progress.clear();
            fail(account.login + ": " + done.error().to_string());
            return {};
        });
    if (!visited) return visited.error();
    progress.clear();
    report.set("key", newest);
    report.set("sealed", sealed);
    report.say(std::to_string(sealed) + " sources sealed under key " + std::to_string(newest));
    return failed;
}

}  // namespace

int key_list(const Invocation& call) {
    if (!call.arguments.empty()) return fail("usage: posternctl key list", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    auto sealer = open_sealer(*access);
    if (!sealer) return 1;
    auto counts = count_by_key(*access);
    if (!counts) return fail(counts.error().to_string());
    Report report({"keys"});
    const auto show = [&report](std::uint32_t id, std::size_t sources, bool present, bool in_use,
                                const char* remark) {
        report.add("keys", {{"id", id}, {"sources", sources}, {"present", present}, {"in_use", in_use}},
                   "key " + std::to_string(id) + "  " + std::to_string(sources) + " sources" + remark);
    };
    bool first = true;
    for (const auto id : sealer->key_ids()) {
        show(id, (*counts)[id], true, first, first ? "  in use" : "");
        counts->erase(id);
        first = false;
    }
    for (const auto& [id, count] : *counts)
        show(id, count, false, false, "  not in the key file: they cannot be opened");
    return report.finish(counts->empty() ? 0 : 1);
}

int key_rotate(const Invocation& call) {
    if (!call.arguments.empty()) return fail("usage: posternctl key rotate", 2);
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    auto sealer = open_sealer(*access);
    if (!sealer) return 1;
    auto counts = count_by_key(*access);
    if (!counts) return fail(counts.error().to_string());
    Report report;
    std::size_t total = 0;
    for (const auto& [id, count] : *counts) total += count;
    // What an interrupted run left is finished, under the key that it made.
    std::uint32_t newest = sealer->key_ids().front();
    const bool unfinished = counts->contains(newest) ? counts->size() > 1 : !counts->empty();
    if (!unfinished) {
        const auto added = auth::KeySealer::add_key(access->setup.config.server.master_key);
        if (!added) return fail(added.error().text);
        newest = *added;
        report.say("key " + std::to_string(newest) + " made");
    }
    const auto failed = seal_all(*access, report, *sealer, newest, total);
    if (!failed) return fail(failed.error().to_string());
    if (*failed > 0) return fail(std::to_string(*failed) + " sources are left; call it again");
    report.say("the other lines of " + access->setup.config.server.master_key + " can be removed");
    return report.finish();
}

}  // namespace posternctl
