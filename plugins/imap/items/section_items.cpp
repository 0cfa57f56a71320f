#include "items/section_items.hpp"

#include <algorithm>

#include "items/items.hpp"
#include "items/record_items.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/imap/section_text.hpp"
#include "postern/mime/header.hpp"

namespace postern::imap {

SectionEmitter::SectionEmitter(std::string label, Section section, std::optional<Partial> partial, bool seen)
    : label_(std::move(label)),
      section_(std::move(section)),
      partial_(partial),
      seen_(seen),
      fields_(section_.fields.begin(), section_.fields.end()),
      text_(section_text(section_.kind)) {
    if (partial_) label_ += '<' + std::to_string(partial_->offset) + '>';
}

bool SectionEmitter::filters_fields() const {
    return picks_fields(section_.kind);
}

Result<std::optional<mime::SectionRange>> SectionEmitter::find(const mail::StoredMessage& stored) const {
    return stored.record.find_section(section_.part, text_);
}

SectionEmitter::Window SectionEmitter::window(std::uint64_t length) const {
    if (!partial_) return {0, length};
    if (partial_->offset >= length) return {0, 0};
    return {partial_->offset, std::min(partial_->count, length - partial_->offset)};
}

void SectionEmitter::write_text(ResponseWriter& out, std::string_view text) const {
    const Window part = window(text.size());
    out.atom(label_).literal(text.substr(part.offset, part.length));
}

bool SectionEmitter::write(Session&, const FetchedMessage& message, ResponseWriter& out) {
    const mail::StoredMessage& stored = *message.stored;
    if (section_.kind == Section::Kind::header_fields && section_.part.empty()) {
        scratch_.clear();
        if (!stored.record.append_header_fields(fields_, scratch_)) return false;
        write_text(out, scratch_);
        return true;
    }
    const auto range = find(stored);
    if (!range) return false;
    if (!*range) {
        out.atom(label_).nil();
        return true;
    }
    if (!filters_fields() && window((*range)->length).length == 0) {
        out.atom(label_).quoted("");
        return true;
    }
    return false;
}

Task<Result<void>> SectionEmitter::write_content(Session* session, FetchedMessage message,
                                                 ResponseWriter* out) {
    const auto range = find(*message.stored);
    if (!range) co_return range.error();
    if (filters_fields()) {
        auto filtered = co_await write_filtered(session, std::move(message), out);
        co_return filtered;
    }
    const Window part = window((*range)->length);
    // The first octets come before anything is written: if they cannot be read, the item is left out cleanly.
    const std::uint64_t offset = (*range)->offset + part.offset;
    mail::Account* account = session->account();
    auto first = co_await account->read_content(message.stored, offset, part.length);
    if (!first) co_return first.error();
    if (first->empty()) co_return Error(Errc::corrupt, "the message is shorter than its structure says");
    out->atom(label_).literal_header(part.length).raw(*first);
    auto sent = co_await session->drain();
    if (!sent) co_return sent.error();
    auto rest = co_await stream(session, message.stored, offset + first->size(), part.length - first->size());
    co_return rest;
}

Task<Result<void>> SectionEmitter::stream(Session* session, mail::StoredMessagePtr stored,
                                          std::uint64_t offset, std::uint64_t length) {
    mail::Account* account = session->account();
    while (length > 0) {
        auto piece = co_await account->read_content(stored, offset, length);
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return Error(Errc::corrupt, "the message is shorter than its structure says");
        session->output().append(*piece);
        offset += piece->size();
        length -= piece->size();
        auto sent = co_await session->drain();
        if (!sent) co_return sent.error();
    }
    co_return Result<void>();
}

Task<Result<void>> SectionEmitter::write_filtered(Session* session, FetchedMessage message,
                                                  ResponseWriter* out) {
    const auto range = find(*message.stored);
    if (!range) co_return range.error();
    std::string block;
    const std::uint64_t length = *range ? (*range)->length : 0;
    mail::Account* account = session->account();
    while (block.size() < length) {
        const std::uint64_t offset = (*range)->offset + block.size();
        auto piece = co_await account->read_content(message.stored, offset, length - block.size());
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return Error(Errc::corrupt, "the message is shorter than its structure says");
        block += *piece;
    }
    scratch_.clear();
    const auto filter =
        section_.kind == Section::Kind::header_fields ? mime::FieldFilter::only : mime::FieldFilter::except;
    mime::filter_fields(block, fields_, filter, scratch_);
    write_text(*out, scratch_);
    co_return Result<void>();
}

namespace {

/// BODY and BODY.PEEK; BODY alone is the structure without extension data.
class BodyItem final : public FetchItemHandler {
public:
    explicit BodyItem(bool peek) : peek_(peek) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session&, const FetchItem& item, ArgumentCursor&) override {
        if (!item.section) {
            if (peek_ || item.partial) return Error(Errc::protocol_violation, item.name + " needs a section");
            return std::unique_ptr<FetchEmitter>(std::make_unique<RecordEmitter>(RecordText::body));
        }
        std::string label = "BODY[" + item.section->to_string() + "]";
        return std::unique_ptr<FetchEmitter>(
            std::make_unique<SectionEmitter>(std::move(label), *item.section, item.partial, !peek_));
    }

private:
    bool peek_;
};

/// RFC822 and relatives: old names of sections.
class OldItem final : public FetchItemHandler {
public:
    OldItem(Section::Kind kind, bool seen) : kind_(kind), seen_(seen) {}
    Result<std::unique_ptr<FetchEmitter>> prepare(Session&, const FetchItem& item, ArgumentCursor&) override {
        if (item.section || item.partial)
            return Error(Errc::protocol_violation, item.name + " takes no section");
        Section section;
        section.kind = kind_;
        return std::unique_ptr<FetchEmitter>(
            std::make_unique<SectionEmitter>(item.name, std::move(section), std::nullopt, seen_));
    }

private:
    Section::Kind kind_;
    bool seen_;
};

}  // namespace

std::vector<NamedFetchItem> make_section_items() {
    std::vector<NamedFetchItem> items;
    items.push_back({"BODY", std::make_unique<BodyItem>(false)});
    items.push_back({"BODY.PEEK", std::make_unique<BodyItem>(true)});
    items.push_back({"RFC822", std::make_unique<OldItem>(Section::Kind::all, true)});
    items.push_back({"RFC822.HEADER", std::make_unique<OldItem>(Section::Kind::header, false)});
    items.push_back({"RFC822.TEXT", std::make_unique<OldItem>(Section::Kind::text, true)});
    return items;
}

}  // namespace postern::imap
