#pragma once
// Octets of a message: BODY[...], RFC822 and relatives (RFC 3501 section 6.4.5).
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/fetch_item.hpp"
#include "postern/mime/section.hpp"

namespace postern::imap {

class SectionEmitter final : public FetchEmitter {
public:
    /// `label` as the response names it; `seen`: reading it sets \Seen.
    SectionEmitter(std::string label, Section section, std::optional<Partial> partial, bool seen);
    std::string_view name() const override { return label_; }
    Need need() const override { return Need::record; }
    bool sets_seen() const override { return seen_; }
    bool write(Session& session, const FetchedMessage& message, ResponseWriter& out) override;
    Task<Result<void>> write_content(Session* session, FetchedMessage message, ResponseWriter* out) override;

private:
    struct Window {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };
    bool filters_fields() const;
    Result<std::optional<mime::SectionRange>> find(const mail::StoredMessage& stored) const;
    Window window(std::uint64_t length) const;
    void write_text(ResponseWriter& out, std::string_view text) const;
    Task<Result<void>> write_filtered(Session* session, FetchedMessage message, ResponseWriter* out);
    Task<Result<void>> stream(Session* session, mail::StoredMessagePtr stored, std::uint64_t offset,
                              std::uint64_t length);

    std::string label_;
    Section section_;
    std::optional<Partial> partial_;
    bool seen_;
    std::vector<std::string_view> fields_;  ///< views into section_
    mime::SectionText text_ = mime::SectionText::whole;
    std::string scratch_;
};

}  // namespace postern::imap
