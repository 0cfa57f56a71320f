// Commands about the maildrop (RFC 1939 sections 5 to 7).
#include <algorithm>

#include "pop3/session.hpp"
#include "postern/mime/header.hpp"
#include "postern/runtime/log.hpp"
#include "postern/store/store.hpp"

namespace postern::pop3 {

namespace {
constexpr std::uint64_t piece = store::content_chunk_size;
}

std::optional<std::size_t> Session::take_item(std::string_view& arguments) {
    const auto number = take_number(arguments);
    const auto& items = maildrop_->items();
    if (!number || *number == 0 || *number > items.size() || items[*number - 1].deleted) {
        error("There is no such message");
        return std::nullopt;
    }
    return static_cast<std::size_t>(*number - 1);
}

Task<void> Session::stat(std::string /*arguments*/) {
    ok(std::to_string(maildrop_->count()) + ' ' + std::to_string(maildrop_->octets()));
    co_return;
}

Task<void> Session::list(std::string arguments) {
    const auto& items = maildrop_->items();
    if (!arguments.empty()) {
        std::string_view in = arguments;
        if (const auto index = take_item(in))
            ok(std::to_string(*index + 1) + ' ' + std::to_string(items[*index].size));
        co_return;
    }
    ok(std::to_string(maildrop_->count()) + " messages (" + std::to_string(maildrop_->octets()) + " octets)");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].deleted) continue;
        channel_.output() += std::to_string(i + 1) + ' ' + std::to_string(items[i].size) + "\r\n";
        const bool sent = co_await channel_.flush_some();
        if (!sent) {
            ending_ = true;
            co_return;
        }
    }
    channel_.output() += ".\r\n";
}

Task<void> Session::uidl(std::string arguments) {
    if (unique_ids_.size() != maildrop_->items().size()) {
        auto ids = co_await maildrop_->unique_ids();
        if (!ids) {
            fail(ids.error());
            co_return;
        }
        unique_ids_ = std::move(*ids);
    }
    const auto& items = maildrop_->items();
    if (!arguments.empty()) {
        std::string_view in = arguments;
        if (const auto index = take_item(in)) ok(std::to_string(*index + 1) + ' ' + unique_ids_[*index]);
        co_return;
    }
    ok("Unique ids follow");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].deleted) continue;
        channel_.output() += std::to_string(i + 1) + ' ' + unique_ids_[i] + "\r\n";
        const bool sent = co_await channel_.flush_some();
        if (!sent) {
            ending_ = true;
            co_return;
        }
    }
    channel_.output() += ".\r\n";
}

Task<bool> Session::open_message(std::size_t index, mail::StoredMessagePtr* message, std::string* first) {
    auto found = co_await maildrop_->message(index);
    if (!found && found.error().code == Errc::not_found) {
        error("The message is gone");
        co_return false;
    }
    if (!found) {
        fail(found.error());
        co_return false;
    }
    *message = *found;
    auto octets = co_await maildrop_->read(*found, 0, piece);
    if (!octets) {
        fail(octets.error());
        co_return false;
    }
    *first = std::move(*octets);
    const std::string_view header = std::string_view(*first).substr(0, mime::header_length(*first));
    if (!utf8_ && server_.settings().refuse_utf8 && is_utf8_header(header)) {
        error("[UTF8] The message needs UTF8");
        co_return false;
    }
    co_return true;
}

Task<void> Session::retr(std::string arguments) {
    std::string_view in = arguments;
    const auto index = take_item(in);
    if (!index) co_return;
    mail::StoredMessagePtr message;
    std::string octets;
    const bool there = co_await open_message(*index, &message, &octets);
    if (!there) co_return;
    Item& item = maildrop_->items()[*index];
    ok(std::to_string(item.size) + " octets");
    DotStuffer stuffer;
    std::uint64_t offset = 0;
    while (!octets.empty()) {
        stuffer.append(octets, channel_.output());
        offset += octets.size();
        const bool sent = co_await channel_.flush_some();
        if (!sent) {
            ending_ = true;
            co_return;
        }
        if (offset >= item.size) break;
        auto next = co_await maildrop_->read(message, offset, piece);
        if (!next) {
            // Half a message must not look like a whole one.
            ending_ = true;
            channel_.connection().cancel();
            co_return;
        }
        octets = std::move(*next);
    }
    stuffer.finish(channel_.output());
    item.retrieved = !item.seen;
}

Task<void> Session::top(std::string arguments) {
    std::string_view in = arguments;
    const auto index = take_item(in);
    if (!index) co_return;
    const auto lines = take_number(in);
    if (!lines) {
        error("Syntax: TOP message lines");
        co_return;
    }
    mail::StoredMessagePtr message;
    std::string octets;
    const bool there = co_await open_message(*index, &message, &octets);
    if (!there) co_return;
    const std::uint64_t size = maildrop_->items()[*index].size;
    std::optional<std::size_t> length = top_length(octets, *lines);
    while (!length && octets.size() < size) {
        auto next = co_await maildrop_->read(message, octets.size(), piece);
        if (!next) {
            fail(next.error());
            co_return;
        }
        if (next->empty()) break;
        octets += *next;
        length = top_length(octets, *lines);
    }
    ok("The top follows");
    DotStuffer stuffer;
    stuffer.append(std::string_view(octets).substr(0, length.value_or(octets.size())), channel_.output());
    stuffer.finish(channel_.output());
}

Task<void> Session::dele(std::string arguments) {
    std::string_view in = arguments;
    const auto index = take_item(in);
    if (!index) co_return;
    maildrop_->items()[*index].deleted = true;
    ok("Message " + std::to_string(*index + 1) + " deleted");
}

Task<void> Session::noop(std::string /*arguments*/) {
    ok("Nothing done");
    co_return;
}

Task<void> Session::rset(std::string /*arguments*/) {
    for (Item& item : maildrop_->items()) item.deleted = false;
    ok(std::to_string(maildrop_->count()) + " messages (" + std::to_string(maildrop_->octets()) + " octets)");
    co_return;
}

/// What was read is marked, however the session ends.
Task<void> Session::leave() {
    if (!maildrop_ || !server_.settings().mark_seen) co_return;
    auto marked = co_await maildrop_->mark_seen();
    if (!marked)
        server_.log().warning("messages that were read are not marked",
                              {{"login", identity_->login}, {"error", marked.error().text}});
}

Task<void> Session::quit(std::string /*arguments*/) {
    ending_ = true;
    if (!maildrop_) {
        ok("Bye");
        co_return;
    }
    // Who has the maildrop by now counts on its messages.
    const bool mine = !node_lock_ || !node_lock_->is_lost();
    Result<void> removed = Error(Errc::conflict, "another session has the maildrop");
    if (mine) removed = co_await maildrop_->remove_deleted();
    if (removed) ok("Bye");
    // RFC 1939 section 6
    else
        error("[SYS/TEMP] Deleted messages are not removed");
    // The maildrop is free once the client has its answer.
    co_await leave();
    maildrop_.reset();
    co_await unlock();
}

}  // namespace postern::pop3
