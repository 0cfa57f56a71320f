#pragma once
// The search index of one account: which messages a text can be in. Built behind delivery, a segment for every thousand
// messages, segments merged as they gather. What is not in a segment yet may contain anything, so that an answer made
// with it is right at every moment.
#include <memory>
#include <string>
#include <vector>

#include "kernel/search/index_root.hpp"
#include "kernel/search/segment.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {
struct CoreContext;
}

namespace postern::search {

using BlockPtr = std::shared_ptr<const std::string>;

/// On the account's core.
class SearchIndex {
public:
    /// Both outlive it.
    SearchIndex(mail::CoreContext& core, mail::Account& account);
    ~SearchIndex();

    /// An answer for each text, in their order; null where the index excludes nothing. `keep` holds the account.
    Task<std::vector<mail::TextCandidatesPtr>> find(std::vector<std::string> texts,
                                                    std::shared_ptr<void> keep);
    /// Messages were added to the account: sees to it that they are indexed when no more come for a while.
    void messages_added(std::size_t count, std::shared_ptr<void> keep);

private:
    struct Segment {
        SegmentInfo info;
        SegmentHead head;
    };
    using SegmentPtr = std::shared_ptr<const Segment>;
    using Segments = std::vector<SegmentPtr>;
    /// A block of a segment that a search wants.
    struct Wanted {
        std::uint64_t segment;
        std::size_t block;
        bool operator==(const Wanted&) const = default;
    };
    using Blocks = std::vector<std::pair<Wanted, BlockPtr>>;

    // Reading.
    Task<Result<void>> load();
    Task<Result<Segments>> load_segments(IndexRoot root);
    Result<void> set_aside(const Error& error);
    Task<Blocks> load_blocks(std::vector<Wanted> wanted);
    void use(IndexRoot root, Segments segments);
    mail::TextCandidatesPtr candidates(const std::vector<Trigram>& key, const Segments& segments,
                                       std::shared_ptr<const std::vector<MessageId>> indexed,
                                       const Blocks& blocks);

    // Writing.
    void start(std::shared_ptr<void> keep);
    /// While it waits it does not hold the account.
    static Task<void> run(SearchIndex* index, mail::CoreContext* core, std::weak_ptr<void> account);
    Task<bool> work();
    Task<Result<void>> pass();
    bool is_worth_a_pass() const;
    Task<Result<std::vector<MessageId>>> unindexed();
    Task<Result<EncodedSegment>> build(std::vector<MessageId> messages);
    Task<Result<void>> store(EncodedSegment segment, Modseq through, Segments replaced);
    Task<Result<void>> store_blocks(std::shared_ptr<const EncodedSegment> segment, std::uint64_t id);
    Task<Result<void>> drop_pending();
    Task<Result<void>> start_over();
    Task<Result<void>> merge_some();
    Task<Result<EncodedSegment>> read_whole(SegmentPtr segment);
    Task<Result<void>> write(std::vector<store::AttributeWrite> writes);

    mail::CoreContext& core_;
    mail::Account& account_;
    bool loaded_ = false;
    bool running_ = false;    ///< run() waits or works
    bool asked_ = false;      ///< a search has looked for what earlier runs of the server left unindexed
    bool is_behind_ = false;  ///< ... and not been answered yet
    std::size_t added_ = 0;   ///< messages, since the last pass
    IndexRoot root_;
    Segments segments_;
    /// Ascending.
    std::shared_ptr<const std::vector<MessageId>> indexed_;
};

}  // namespace postern::search
