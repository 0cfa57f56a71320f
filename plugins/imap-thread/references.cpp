// REFERENCES (RFC 5256 section 3). The six steps are the RFC's; numbers in comments are theirs.
#include <algorithm>
#include <unordered_map>

#include "forest.hpp"

namespace postern::imap {

namespace {

constexpr std::uint32_t none = Forest::none;

/// Ids are hashes already.
struct AsIs {
    std::size_t operator()(std::uint64_t hash) const noexcept { return hash; }
};

class Threader {
public:
    explicit Threader(const ThreadInput& input)
        : input_(input), rows_(static_cast<std::uint32_t>(input.rows.size())) {}

    Forest run() {
        name_messages();
        for (std::uint32_t row = 0; row < rows_; ++row) link(row);
        prune();
        forest_.order = rows_by_date(input_.rows);
        gather_roots();
        merge_by_subject();
        finish();
        return std::move(forest_);
    }

private:
    /// A child of the root: a message, or a dummy with the messages that share a missing parent.
    struct Root {
        std::uint32_t row = none;            ///< none: a dummy
        std::vector<std::uint32_t> members;  ///< of a dummy, in order
        bool deleted = false;
    };

    void name_messages();
    std::uint32_t node_of(std::uint64_t id);
    void link(std::uint32_t row);
    void set_parent(std::uint32_t child, std::uint32_t parent);
    bool is_descendant(std::uint32_t node, std::uint32_t of);
    void prune();
    std::uint32_t anchor_of(std::uint32_t node);
    void gather_roots();
    void merge_by_subject();
    void merge(std::uint32_t current, std::uint32_t& in_table);
    void finish();
    const ThreadRow& first_of(const Root& root) const {
        return input_.rows[root.row == none ? root.members.front() : root.row];
    }

