#pragma once
// Real mail: what tools/collect-mail took from Debian's packages (./test runs it), Python's email test data with
// their mbox separators, and the folders POSTERN_MAIL_CORPUS names (separated by colons).
#include <string>
#include <string_view>
#include <vector>

namespace postern::mime::test {

struct Sample {
    std::string path;
    std::string raw;
};

/// Folder tools/collect-mail fills.
std::string collected_mail();

/// Folder of Python's test data.
std::string python_data();

/// Every sample, in a fixed order.
std::vector<Sample> load_corpus();

/// The same text with CRLF line ends.
std::string with_crlf(std::string_view text);

}  // namespace postern::mime::test
