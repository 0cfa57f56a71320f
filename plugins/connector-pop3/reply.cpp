#include "connector-pop3/reply.hpp"

#include <strings.h>

namespace postern::pop3 {

namespace {

// The indicator must be a word of its own: "+OKAY" is not one. Lower case is wrong (RFC 1939 section 3) but harmless.
bool starts_with_word(std::string_view line, std::string_view word) {
    if (line.size() < word.size() || strncasecmp(line.data(), word.data(), word.size()) != 0) return false;
    return line.size() == word.size() || line[word.size()] == ' ' || line[word.size()] == '\t';
}

}  // namespace

StatusLineReader::Status StatusLineReader::feed(std::string_view data, std::size_t& consumed) {
    const std::size_t lf = data.find('\n');
    const std::size_t length = lf == std::string_view::npos ? data.size() : lf;
    consumed = length;
    if (collected_.size() + length > max_status_line) return Status::error;
    collected_.append(data.substr(0, length));
    if (lf == std::string_view::npos) return Status::need_more;
    ++consumed;
    return finish();
}

StatusLineReader::Status StatusLineReader::finish() {
    std::string_view line = collected_;
    line_.bare_lf = line.empty() || line.back() != '\r';
    if (!line_.bare_lf) line.remove_suffix(1);
    std::size_t skip = 0;
    if (starts_with_word(line, "+OK")) {
        line_.ok = true;
        skip = 3;
    } else if (starts_with_word(line, "-ERR")) {
        skip = 4;
    } else if (starts_with_word(line, "+")) {
        line_.challenge = true;
        skip = 1;
    } else {
        return Status::error;
    }
    while (skip < line.size() && (line[skip] == ' ' || line[skip] == '\t')) ++skip;
    line_.text.assign(line.substr(skip));
    return Status::done;
}

}  // namespace postern::pop3
