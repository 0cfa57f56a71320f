// ORDEREDSUBJECT (RFC 5256 section 3): a thread is what has the same base subject; the eldest comes first, the others
// are its children.
#include "forest.hpp"

namespace postern::imap {

Forest thread_by_subject(const ThreadInput& input) {
    Forest forest;
    forest.order = rows_by_date(input.rows);
    forest.parent.assign(input.rows.size(), Forest::none);
    std::uint32_t subjects = 0;
    for (const ThreadRow& row : input.rows) subjects = std::max(subjects, row.subject + 1);
    std::vector<std::uint32_t> eldest(subjects, Forest::none);
    for (const std::uint32_t row : forest.order) {
        std::uint32_t& first = eldest[input.rows[row].subject];
        if (first == Forest::none) {
            first = row;
        } else {
            forest.parent[row] = first;
        }
    }
    return forest;
}

}  // namespace postern::imap
