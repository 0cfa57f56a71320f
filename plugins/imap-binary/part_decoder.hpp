#pragma once
// From the octets of a section to what BINARY sends (RFC 3516 sections 4.3 and 6).
#include <string>
#include <string_view>

#include "postern/mime/decode.hpp"
#include "postern/mime/section.hpp"

namespace postern::imap {

/// Undoes the transfer encoding, piece by piece. Text that was encoded gets CRLF for every line end.
class PartDecoder {
public:
    explicit PartDecoder(const mime::SectionRange& range)
        : decoder_(range.encoding), crlf_(range.is_text && range.encoding != mime::Encoding::identity) {}

    /// Appends what `input` gives.
    void feed(std::string_view input, std::string& out);
    void finish(std::string& out);

private:
    void append(std::string& out);

    mime::TransferDecoder decoder_;
    bool crlf_;
    bool after_cr_ = false;
    std::string decoded_;
};

}  // namespace postern::imap
