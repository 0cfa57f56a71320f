// Building the index behind delivery: passes over what was added, segments written and merged.
#include <algorithm>
#include <functional>

#include "kernel/mail/core_context.hpp"
#include "kernel/search/message_texts.hpp"
#include "kernel/search/search_index.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::search {

namespace {

constexpr std::size_t segment_messages = 1024;  ///< in a segment as it is built
constexpr std::size_t batch_messages = 64;      ///< read and decoded at once
constexpr std::uint64_t batch_octets = 1 << 20;
constexpr std::size_t written_at_once = 1 << 20;  ///< octets of one transaction: deliveries come in between
constexpr std::size_t merged_at_once = 4;
constexpr std::size_t largest_merged = 16'384;  ///< messages; a segment with more is not merged any more

/// Segments of one size class are merged into one of the next.
unsigned size_class(std::size_t messages) {
    unsigned level = 0;
    for (std::size_t bound = 256; messages >= bound; bound *= merged_at_once) ++level;
    return level;
}

store::AttributeWrite put_entry(std::string entry, std::string value) {
    return {{MailboxId{}, std::move(entry), std::move(value)}, false};
}
store::AttributeWrite remove_entry(std::string entry) {
    return {{MailboxId{}, std::move(entry), {}}, true};
}

void remove_segment(std::vector<store::AttributeWrite>& writes, const SegmentInfo& info) {
    writes.push_back(remove_entry(head_entry(info.id)));
    for (std::size_t block = 0; block < info.blocks; ++block) {
        writes.push_back(remove_entry(block_entry(info.id, block)));
    }
}

std::size_t octets_of(const EncodedSegment& segment) {
    std::size_t octets = segment.head.size();
    for (const std::string& block : segment.blocks) octets += block.size();
    return octets;
}

}  // namespace

void SearchIndex::messages_added(std::size_t count, std::shared_ptr<void> keep) {
    added_ += count;
    start(std::move(keep));
}

void SearchIndex::start(std::shared_ptr<void> keep) {
    if (running_) return;
    running_ = true;
    core_.runtime.spawn(core_.executor, "search index", run(this, &core_, keep));
}

/// One account of a core at a time, for a pass keeps some ten megabytes.
Task<void> SearchIndex::run(SearchIndex* index, mail::CoreContext* core, std::weak_ptr<void> account) {
    constexpr unsigned most_waits = 20;  // where mail never stops coming
    std::size_t before = 0;
    for (unsigned waits = 0;; ++waits) {
        const auto delay = core->options.index_delay;
        auto slept = co_await sleep_for(delay);
        const std::shared_ptr<void> keep = account.lock();
        if (!keep) co_return;
        const bool stopping = !slept || core->runtime.stopping();
        const bool is_quiet = index->added_ == before || waits >= most_waits;
        before = index->added_;
        bool more = !stopping;
        if (!stopping && is_quiet && !core->indexing) {
            more = co_await index->work();
            waits = 0;
            before = index->added_;
        }
        if (more) continue;
        index->running_ = false;
        co_return;
    }
}

/// True if there is more to do.
Task<bool> SearchIndex::work() {
    core_.indexing = true;
    auto done = co_await pass();
    core_.indexing = false;
    if (!done) {
        // What is not indexed is searched all the same; the next delivery or search starts another pass.
        core_.log.debug("the search index was not renewed",
                        {{"account", value_of(account_.id())}, {"error", done.error().to_string()}});
        loaded_ = false;
        asked_ = false;
    }
    co_return done&& added_ >= core_.options.index_least;
}

/// Whether there may be enough to index, judged without opening a mailbox.
bool SearchIndex::is_worth_a_pass() const {
    const std::size_t least = core_.options.index_least;
    return is_behind_ || added_ >= least || account_.used_count() >= root_.message_count() + least;
}

Task<Result<void>> SearchIndex::pass() {
    auto loaded = co_await load();
    if (!loaded) co_return loaded;
    auto dropped = co_await drop_pending();
    if (!dropped || !is_worth_a_pass()) co_return dropped;
    is_behind_ = false;
    added_ = 0;  // from here on the next pass's
    const Modseq through = account_.change_seq();
    auto messages = co_await unindexed();
    if (!messages) co_return messages.error();
    if (messages->size() < core_.options.index_least) {
        added_ = messages->size();
        co_return Result<void>{};
    }
    const Segments nothing;
    for (std::size_t begin = 0; begin < messages->size(); begin += segment_messages) {
        const std::size_t end = std::min(messages->size(), begin + segment_messages);
        std::vector<MessageId> part(messages->begin() + static_cast<std::ptrdiff_t>(begin),
                                    messages->begin() + static_cast<std::ptrdiff_t>(end));
        auto segment = co_await build(std::move(part));
        if (!segment) co_return segment.error();
        const Modseq reached = end == messages->size() ? through : root_.through;
        auto stored = co_await store(std::move(*segment), reached, nothing);
        if (!stored) co_return stored;
        auto merged = co_await merge_some();
        if (!merged && merged.error().code == Errc::corrupt) merged = co_await start_over();
        if (!merged) co_return merged;
    }
    co_return Result<void>{};
}

