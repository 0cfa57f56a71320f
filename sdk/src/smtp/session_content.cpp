// Commands of a dialogue that bring content: DATA, BDAT (RFC 3030), BURL (RFC 4468).
#include <algorithm>

#include "postern/mime/header.hpp"
#include "session.hpp"

namespace postern::smtp {

namespace {

const Reply too_large{552, "5.3.4", "The message is too large"};

}  // namespace

std::optional<Reply> Session::refuse_content() const {
    if (!transaction_) return Reply{503, "5.5.1", "Say MAIL first"};
    if (transaction_->recipients == 0) return Reply{503, "5.5.1", "There are no valid recipients"};
    return std::nullopt;
}

Task<void> Session::data(std::string arguments) {
    std::optional<Reply> refused = refuse_content();
    if (!arguments.empty()) refused = Reply{501, "5.5.4", "DATA takes nothing"};
    // RFC 3030 section 3
    else if (!refused && transaction_->envelope.body == mail::BodyKind::binary)
        refused = Reply{503, "5.5.1", "BINARYMIME needs BDAT"};
    if (refused) {
        refuse(*refused);
        co_return;
    }
    reply({354, "", "End with a line of one dot"});
    DataReader reader(options_.max_size);
    const bool complete = co_await read_data(&reader);
    if (!complete) {
        ending_ = true;
        co_return;
    }
    if (reader.too_large()) {
        const std::size_t replies = options_.lmtp ? transaction_->recipients : 1;
        for (std::size_t i = 0; i < replies; ++i) reply(too_large);
        reset();
        co_return;
    }
    auto content = std::make_shared<const std::string>(reader.take());
    co_await finish(std::move(content));
}

Task<bool> Session::read_data(DataReader* reader) {
    for (;;) {
        const std::string_view input = channel_.input();
        std::string_view rest = input;
        reader->feed(rest);
        channel_.consume(input.size() - rest.size());
        if (reader->done()) co_return true;
        const bool more = co_await channel_.receive(options_.data_time);
        if (!more) co_return false;
    }
}

Task<bool> Session::read_chunk(std::uint64_t size, bool keep) {
    while (size > 0) {
        const std::string_view rest = channel_.input();
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(size, rest.size()));
        if (keep) chunks_.append(rest.substr(0, taken));
        channel_.consume(taken);
        size -= taken;
        if (size == 0) break;
        const bool more = co_await channel_.receive(options_.data_time);
        if (!more) co_return false;
    }
    co_return true;
}

Task<void> Session::chunk(std::string arguments) {
    const auto parsed = parse_chunk(arguments);
    if (!parsed) {
        // Where the next command begins is not known.
        refuse({501, "5.5.4", "Syntax: BDAT size [LAST]"});
        ending_ = true;
        co_return;
    }
    if (!chunk_error_) chunk_error_ = refuse_content();
    if (!chunk_error_ &&
        parsed->size > options_.max_size - std::min<std::uint64_t>(options_.max_size, chunks_.size()))
        chunk_error_ = too_large;
    chunking_ = true;
    const bool keep = !chunk_error_;
    const bool complete = co_await read_chunk(parsed->size, keep);
    if (!complete) {
        ending_ = true;
        co_return;
    }
    if (chunk_error_) {
        // RFC 3030 section 2: what follows is refused until RSET; the last chunk ends it.
        const std::size_t replies = options_.lmtp && parsed->last && transaction_
                                        ? std::max<std::size_t>(1, transaction_->recipients)
                                        : 1;
        // One mistake, however many answers it has.
        for (std::size_t i = 1; i < replies; ++i) reply(*chunk_error_);
        refuse(*chunk_error_);
        if (parsed->last || !transaction_) reset();
        co_return;
    }
    if (!parsed->last) {
        reply({250, "2.0.0", std::to_string(parsed->size) + " octets received"});
        co_return;
    }
    auto content = std::make_shared<const std::string>(std::move(chunks_));
    co_await finish(std::move(content));
}

Task<void> Session::url_chunk(std::string arguments) {
    const auto words = split_words(arguments);
    const bool last = words.size() == 2 && mime::equal_ascii_nocase(words[1], "LAST");
    std::optional<Reply> refused = refuse_content();
    if (!options_.burl)
        refused = Reply{502, "5.5.1", "There is no BURL here"};
    else if (words.empty() || words.size() > 2 || (words.size() == 2 && !last))
        refused = Reply{501, "5.5.4", "Syntax: BURL url [LAST]"};
    else if (chunk_error_)
        refused = chunk_error_;
    if (!refused) {
        chunking_ = true;
        std::string url(words[0]);
        std::string octets;
        const std::uint64_t room =
            options_.max_size - std::min<std::uint64_t>(options_.max_size, chunks_.size());
        refused = co_await receiver_->fetch(std::move(url), room, &octets);
        chunk_error_ = refused;
        chunks_ += octets;
    }
    if (refused) {
        refuse(*refused);
        if (last) reset();
        co_return;
    }
    if (!last) {
        reply({250, "2.5.0", "Ok"});
        co_return;
    }
    auto content = std::make_shared<const std::string>(std::move(chunks_));
    co_await finish(std::move(content));
}

Task<void> Session::finish(std::shared_ptr<const std::string> content) {
    const std::size_t expected = options_.lmtp ? transaction_->recipients : 1;
    std::vector<Reply> replies = co_await receiver_->finish(&*transaction_, std::move(content));
    replies.resize(expected, Reply{451, "4.3.0", "Something went wrong here; try again later"});
    for (const Reply& answer : replies) reply(answer);
    reset();
}

}  // namespace postern::smtp
