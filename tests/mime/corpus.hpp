#pragma once
// Real mail on this machine: Python's email test data (Debian's libpython3.11-testsuite, which ./test installs),
// SpamAssassin's samples if installed, and the folders POSTERN_MAIL_CORPUS names (separated by colons).
#include <string>
#include <string_view>
#include <vector>

namespace postern::mime::test {

struct Sample {
    std::string path;
    std::string raw;
};

/// Folder of Python's test data.
std::string python_data();

/// Every sample, in a fixed order.
std::vector<Sample> load_corpus();

/// The same text with CRLF line ends.
std::string with_crlf(std::string_view text);

}  // namespace postern::mime::test