/// Messages that no segment has, ascending.
Task<Result<std::vector<MessageId>>> SearchIndex::unindexed() {
    std::vector<MailboxId> changed;
    for (const mail::MailboxInfo& mailbox : account_.mailboxes()) {
        if (mailbox.highest_modseq > root_.through && mailbox.total > 0) changed.push_back(mailbox.id);
    }
    std::vector<MessageId> messages;
    for (const MailboxId id : changed) {
        auto mailbox = co_await account_.open_mailbox(id);
        if (!mailbox && mailbox.error().code == Errc::not_found) continue;
        if (!mailbox) co_return mailbox.error();
        const mail::Columns columns = (*mailbox)->columns();
        for (mail::Slot slot = 0; slot < columns.uid.size(); ++slot) {
            if (!columns.is_alive(slot) || columns.modseq[slot] <= root_.through) continue;
            const MessageId message = columns.message[slot];
            if (!std::ranges::binary_search(*indexed_, message)) messages.push_back(message);
        }
    }
    std::ranges::sort(messages);
    messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
    co_return messages;
}

Task<Result<EncodedSegment>> SearchIndex::build(std::vector<MessageId> messages) {
    using Contents = std::vector<std::optional<std::string>>;
    using Lists = std::vector<std::optional<std::vector<Trigram>>>;
    const auto builder = std::make_shared<SegmentBuilder>();
    const std::uint64_t key = value_of(account_.id());
    auto stored = co_await account_.load_messages(messages);
    if (!stored) co_return stored.error();
    for (std::size_t begin = 0; begin < messages.size();) {
        if (core_.runtime.stopping()) co_return Error(Errc::cancelled, "the server is stopping");
        std::vector<mail::StoredMessagePtr> batch;
        std::uint64_t octets = 0;
        while (begin + batch.size() < messages.size() && batch.size() < batch_messages &&
               octets < batch_octets) {
            batch.push_back((*stored)[begin + batch.size()]);
            if (batch.back()) octets += batch.back()->record.size();
        }
        const std::size_t count = batch.size();
        std::function<Result<Contents>(store::StoreSession&)> read =
            [account = account_.id(), wanted = std::move(batch)](store::StoreSession& session) {
                return read_contents(session, account, wanted);
            };
        auto contents = co_await core_.lanes.read<Contents>(std::move(read));
        if (!contents) co_return contents.error();
        std::function<Result<Lists>()> collect = [texts = std::move(*contents)]() -> Result<Lists> {
            return trigrams_of(texts);
        };
        auto lists = co_await run_on_lane<Lists>(core_.runtime, LaneKind::cpu, key, std::move(collect));
        if (!lists) co_return lists.error();
        for (std::size_t i = 0; i < count; ++i) {
            const auto& list = (*lists)[i];
            if (list) {
                builder->add(messages[begin + i], *list);
            } else {
                builder->add_unlisted(messages[begin + i]);
            }
        }
        begin += count;
    }
    std::function<Result<EncodedSegment>()> finish = [builder]() -> Result<EncodedSegment> {
        return builder->finish();
    };
    auto segment = co_await run_on_lane<EncodedSegment>(core_.runtime, LaneKind::cpu, key, std::move(finish));
    co_return segment;
}

Task<Result<void>> SearchIndex::write(std::vector<store::AttributeWrite> writes) {
    mail::Cause cause;
    cause.protocol = "search";
    auto written = co_await account_.write_attributes(std::move(writes), cause);
    co_return written;
}

/// Puts the segment in the place of others. Until the last transaction the root does not name it.
Task<Result<void>> SearchIndex::store(EncodedSegment segment, Modseq through, Segments replaced) {
    auto head = SegmentHead::decode(segment.head);
    if (!head) co_return head.error();
    const SegmentInfo info{core_.ids.next(), head->messages().size(), segment.blocks.size()};
    IndexRoot root = root_;
    const auto encoded = std::make_shared<const EncodedSegment>(std::move(segment));
    std::vector<store::AttributeWrite> writes;
    if (octets_of(*encoded) > written_at_once) {
        root.pending = info;
        writes.push_back(put_entry(std::string(root_entry), root.encode()));
        auto announced = co_await write(std::move(writes));
        if (!announced) co_return announced.error();
        root_.pending = info;
        auto stored = co_await store_blocks(encoded, info.id);
        if (!stored) co_return stored.error();
        writes.clear();
    } else {
        for (std::size_t i = 0; i < encoded->blocks.size(); ++i) {
            writes.push_back(put_entry(block_entry(info.id, i), encoded->blocks[i]));
        }
    }
    root.pending.reset();
    root.through = through;
    Segments segments;
    for (const SegmentPtr& old : segments_) {
        if (std::ranges::find(replaced, old) == replaced.end()) segments.push_back(old);
    }
    segments.push_back(std::make_shared<const Segment>(Segment{info, std::move(*head)}));
    root.segments.clear();
    for (const SegmentPtr& kept : segments) root.segments.push_back(kept->info);
    for (const SegmentPtr& old : replaced) remove_segment(writes, old->info);
    writes.push_back(put_entry(head_entry(info.id), encoded->head));
    writes.push_back(put_entry(std::string(root_entry), root.encode()));
    auto written = co_await write(std::move(writes));
    if (!written) co_return written.error();
    use(std::move(root), std::move(segments));
    co_return Result<void>{};
}

