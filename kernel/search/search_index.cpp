// Reading the index: which messages a text can be in.
#include "kernel/search/search_index.hpp"

#include <algorithm>

#include "kernel/mail/core_context.hpp"

namespace postern::search {

namespace {

constexpr std::size_t trigrams_a_key = 12;

/// What the index says about one text.
class Candidates final : public mail::TextCandidates {
public:
    Candidates(std::shared_ptr<const std::vector<MessageId>> indexed, std::vector<MessageId> matches)
        : indexed_(std::move(indexed)), matches_(std::move(matches)) {
        std::ranges::sort(matches_);
    }
    bool may_contain(MessageId message) const override {
        return std::ranges::binary_search(matches_, message) ||
               !std::ranges::binary_search(*indexed_, message);
    }

private:
    std::shared_ptr<const std::vector<MessageId>> indexed_;
    std::vector<MessageId> matches_;
};

}  // namespace

SearchIndex::SearchIndex(mail::CoreContext& core, mail::Account& account)
    : core_(core), account_(account), indexed_(std::make_shared<const std::vector<MessageId>>()) {}

SearchIndex::~SearchIndex() = default;

Task<std::vector<mail::TextCandidatesPtr>> SearchIndex::find(std::vector<std::string> texts,
                                                             std::shared_ptr<void> keep) {
    std::vector<mail::TextCandidatesPtr> found(texts.size());
    auto loaded = co_await load();
    if (!loaded) co_return found;
    if (!asked_) {
        asked_ = true;
        is_behind_ = root_.through < account_.change_seq();
        if (is_behind_) start(keep);
    }
    std::vector<std::vector<Trigram>> keys;
    std::vector<Wanted> wanted;
    const Segments segments = segments_;
    const auto indexed = indexed_;
    for (const std::string& text : texts) {
        keys.push_back(key_trigrams(text, trigrams_a_key));
        for (const SegmentPtr& segment : segments) {
            for (const Trigram trigram : keys.back()) {
                const auto block = segment->head.block_of(trigram);
                if (block) wanted.push_back({segment->info.id, *block});
            }
        }
    }
    const Blocks blocks = co_await load_blocks(std::move(wanted));
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!keys[i].empty()) found[i] = candidates(keys[i], segments, indexed, blocks);
    }
    co_return found;
}

mail::TextCandidatesPtr SearchIndex::candidates(const std::vector<Trigram>& key, const Segments& segments,
                                                std::shared_ptr<const std::vector<MessageId>> indexed,
                                                const Blocks& blocks) {
    std::vector<MessageId> matches;
    for (const SegmentPtr& segment : segments) {
        const std::vector<MessageId>& messages = segment->head.messages();
        std::optional<OrdinalSet> common;
        bool sound = true;
        for (const Trigram trigram : key) {
            const auto block = segment->head.block_of(trigram);
            OrdinalSet having(messages.size());
            if (block) {
                const Wanted name{segment->info.id, *block};
                const auto there = std::ranges::find(blocks, name, &Blocks::value_type::first);
                sound = sound && there != blocks.end() && there->second != nullptr;
                if (!sound) break;
                auto listed = find_in_block(*there->second, trigram, messages.size());
                sound = listed.has_value();
                if (!sound) break;
                having = std::move(*listed);
            }
            if (common) {
                common->keep_common(having);
            } else {
                common = std::move(having);
            }
        }
        if (!sound) {
            // Merged by somebody else meanwhile, or damaged: nothing can be excluded, and the next search looks anew.
            matches.insert(matches.end(), messages.begin(), messages.end());
            loaded_ = false;
            continue;
        }
        for (const Ordinal ordinal : common->members()) matches.push_back(messages[ordinal]);
        for (const Ordinal ordinal : segment->head.unlisted()) matches.push_back(messages[ordinal]);
    }
    return std::make_shared<const Candidates>(std::move(indexed), std::move(matches));
}

