#pragma once
// The parser behind parse_message(): one pass, recursive over the tree with a bounded depth. Boundary delimiters are
// found line by line (memchr), which counts the lines at the same time.
#include <string_view>
#include <vector>

#include "mime/text_store.hpp"
#include "postern/mime/message.hpp"

namespace postern::mime {

class Parser {
public:
    Parser(Message& message, const Limits& limits)
        : message_(message), raw_(message.raw), limits_(limits), store_(message.text_store) {}

    void run();

private:
    /// What ended a run of lines: a delimiter of the multipart at `level` of the boundary stack, or the end (level -1).
    struct Stop {
        int level = -1;
        bool closing = false;
        std::uint64_t content_end =
            0;                    ///< where the content before it ends: its line end belongs to the delimiter
        std::uint32_t lines = 0;  ///< line ends before content_end
        std::size_t next = 0;     ///< first octet after the delimiter line
    };

    Stop parse_entity(std::uint32_t parent, bool in_digest);
    bool parse_header(Part& part, Stop& stop);
    Stop parse_multipart(std::uint32_t index);
    Stop parse_encapsulated(std::uint32_t index);
    Stop scan_lines();
    bool match_delimiter(Stop& stop) const noexcept;
    Stop end_of_input() const noexcept;
    static void close_part(Part& part, Stop& stop, std::uint32_t lines_at_body) noexcept;

    void interpret_header(Part& part, bool in_digest);
    void interpret_content_type(Part& part, std::string_view value);
    void interpret_disposition(Part& part, std::string_view value);
    void interpret_languages(Part& part, std::string_view value);
    void interpret_encoding(Part& part, std::string_view value);
    void make_opaque(Part& part, std::string_view type, std::string_view subtype) noexcept;
    void decide_kind(Part& part);
    std::string_view boundary_of(const Part& part);
    std::string_view unfolded(std::string_view value);

    Message& message_;
    std::string_view raw_;
    const Limits& limits_;
    TextStore store_;
    std::vector<std::string_view> boundaries_;
    std::size_t position_ = 0;
    std::uint32_t lines_ = 0;  ///< line ends before position_
};

}  // namespace postern::mime