Task<Result<void>> SearchIndex::store_blocks(std::shared_ptr<const EncodedSegment> segment,
                                             std::uint64_t id) {
    for (std::size_t next = 0; next < segment->blocks.size();) {
        std::vector<store::AttributeWrite> writes;
        for (std::size_t octets = 0; next < segment->blocks.size() && octets < written_at_once; ++next) {
            octets += segment->blocks[next].size();
            writes.push_back(put_entry(block_entry(id, next), segment->blocks[next]));
        }
        auto written = co_await write(std::move(writes));
        if (!written) co_return written.error();
    }
    co_return Result<void>{};
}

/// Removes the blocks of a segment that was not finished: the server went down meanwhile.
Task<Result<void>> SearchIndex::drop_pending() {
    if (!root_.pending) co_return Result<void>{};
    IndexRoot root = root_;
    std::vector<store::AttributeWrite> writes;
    remove_segment(writes, *root.pending);
    root.pending.reset();
    writes.push_back(put_entry(std::string(root_entry), root.encode()));
    auto written = co_await write(std::move(writes));
    if (written) root_.pending.reset();
    co_return written;
}

/// After damage: without its segments everything is unindexed again.
Task<Result<void>> SearchIndex::start_over() {
    core_.log.warning("the search index is damaged and is built anew",
                      {{"account", value_of(account_.id())}});
    std::vector<store::AttributeWrite> writes;
    for (const SegmentPtr& segment : segments_) remove_segment(writes, segment->info);
    const IndexRoot root;
    writes.push_back(put_entry(std::string(root_entry), root.encode()));
    auto written = co_await write(std::move(writes));
    if (!written) co_return written;
    const Segments nothing;
    use(root, nothing);
    is_behind_ = true;
    added_ = core_.options.index_least;
    co_return Error(Errc::corrupt, "the search index was damaged");
}

/// Merges as long as there are enough segments of a size class.
Task<Result<void>> SearchIndex::merge_some() {
    for (unsigned level = 0; size_class(largest_merged) > level; ++level) {
        Segments merged;
        for (const SegmentPtr& segment : segments_) {
            if (size_class(segment->info.messages) == level && merged.size() < merged_at_once)
                merged.push_back(segment);
        }
        if (merged.size() < merged_at_once) continue;
        const auto parts = std::make_shared<std::vector<EncodedSegment>>();
        for (const SegmentPtr& segment : merged) {
            auto whole = co_await read_whole(segment);
            if (!whole) co_return whole.error();
            parts->push_back(std::move(*whole));
        }
        std::function<Result<EncodedSegment>()> job = [parts] { return merge(*parts); };
        const std::uint64_t key = value_of(account_.id());
        auto one = co_await run_on_lane<EncodedSegment>(core_.runtime, LaneKind::cpu, key, std::move(job));
        if (!one) co_return one.error();
        auto stored = co_await store(std::move(*one), root_.through, std::move(merged));
        if (!stored) co_return stored.error();
    }
    co_return Result<void>{};
}

Task<Result<EncodedSegment>> SearchIndex::read_whole(SegmentPtr segment) {
    std::function<Result<EncodedSegment>(store::StoreSession&)> call =
        [account = account_.id(), segment](store::StoreSession& session) -> Result<EncodedSegment> {
        EncodedSegment whole;
        whole.head = segment->head.encode();
        for (std::size_t block = 0; block < segment->info.blocks; ++block) {
            auto entries =
                session.read_attributes(account, MailboxId{}, block_entry(segment->info.id, block));
            if (!entries) return entries.error();
            if (entries->empty()) return Error(Errc::corrupt, "a block of the search index is missing");
            whole.blocks.push_back(std::move(entries->front().value));
        }
        return whole;
    };
    auto whole = co_await core_.lanes.read<EncodedSegment>(std::move(call));
    co_return whole;
}

}  // namespace postern::search