Task<Result<void>> SearchIndex::load() {
    if (loaded_) co_return Result<void>{};
    std::string name(root_entry);
    const std::optional<MailboxId> of_the_account = MailboxId{};
    auto entries = co_await account_.read_attributes(of_the_account, std::move(name));
    if (!entries) co_return entries.error();
    IndexRoot root;
    if (!entries->empty()) {
        auto decoded = IndexRoot::decode(entries->front().value);
        if (!decoded) co_return set_aside(decoded.error());
        root = std::move(*decoded);
    }
    auto segments = co_await load_segments(root);
    if (!segments && segments.error().code == Errc::corrupt) co_return set_aside(segments.error());
    if (!segments) co_return segments.error();
    if (!loaded_) use(std::move(root), std::move(*segments));
    co_return Result<void>{};
}

/// The next pass makes the index anew.
Result<void> SearchIndex::set_aside(const Error& error) {
    core_.log.warning("the search index is damaged and is built anew",
                      {{"account", value_of(account_.id())}, {"error", error.to_string()}});
    use(IndexRoot{}, Segments{});
    is_behind_ = true;
    return {};
}

Task<Result<SearchIndex::Segments>> SearchIndex::load_segments(IndexRoot root) {
    using Heads = std::vector<std::string>;
    std::function<Result<Heads>(store::StoreSession&)> call =
        [account = account_.id(), wanted = root.segments](store::StoreSession& session) -> Result<Heads> {
        Heads heads;
        for (const SegmentInfo& segment : wanted) {
            auto entries = session.read_attributes(account, MailboxId{}, head_entry(segment.id));
            if (!entries) return entries.error();
            if (entries->empty()) return Error(Errc::corrupt, "a segment of the search index is missing");
            heads.push_back(std::move(entries->front().value));
        }
        return heads;
    };
    auto heads = co_await core_.lanes.read<Heads>(std::move(call));
    if (!heads) co_return heads.error();
    Segments segments;
    for (std::size_t i = 0; i < heads->size(); ++i) {
        auto head = SegmentHead::decode((*heads)[i]);
        if (!head) co_return head.error();
        segments.push_back(std::make_shared<const Segment>(Segment{root.segments[i], std::move(*head)}));
    }
    co_return segments;
}

void SearchIndex::use(IndexRoot root, Segments segments) {
    std::vector<MessageId> indexed;
    for (const SegmentPtr& segment : segments) {
        const auto& messages = segment->head.messages();
        indexed.insert(indexed.end(), messages.begin(), messages.end());
    }
    std::ranges::sort(indexed);
    root_ = std::move(root);
    segments_ = std::move(segments);
    indexed_ = std::make_shared<const std::vector<MessageId>>(std::move(indexed));
    loaded_ = true;
}

/// From the core's cache, the others in one turn on a store lane.
Task<SearchIndex::Blocks> SearchIndex::load_blocks(std::vector<Wanted> wanted) {
    Blocks blocks;
    std::vector<Wanted> missing;
    for (const Wanted& one : wanted) {
        if (std::ranges::find(blocks, one, &Blocks::value_type::first) != blocks.end()) continue;
        const BlockPtr* cached = core_.index_blocks.find({account_.id(), one.segment, one.block});
        blocks.emplace_back(one, cached ? *cached : nullptr);
        if (!cached) missing.push_back(one);
    }
    if (missing.empty()) co_return blocks;
    using Read = std::vector<BlockPtr>;
    std::function<Result<Read>(store::StoreSession&)> call =
        [account = account_.id(), missing](store::StoreSession& session) -> Result<Read> {
        Read read;
        for (const Wanted& one : missing) {
            auto entries = session.read_attributes(account, MailboxId{}, block_entry(one.segment, one.block));
            if (!entries) return entries.error();
            read.push_back(entries->empty()
                               ? nullptr
                               : std::make_shared<const std::string>(std::move(entries->front().value)));
        }
        return read;
    };
    auto read = co_await core_.lanes.read<Read>(std::move(call));
    if (!read) co_return blocks;
    for (std::size_t i = 0; i < missing.size(); ++i) {
        const BlockPtr& block = (*read)[i];
        std::ranges::find(blocks, missing[i], &Blocks::value_type::first)->second = block;
        if (block)
            core_.index_blocks.put({account_.id(), missing[i].segment, missing[i].block}, block,
                                   block->size() + 128);
    }
    co_return blocks;
}

}  // namespace postern::search