    const ThreadInput& input_;
    std::uint32_t rows_;
    Forest forest_;
    std::unordered_map<std::uint64_t, std::uint32_t, AsIs> nodes_;  ///< by message id
    std::vector<std::uint32_t> parent_;  ///< rows, then messages that are not there
    std::vector<std::uint32_t> child_count_;
    std::uint64_t steps_left_ = 20'000'000;  ///< of walks to find loops
    std::vector<std::uint32_t> anchor_;
    std::vector<Root> roots_;
};

/// The first message with an id has it; the others, and those without, have one that nobody refers to.
void Threader::name_messages() {
    nodes_.reserve(2 * std::size_t{rows_});
    parent_.assign(rows_, none);
    child_count_.assign(rows_, 0);
    for (std::uint32_t row = 0; row < rows_; ++row) {
        if (input_.rows[row].id != 0) nodes_.try_emplace(input_.rows[row].id, row);
    }
}

std::uint32_t Threader::node_of(std::uint64_t id) {
    const auto [at, fresh] = nodes_.try_emplace(id, static_cast<std::uint32_t>(parent_.size()));
    if (fresh) {
        parent_.push_back(none);
        child_count_.push_back(0);
    }
    return at->second;
}

bool Threader::is_descendant(std::uint32_t node, std::uint32_t of) {
    if (node == of) return true;
    if (child_count_[of] == 0) return false;
    for (node = parent_[node]; node != none; node = parent_[node]) {
        if (node == of) return true;
        // Somebody builds mail to keep us busy: what cannot be ruled out is not linked.
        if (steps_left_ == 0) return true;
        --steps_left_;
    }
    return false;
}

void Threader::set_parent(std::uint32_t child, std::uint32_t parent) {
    if (is_descendant(parent, child)) return;
    parent_[child] = parent;
    ++child_count_[parent];
}

/// (1)
void Threader::link(std::uint32_t row) {
    std::uint32_t before = none;
    for (const std::uint64_t id : input_.references_of(input_.rows[row])) {
        const std::uint32_t node = node_of(id);
        if (before != none && parent_[node] == none) set_parent(node, before);
        before = node;
    }
    if (parent_[row] != none) {
        --child_count_[parent_[row]];
        parent_[row] = none;
    }
    if (before != none) set_parent(row, before);
}

/// The message, or else the outermost dummy, that a child of `node` comes under.
std::uint32_t Threader::anchor_of(std::uint32_t node) {
    std::uint32_t top = node;
    while (top >= rows_ && anchor_[top] == none && parent_[top] != none) top = parent_[top];
    const std::uint32_t found = top >= rows_ && anchor_[top] != none ? anchor_[top] : top;
    for (; node != top; node = parent_[node]) anchor_[node] = found;
    return found;
}

/// (2) and (3): dummies go, their children take their places; only directly under the root one stays that has several.
void Threader::prune() {
    anchor_.assign(parent_.size(), none);
    forest_.parent.assign(rows_, none);
    for (std::uint32_t row = 0; row < rows_; ++row) {
        if (parent_[row] != none) forest_.parent[row] = anchor_of(parent_[row]);
    }
}

/// (4): in order, since the order of the messages is known.
void Threader::gather_roots() {
    std::vector<std::uint32_t> root_of(parent_.size(), none);
    for (const std::uint32_t row : forest_.order) {
        const std::uint32_t parent = forest_.parent[row];
        if (parent != none && parent < rows_) continue;
        if (parent == none) {
            roots_.push_back({row, {}, false});
            continue;
        }
        if (root_of[parent] == none) {
            root_of[parent] = static_cast<std::uint32_t>(roots_.size());
            roots_.push_back({none, {}, false});
        }
        roots_[root_of[parent]].members.push_back(row);
        forest_.parent[row] = none;
    }
    for (Root& root : roots_) {
        if (root.members.size() != 1) continue;
        root.row = root.members.front();
        root.members.clear();
    }
}

/// (5)
void Threader::merge_by_subject() {
    std::uint32_t subjects = 0;
    for (const ThreadRow& row : input_.rows) subjects = std::max(subjects, row.subject + 1);
    std::vector<std::uint32_t> table(subjects, none);
    const auto count = static_cast<std::uint32_t>(roots_.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        const Root& root = roots_[i];
        const std::uint32_t subject = first_of(root).subject;
        if (subject == 0) continue;
        std::uint32_t& in_table = table[subject];
        if (in_table == none) {
            in_table = i;
            continue;
        }
        const Root& other = roots_[in_table];
        if (other.row == none) continue;
        const bool better =
            root.row == none || (input_.rows[other.row].is_reply && !input_.rows[root.row].is_reply);
        if (better) in_table = i;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t subject = first_of(roots_[i]).subject;
        if (subject != 0 && table[subject] != i) merge(i, table[subject]);
    }
}

/// (5) (C)
void Threader::merge(std::uint32_t current_index, std::uint32_t& table_index) {
    Root& current = roots_[current_index];
    Root& in_table = roots_[table_index];
    current.deleted = true;
    if (in_table.row == none) {
        if (current.row != none) current.members.push_back(current.row);
        in_table.members.insert(in_table.members.end(), current.members.begin(), current.members.end());
        return;
    }
    if (input_.rows[current.row].is_reply && !input_.rows[in_table.row].is_reply) {
        forest_.parent[current.row] = in_table.row;
        return;
    }
    Root both;
    both.members = {in_table.row, current.row};
    in_table.deleted = true;
    table_index = static_cast<std::uint32_t>(roots_.size());
    roots_.push_back(std::move(both));
}

/// (6): writing a forest sorts it. Dummies become its further nodes.
void Threader::finish() {
    for (const Root& root : roots_) {
        if (root.deleted || root.row != none) continue;
        const auto dummy = static_cast<std::uint32_t>(forest_.parent.size());
        forest_.parent.push_back(none);
        for (const std::uint32_t member : root.members) forest_.parent[member] = dummy;
    }
}

}  // namespace

Forest thread_by_references(const ThreadInput& input) {
    return Threader(input).run();
}

}  // namespace postern::imap
