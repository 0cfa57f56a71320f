#include "forest.hpp"

#include <algorithm>
#include <charconv>

namespace postern::imap {

namespace {

/// Children of every node, ordered; the entry behind the last node holds the roots.
class Children {
public:
    explicit Children(const Forest& forest) : begin_(forest.parent.size() + 2, 0) {
        const auto roots = static_cast<std::uint32_t>(forest.parent.size());
        const auto parent_of = [&](std::uint32_t node) { return std::min(forest.parent[node], roots); };
        for (std::uint32_t node = 0; node < roots; ++node) ++begin_[parent_of(node) + 1];
        for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
        nodes_.resize(roots);
        std::vector<std::uint32_t> end(begin_.begin(), begin_.end() - 1);
        // A dummy stands where the first of its children does.
        std::vector<bool> placed(roots, false);
        for (const std::uint32_t row : forest.order) {
            const std::uint32_t parent = parent_of(row);
            if (parent != roots && parent >= forest.order.size() && !placed[parent]) {
                placed[parent] = true;
                nodes_[end[roots]++] = parent;
            }
            nodes_[end[parent]++] = row;
        }
    }
    std::span<const std::uint32_t> of(std::uint32_t node) const {
        return std::span(nodes_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
    }

private:
    std::vector<std::uint32_t> begin_;
    std::vector<std::uint32_t> nodes_;
};

void append_number(std::uint32_t number, std::string& out) {
    std::array<char, 10> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

std::vector<std::uint32_t> rows_by_date(const std::vector<ThreadRow>& rows) {
    struct Key {
        std::int64_t date;
        std::uint32_t row;
    };
    std::vector<Key> keys(rows.size());
    for (std::uint32_t i = 0; i < keys.size(); ++i) keys[i] = {rows[i].date, i};
    std::ranges::sort(
        keys, [](const Key& a, const Key& b) { return a.date != b.date ? a.date < b.date : a.row < b.row; });
    std::vector<std::uint32_t> order(rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = keys[i].row;
    return order;
}

std::string write_forest(const Forest& forest, const std::vector<std::uint32_t>& numbers) {
    const Children children(forest);
    const auto roots = static_cast<std::uint32_t>(forest.parent.size());
    std::string out;
    out.reserve(numbers.size() * 9);
    // Not recursive: threads are as deep as senders make them. An entry closes a list or opens one.
    constexpr std::uint32_t close = Forest::none;
    std::vector<std::uint32_t> work;
    const auto open_all = [&](std::span<const std::uint32_t> nodes) {
        work.insert(work.end(), nodes.rbegin(), nodes.rend());
    };
    open_all(children.of(roots));
    while (!work.empty()) {
        std::uint32_t node = work.back();
        work.pop_back();
        if (node == close) {
            out += ')';
            continue;
        }
        out += '(';
        work.push_back(close);
        bool first = true;
        for (;;) {
            if (node < numbers.size()) {
                if (!first) out += ' ';
                append_number(numbers[node], out);
                first = false;
            }
            const auto next = children.of(node);
            if (next.size() != 1) {
                if (!next.empty() && !first) out += ' ';
                open_all(next);
                break;
            }
            node = next.front();
        }
    }
    return out;
}

}  // namespace postern::imap
