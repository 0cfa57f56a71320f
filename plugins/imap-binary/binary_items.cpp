#include "binary_items.hpp"

#include "part_decoder.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

/// Decoded parts up to this size are kept from the measuring to the writing; larger ones are decoded twice.
constexpr std::uint64_t largest_kept = 4 * 1024 * 1024;

Error unknown_encoding() {
    return {Errc::unsupported, "[UNKNOWN-CTE] The transfer encoding of the part is unknown"};
}

/// Reads a section and hands out its decoded octets in pieces.
class DecodedReader {
public:
    DecodedReader(Session& session, mail::StoredMessagePtr stored, const mime::SectionRange& range)
        : account_(*session.account()), stored_(std::move(stored)), range_(range), decoder_(range) {}

    /// The next piece in `piece`, never empty before the end; false at the end.
    Task<Result<bool>> next(std::string* piece) {
        piece->clear();
        while (piece->empty() && !finished_) {
            if (read_ == range_.length) {
                decoder_.finish(*piece);
                finished_ = true;
                break;
            }
            auto octets =
                co_await account_.read_content(stored_, range_.offset + read_, range_.length - read_);
            if (!octets) co_return octets.error();
            if (octets->empty())
                co_return Error(Errc::corrupt, "the message is shorter than its structure says");
            read_ += octets->size();
            decoder_.feed(*octets, *piece);
        }
        co_return !piece->empty();
    }

private:
    mail::Account& account_;
    mail::StoredMessagePtr stored_;
    mime::SectionRange range_;
    PartDecoder decoder_;
    std::uint64_t read_ = 0;
    bool finished_ = false;
};

/// What has to be known before the first octet is written.
struct Measured {
    std::uint64_t size = 0;    ///< decoded, of all
    std::uint64_t length = 0;  ///< of the window
    bool has_nul = false;      ///< within the window
    std::string kept;          ///< the window, if it is small
};

class BinaryEmitter final : public FetchEmitter {
public:
    BinaryEmitter(std::string label, std::vector<std::uint32_t> part, std::optional<Partial> partial,
                  BinaryItem::Kind kind)
        : label_(std::move(label)), part_(std::move(part)), partial_(partial), kind_(kind) {
        if (partial_) label_ += '<' + std::to_string(partial_->offset) + '>';
    }
    std::string_view name() const override { return label_; }
    Need need() const override { return Need::record; }
    bool sets_seen() const override { return kind_ == BinaryItem::Kind::content; }
    bool write(Session& session, const FetchedMessage& message, ResponseWriter& out) override;
    Task<Result<void>> write_content(Session* session, FetchedMessage message, ResponseWriter* out) override;

private:
    Result<std::optional<mime::SectionRange>> find(const FetchedMessage& message) const {
        return message.stored->record.find_section(part_, mime::SectionText::whole);
    }
    /// The part of a piece at `offset` of the decoded octets that lies in the window.
    std::string_view in_window(std::string_view piece, std::uint64_t offset) const;
    Task<Result<Measured>> measure(Session* session, mail::StoredMessagePtr stored,
                                   mime::SectionRange range) const;
    Task<Result<void>> stream(Session* session, mail::StoredMessagePtr stored,
                              mime::SectionRange range) const;

    std::string label_;
    std::vector<std::uint32_t> part_;
    std::optional<Partial> partial_;
    BinaryItem::Kind kind_;
};

bool BinaryEmitter::write(Session&, const FetchedMessage& message, ResponseWriter& out) {
    const auto range = find(message);
    if (!range) return false;
    const bool size_only = kind_ == BinaryItem::Kind::size;
    if (!*range) {
        out.atom(label_);
        size_only ? out.number(0) : out.nil();
        return true;
    }
    if (!size_only || (*range)->encoding != mime::Encoding::identity) return false;
    out.atom(label_).number((*range)->length);
    return true;
}

std::string_view BinaryEmitter::in_window(std::string_view piece, std::uint64_t offset) const {
    if (!partial_) return piece;
    const std::uint64_t begin = std::max(offset, partial_->offset);
    const std::uint64_t end = std::min(offset + piece.size(), partial_->offset + partial_->count);
    if (begin >= end) return {};
    return piece.substr(begin - offset, end - begin);
}

Task<Result<Measured>> BinaryEmitter::measure(Session* session, mail::StoredMessagePtr stored,
                                              mime::SectionRange range) const {
    Measured measured;
    DecodedReader reader(*session, std::move(stored), range);
    std::string piece;
    for (;;) {
        auto more = co_await reader.next(&piece);
        if (!more) co_return more.error();
        if (!*more) break;
        const std::string_view part = in_window(piece, measured.size);
        measured.size += piece.size();
        measured.length += part.size();
        measured.has_nul = measured.has_nul || part.find('\0') != part.npos;
        if (measured.length <= largest_kept) measured.kept += part;
    }
    co_return measured;
}

Task<Result<void>> BinaryEmitter::stream(Session* session, mail::StoredMessagePtr stored,
                                         mime::SectionRange range) const {
    DecodedReader reader(*session, std::move(stored), range);
    std::string piece;
    std::uint64_t offset = 0;
    for (;;) {
        auto more = co_await reader.next(&piece);
        if (!more) co_return more.error();
        if (!*more) co_return Result<void>();
        session->output().append(in_window(piece, offset));
        offset += piece.size();
        auto sent = co_await session->drain();
        if (!sent) co_return sent.error();
    }
}

Task<Result<void>> BinaryEmitter::write_content(Session* session, FetchedMessage message,
                                                ResponseWriter* out) {
    const auto range = find(message);
    if (!range) co_return range.error();
    if ((*range)->encoding == mime::Encoding::unknown) co_return unknown_encoding();
    auto measured = co_await measure(session, message.stored, **range);
    if (!measured) co_return measured.error();
    if (kind_ == BinaryItem::Kind::size) {
        out->atom(label_).number(measured->size);
        co_return Result<void>();
    }
    if (measured->length == 0) {
        out->atom(label_).quoted("");
        co_return Result<void>();
    }
    // literal8 only where it must be: so the client knows without looking whether there is a NUL (section 4.3).
    out->atom(label_).literal_header(measured->length, measured->has_nul);
    if (measured->kept.size() == measured->length) {
        out->raw(measured->kept);
        auto sent = co_await session->drain();
        co_return sent;
    }
    auto streamed = co_await stream(session, message.stored, **range);
    co_return streamed;
}

}  // namespace

Result<std::unique_ptr<FetchEmitter>> BinaryItem::prepare(Session& /*session*/, const FetchItem& item,
                                                          ArgumentCursor& args) {
    if (!item.section || item.section->kind != Section::Kind::all)
        return args.error(item.name + " takes part numbers");
    if (kind_ == Kind::size && item.partial) return args.error("BINARY.SIZE takes no range");
    const std::string_view name = kind_ == Kind::size ? "BINARY.SIZE" : "BINARY";
    std::string label = std::string(name) + "[" + item.section->to_string() + "]";
    return std::unique_ptr<FetchEmitter>(
        std::make_unique<BinaryEmitter>(std::move(label), item.section->part, item.partial, kind_));
}

}  // namespace postern::imap
