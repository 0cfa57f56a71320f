#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "postern/imap/argument_cursor.hpp"

namespace postern::imap {

/// partial-range of RFC 9394: "1:50" counts from the first of a list, "-1:-50" from the last.
class Page {
public:
    /// The whole value: a "*", a 0, a single number and mixed signs are errors.
    static Result<Page> parse(ArgumentCursor& in);

    /// Begin and end, as indexes, of the page of a list of so many; equal if there is nothing of it.
    std::pair<std::size_t, std::size_t> of(std::size_t count) const;
    /// As the client wrote it.
    std::string to_string() const;

private:
    std::uint32_t first_ = 1;  ///< as written: either may be the larger one
    std::uint32_t last_ = 1;
    bool from_end_ = false;
};

}  // namespace postern::imap
