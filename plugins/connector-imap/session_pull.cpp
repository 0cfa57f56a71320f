// What is in a folder, or what changed since a token: by QRESYNC, by CONDSTORE, or by looking (gateway.md 4.1).
#include <algorithm>

#include "connector-imap/refusal.hpp"
#include "connector-imap/session.hpp"

namespace postern::imap_client {

using gateway::Fault;
using gateway::FaultKind;
using gateway::PullPage;
using gateway::PullRequest;
using gateway::RemoteItem;

namespace {

constexpr std::string_view all_items = " (UID FLAGS RFC822.SIZE INTERNALDATE)";
/// Without modseqs the flags of so many of the newest messages are looked at in every round.
constexpr std::uint32_t newest_looked_at = 500;

}  // namespace

Task<Outcome<void>> ImapSession::ask_status(std::size_t folder) {
    std::string command =
        "STATUS " + quoted_name(folders_[folder].id) + " (MESSAGES UIDNEXT UIDVALIDITY UNSEEN";
    command += capabilities_.condstore() ? " HIGHESTMODSEQ)" : ")";
    auto asked = co_await expect_ok(std::move(command), nullptr, FaultKind::gone);
    hints_.erase(folders_[folder].id);  // its answer is no news
    co_return asked;
}

Task<Outcome<bool>> ImapSession::unchanged_since(std::size_t folder, PullToken token) {
    const bool open = selected_ && selected_->folder == folder;
    if (folders_[folder].doubtful) co_return false;
    if (!folders_[folder].status) {
        // Of the mailbox that is open SELECT tells at the same price.
        if (open) co_return false;
        auto asked = co_await ask_status(folder);
        if (!asked) co_return asked.error();
    }
    const auto& status = folders_[folder].status;
    // In the inbox a flag is looked for even where only counts tell.
    co_return status&& token.same_as(*status, folders_[folder].id != "INBOX");
}

Task<Outcome<void>> ImapSession::fetch_into(FolderListing* listing, std::string what) {
    const Soliciting soliciting(soliciting_);
    Taker taker = [listing](Response& response) {
        const auto head = parse_head(response);
        if (!head || head->name != "FETCH") {
            const auto vanished =
                head && head->name == "VANISHED" ? parse_vanished(response, *head) : std::nullopt;
            if (vanished) listing->add_vanished(vanished->uids);
            return true;
        }
        auto data = parse_fetch(response, *head);
        return data && listing->add(std::move(*data));
    };
    // What was asked for is no news: a watch after it would end at once, and the next pull, and so on.
    const std::string here = folders_[selected_->folder].id;
    const std::uint32_t exists = selected_->exists;
    const bool hinted = hints_.contains(here);
    auto fetched = co_await expect_ok(std::move(what), std::move(taker), FaultKind::transient);
    if (!hinted && selected_->exists == exists) hints_.erase(here);
    co_return fetched;
}

Task<Outcome<imap::NumberSet>> ImapSession::search(std::string criteria) {
    std::optional<imap::NumberSet> found;
    Taker taker = [&found](Response& response) {
        const auto head = parse_head(response);
        if (!head || (head->name != "SEARCH" && head->name != "ESEARCH")) return true;
        auto set = parse_search(response, *head);
        if (!set) return false;
        found = found ? found->united(*set) : std::move(*set);
        return true;
    };
    std::string command =
        "UID SEARCH " + std::string(capabilities_.esearch() ? "RETURN (ALL) " : "") + criteria;
    auto done = co_await expect_ok(std::move(command), std::move(taker), FaultKind::transient);
    if (!done) co_return done.error();
    co_return found.value_or(imap::NumberSet());
}

PullPage ImapSession::finish_page(const Pull& pull, std::vector<RemoteItem> items,
                                  std::uint32_t messages) const {
    PullPage page;
    page.full = false;
    page.complete = true;
    page.total = messages;
    page.items = std::move(items);
    if (page.items.size() > pull.budget) {
        page.items.resize(pull.budget);
        page.complete = false;
        page.incomplete_reason = "more messages than the engine takes";
        return page;
    }
    PullToken token;
    token.uidvalidity = selected_->uidvalidity;
    token.uidnext = std::max({selected_->uidnext, pull.listing.highest_uid() + 1, std::uint32_t{1}});
    if (pull.token) token.uidnext = std::max(token.uidnext, pull.token->uidnext);
    token.modseq = selected_->modseq;
    token.messages = messages;
    token.unseen = pull.unseen;
    page.token = token.format();
    return page;
}

Task<Outcome<PullPage>> ImapSession::pull_all(Pull* pull) {
    if (selected_->exists > 0) {
        std::string command = "UID FETCH 1:*" + std::string(all_items);
        auto fetched = co_await fetch_into(&pull->listing, std::move(command));
        if (!fetched) co_return fetched.error();
    }
    pull->listing.finish();
    const auto count = static_cast<std::uint32_t>(pull->listing.entries().size());
    PullPage page = finish_page(*pull, present_items(pull->listing, nullptr, refs()), count);
    page.full = true;
    page.total = selected_->exists;
    if (count != selected_->exists) {
        page.complete = false;
        page.incomplete_reason = "the server has " + std::to_string(selected_->exists) +
                                 " messages and lists " + std::to_string(count);
        page.token.clear();
    }
    co_return page;
}

// The numbers do not add up: which messages are there is asked for, and what is known of the changes stands.
Task<Outcome<PullPage>> ImapSession::pull_presence(Pull* pull) {
    auto present = co_await search("ALL");
    if (!present) co_return present.error();
    const bool complete = present->count() == selected_->exists;
    if (!complete && present->count() > wire_->limits().listing_entries) {
        wire_->fail();
        co_return Fault(FaultKind::protocol_violation, "the server lists more messages than it has");
    }
    const auto count = static_cast<std::uint32_t>(present->count());
    PullPage page = finish_page(*pull, present_items(pull->listing, &*present, refs()), count);
    page.full = true;
    page.total = selected_->exists;
    if (!complete) {
        page.complete = false;
        page.incomplete_reason = "the server has " + std::to_string(selected_->exists) +
                                 " messages and lists " + std::to_string(count);
        page.token.clear();
    }
    co_return page;
}

Task<Outcome<PullPage>> ImapSession::pull_changes(Pull* pull) {
    const PullToken known = *pull->token;
    const bool by_modseq = known.modseq != 0 && selected_->modseq != 0;
    if (by_modseq && !pull->resynced && selected_->modseq != known.modseq && known.uidnext > 1) {
        std::string command = "UID FETCH 1:" + std::to_string(known.uidnext - 1) +
                              " (UID FLAGS) (CHANGEDSINCE " + std::to_string(known.modseq) + ')';
        auto fetched = co_await fetch_into(&pull->listing, std::move(command));
        if (!fetched) co_return fetched.error();
    }
    if (selected_->exists > 0 && selected_->uidnext != known.uidnext) {
        std::string command = "UID FETCH " + std::to_string(known.uidnext) + ":*" + std::string(all_items);
        auto fetched = co_await fetch_into(&pull->listing, std::move(command));
        if (!fetched) co_return fetched.error();
    }
    if (selected_->exists > 0 && !by_modseq) {
        const std::uint32_t first =
            selected_->exists > newest_looked_at ? selected_->exists - newest_looked_at + 1 : 1;
        std::string command = "FETCH " + std::to_string(first) + ":*" + std::string(all_items);
        auto fetched = co_await fetch_into(&pull->listing, std::move(command));
        if (!fetched) co_return fetched.error();
    }
    pull->listing.finish();
    imap::NumberSet removed = pull->listing.vanished();
    removed.remove(known.uidnext, 0xffffffffU);
    const auto added = pull->listing.count_from(known.uidnext);
    const bool adds_up = removed.count() <= known.messages &&
                         removed.count() <= wire_->limits().listing_entries &&
                         known.messages - removed.count() + added == selected_->exists;
    if (!adds_up) {
        auto page = co_await pull_presence(pull);
        co_return page;
    }
    co_return finish_page(*pull, changed_items(pull->listing, known.uidnext, refs()), selected_->exists);
}

Task<Outcome<PullPage>> ImapSession::pull(PullRequest request) {
    if (!outstanding_.empty()) co_return Fault(FaultKind::conflict, "messages are still to be received");
    const std::size_t folder = intern(request.folder);
    Pull pull{folder,
              PullToken::parse(request.token),
              FolderListing(wire_->limits().listing_entries),
              0,
              request.budget,
              false};
    if (!request.token.empty() && !pull.token)
        co_return Fault(FaultKind::reset_required, "no token of this server");
    if (pull.token) {
        auto same = co_await unchanged_since(folder, *pull.token);
        if (!same) co_return same.error();
        const auto status = std::exchange(folders_[folder].status, std::nullopt);
        if (status) pull.unseen = status->unseen;
        if (*same) {
            folders_[folder].pulled = pull.token;
            PullPage page;
            page.unchanged = true;
            page.total = pull.token->messages;
            page.token = std::move(request.token);
            co_return page;
        }
    }
    const bool resync = qresync_ && pull.token && pull.token->modseq != 0;
    const std::optional<PullToken> known = resync ? pull.token : std::nullopt;
    auto selected = co_await select(folder, known, &pull.listing);
    if (!selected) co_return selected.error();
    folders_[folder].uidvalidity = selected_->uidvalidity;
    hints_.erase(folders_[folder].id);
    if (pull.token && pull.token->uidvalidity != selected_->uidvalidity) {
        co_return Fault(FaultKind::reset_required, "the folder was renumbered");
    }
    pull.resynced = resync && selected_->modseq != 0;
    Outcome<PullPage> page = Fault();
    if (pull.token) {
        page = co_await pull_changes(&pull);
    } else {
        page = co_await pull_all(&pull);
    }
    folders_[folder].pulled = page ? PullToken::parse(page->token) : std::nullopt;
    folders_[folder].doubtful = false;
    co_return page;
}

}  // namespace postern::imap_client
