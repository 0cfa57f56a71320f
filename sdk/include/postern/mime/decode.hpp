#pragma once
// From the octets of mail to UTF-8: charsets, encoded-words (RFC 2047), transfer encodings (RFC 2045 section 6), case
// folding for search. Nothing fails: octets that do not convert become U+FFFD, malformed encodings stay as they are.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mime/message.hpp"

namespace postern::mime {

POSTERN_SDK bool is_ascii(std::string_view text) noexcept;
POSTERN_SDK bool is_utf8(std::string_view text) noexcept;

/// Converts a stream of octets of one charset to UTF-8. An empty or unknown charset, or US-ASCII with 8-bit octets, is read as
/// UTF-8 where that is valid, else as windows-1252. Not for use by several threads at once.
class POSTERN_SDK CharsetDecoder {
public:
    explicit CharsetDecoder(std::string_view charset);
    ~CharsetDecoder();
    CharsetDecoder(CharsetDecoder&&) noexcept;
    CharsetDecoder& operator=(CharsetDecoder&&) noexcept;

    /// False if the name means nothing to us (the fallback above is used).
    bool known() const noexcept;
    /// Appends what `input` gives; an incomplete character at its end waits for more.
    void feed(std::string_view input, std::string& out);
    /// Ends the stream.
    void finish(std::string& out);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Whole-string form of CharsetDecoder.
POSTERN_SDK void append_utf8(std::string_view charset, std::string_view input, std::string& out);

/// True if SEARCH CHARSET can name it (RFC 3501 section 6.4.4).
POSTERN_SDK bool is_known_charset(std::string_view charset);

/// A field value as UTF-8 text: unfolded, encoded-words decoded and joined, malformed ones left as they are, raw 8-bit
/// text taken as UTF-8 or windows-1252. CR, LF and NUL never appear.
POSTERN_SDK void append_decoded_header(std::string_view value, std::string& out);
POSTERN_SDK std::string decode_header(std::string_view value);

/// The form in which text is compared without regard to case: i;unicode-casemap (RFC 5051), titlecase and
/// compatibility decomposition. Text that is not UTF-8 is folded octet by octet as ASCII.
POSTERN_SDK void append_folded(std::string_view utf8, std::string& out);
POSTERN_SDK std::string fold(std::string_view utf8);

/// Removes a transfer encoding from a stream of octets, in pieces of any size. Identity and unknown encodings pass
/// through. Garbage within base64 is skipped; a malformed =XX of quoted-printable stays as it is.
class POSTERN_SDK TransferDecoder {
public:
    explicit TransferDecoder(Encoding encoding) noexcept : encoding_(encoding) {}
    void feed(std::string_view input, std::string& out);
    void finish(std::string& out);
    /// True once something did not follow the encoding.
    bool damaged() const noexcept { return damaged_; }

private:
    /// Where quoted-printable stands between octets. What is not decided yet is in pending_.
    enum class QpMode : std::uint8_t { text, blanks, blanks_cr, equals, equals_blanks, equals_cr, hex };

    void feed_base64(std::string_view input, std::string& out);
    void feed_quoted_printable(std::string_view input, std::string& out);
    bool step_quoted_printable(char c, std::string& out);

    Encoding encoding_;
    bool damaged_ = false;
    QpMode mode_ = QpMode::text;
    std::uint8_t pending_count_ = 0;
    std::uint32_t pending_bits_ = 0;
    std::string pending_;
};

/// Whole-string form of TransferDecoder.
POSTERN_SDK std::string decode_transfer(Encoding encoding, std::string_view body);

/// Content-Transfer-Encoding value to Encoding.
POSTERN_SDK Encoding encoding_of(std::string_view value) noexcept;

}  // namespace postern::mime
