#include "kernel/search/message_texts.hpp"

#include "kernel/mail/content_codec.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/message.hpp"
#include "postern/mime/text.hpp"

namespace postern::search {

namespace {

constexpr std::uint64_t most_content = 32 << 20;  ///< octets of a message that is indexed
constexpr std::size_t most_text = 8 << 20;

/// The chunks after the first.
Result<void> append_rest(store::StoreSession& session, AccountId account, const ContentHash& hash,
                         std::string& out) {
    constexpr std::size_t at_once = 16;
    for (std::size_t next = 1;; next += at_once) {
        const auto slice = session.read_content(account, hash, next, at_once);
        if (!slice) return slice.error();
        for (const std::string& chunk : slice->chunks) {
            auto octets = mail::decode_chunk(chunk);
            if (!octets) return octets.error();
            out += *octets;
        }
        if (slice->chunks.size() < at_once) return {};
    }
}

}  // namespace

Result<std::vector<std::optional<std::string>>> read_contents(
    store::StoreSession& session, AccountId account, const std::vector<mail::StoredMessagePtr>& messages) {
    std::vector<std::optional<std::string>> contents(messages.size());
    std::vector<ContentHash> hashes;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (!messages[i] || messages[i]->record.size() > most_content) continue;
        hashes.push_back(messages[i]->content);
        places.push_back(i);
    }
    const auto first = session.read_first_chunks(account, hashes);
    if (!first) return first.error();
    for (std::size_t i = 0; i < places.size(); ++i) {
        const mail::StoredMessagePtr& message = messages[places[i]];
        auto octets = mail::decode_chunk((*first)[i]);
        if (!octets) continue;
        if (message->record.size() > octets->size()) {
            const auto done = append_rest(session, account, message->content, *octets);
            if (!done && done.error().code != Errc::corrupt) return done.error();
        }
        if (octets->size() == message->record.size()) contents[places[i]] = std::move(*octets);
    }
    return contents;
}

std::vector<std::optional<std::vector<Trigram>>> trigrams_of(
    const std::vector<std::optional<std::string>>& contents) {
    thread_local TrigramCollector collector;
    std::vector<std::optional<std::vector<Trigram>>> out(contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        if (!contents[i]) continue;
        std::string text;
        mime::append_text(mime::parse_message(*contents[i]), mime::TextScope::all, text, most_text);
        if (text.size() < most_text) out[i] = collector.collect(mime::fold(text));
    }
    return out;
}

}  // namespace postern::search
