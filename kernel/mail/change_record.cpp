#include "kernel/mail/change_record.hpp"

#include <limits>

#include "kernel/mail/packing.hpp"

namespace postern::mail {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t has_recent_from = 1;
constexpr std::uint8_t has_keywords = 2;
constexpr Uid max_uid = std::numeric_limits<Uid>::max();

void pack_keywords(Packer& out, const Change& change) {
    out.number(change.keywords.size());
    for (const auto& name : change.keywords) out.text(name);
    out.number(change.keyword_sets.size() - 1);
    for (std::size_t i = 1; i < change.keyword_sets.size(); ++i) {
        out.number(change.keyword_sets[i].size());
        for (const auto index : change.keyword_sets[i]) out.number(index);
    }
}

void unpack_keywords(Unpacker& in, Change& change) {
    const std::size_t names = in.number_up_to(std::min<std::size_t>(in.remaining(), 65535));
    change.keywords.reserve(names);
    for (std::size_t i = 0; i < names; ++i) change.keywords.emplace_back(in.text());
    const std::size_t sets = in.count();
    for (std::size_t i = 0; i < sets && in.ok(); ++i) {
        auto& set = change.keyword_sets.emplace_back(in.count());
        for (auto& index : set) {
            index = static_cast<std::uint16_t>(in.number());
            if (index >= names) in.fail();
        }
    }
}

void pack_added(Packer& out, const Change& change) {
    out.signed_number(change.saved);
    out.number(change.added.size());
    std::uint64_t message = 0;
    UnixTime date = change.saved;
    for (const AddedMessage& m : change.added) {
        out.signed_number(static_cast<std::int64_t>(value_of(m.message) - message));
        out.byte(m.flags);
        if (change.keyword_sets.size() > 1) out.number(m.keyword_set);
        out.number(m.size);
        out.signed_number(m.internal_date - date);
        out.signed_number(m.zone);
        message = value_of(m.message);
        date = m.internal_date;
    }
}

void unpack_added(Unpacker& in, Change& change) {
    change.saved = in.signed_number();
    change.added.resize(in.count(5));
    std::uint64_t message = 0;
    std::uint64_t date = static_cast<std::uint64_t>(change.saved);
    for (AddedMessage& m : change.added) {
        message += static_cast<std::uint64_t>(in.signed_number());
        m.message = MessageId{message};
        m.flags = in.byte();
        if (change.keyword_sets.size() > 1) {
            m.keyword_set = static_cast<std::uint32_t>(in.number_up_to(change.keyword_sets.size() - 1));
        }
        m.size = static_cast<std::uint32_t>(in.number_up_to(std::numeric_limits<std::uint32_t>::max()));
        date += static_cast<std::uint64_t>(in.signed_number());
        m.internal_date = static_cast<UnixTime>(date);
        m.zone = static_cast<std::int16_t>(in.signed_number());
    }
    change.counters = counters_of(change.added);
}

void pack_ranges(Packer& out, const UidRange* ranges, std::size_t count) {
    out.number(count);
    Uid before = 0;
    for (std::size_t i = 0; i < count; ++i) {
        out.number(ranges[i].first - before);
        out.number(ranges[i].last - ranges[i].first);
        before = ranges[i].last;
    }
}

/// Ranges ascend, do not touch 0 and do not overlap: checked here, so that whoever applies them need not.
std::uint32_t unpack_ranges(Unpacker& in, std::vector<UidRange>& ranges) {
    const std::size_t count = in.count(2);
    ranges.reserve(ranges.size() + count);
    Uid before = 0;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint64_t gap = in.number_up_to(max_uid - before);
        if (gap == 0) in.fail();
        const Uid first = before + static_cast<Uid>(gap);
        const Uid last = first + static_cast<Uid>(in.number_up_to(max_uid - first));
        ranges.push_back({first, last});
        before = last;
    }
    return static_cast<std::uint32_t>(count);
}

void pack_flags(Packer& out, const Change& change) {
    out.signed_number(change.counters.unseen);
    out.signed_number(change.counters.deleted);
    out.number(change.groups.size());
    std::size_t at = 0;
    for (const FlagGroup& group : change.groups) {
        out.byte(group.flags);
        out.number(group.keyword_set);
        pack_ranges(out, change.ranges.data() + at, group.range_count);
        at += group.range_count;
    }
}

void unpack_flags(Unpacker& in, Change& change) {
    change.counters.unseen = in.signed_number();
    change.counters.deleted = in.signed_number();
    change.groups.resize(in.count(3));
    for (FlagGroup& group : change.groups) {
        group.flags = in.byte();
        group.keyword_set = static_cast<std::uint32_t>(in.number_up_to(change.keyword_sets.size() - 1));
        group.range_count = unpack_ranges(in, change.ranges);
    }
}

void pack_expunged(Packer& out, const Change& change) {
    out.signed_number(change.counters.total);
    out.signed_number(change.counters.unseen);
    out.signed_number(change.counters.deleted);
    out.signed_number(change.counters.bytes);
    pack_ranges(out, change.ranges.data(), change.ranges.size());
}

void unpack_expunged(Unpacker& in, Change& change) {
    change.counters.total = in.signed_number();
    change.counters.unseen = in.signed_number();
    change.counters.deleted = in.signed_number();
    change.counters.bytes = in.signed_number();
    unpack_ranges(in, change.ranges);
}

void pack_attributes(Packer& out, const Change& change) {
    out.number(change.attributes.size());
    for (const AttributeChange& attribute : change.attributes) {
        out.text(attribute.entry);
        out.byte(attribute.removed ? 1 : 0);
        out.text(attribute.value);
    }
}

void unpack_attributes(Unpacker& in, Change& change) {
    change.attributes.resize(in.count(3));
    for (AttributeChange& attribute : change.attributes) {
        attribute.entry = in.text();
        attribute.removed = in.byte() != 0;
        attribute.value = in.text();
    }
}

void unpack_body(Unpacker& in, Change& change) {
    switch (change.kind) {
        case ChangeKind::added:
            return unpack_added(in, change);
        case ChangeKind::flags:
            return unpack_flags(in, change);
        case ChangeKind::expunged:
            return unpack_expunged(in, change);
        case ChangeKind::recent:
            return;
        case ChangeKind::mailbox_created:
            change.name = in.text();
            change.uidvalidity = static_cast<std::uint32_t>(in.number_up_to(0xffffffff));
            change.uses = in.text();
            return;
        case ChangeKind::mailbox_renamed:
            change.old_name = in.text();
            change.name = in.text();
            return;
        case ChangeKind::mailbox_deleted:
            change.name = in.text();
            return;
        case ChangeKind::special_use:
            change.uses = in.text();
            return;
        case ChangeKind::subscription:
            change.name = in.text();
            change.subscribed = in.byte() != 0;
            return;
        case ChangeKind::attributes:
            return unpack_attributes(in, change);
    }
    in.fail();
}

}  // namespace

store::CounterDelta counters_of(const std::vector<AddedMessage>& added) {
    store::CounterDelta delta;
    delta.total = static_cast<std::int64_t>(added.size());
    for (const AddedMessage& m : added) {
        delta.unseen += (m.flags & seen) == 0;
        delta.deleted += (m.flags & deleted) != 0;
        delta.bytes += m.size;
    }
    return delta;
}

std::string encode_change(const Change& change) {
    std::string data;
    Packer out(data);
    const bool keywords = change.keyword_sets.size() > 1;
    out.byte(version);
    out.byte(static_cast<std::uint8_t>(change.kind));
    out.byte(static_cast<std::uint8_t>((change.recent_from ? has_recent_from : 0) |
                                       (keywords ? has_keywords : 0)));
    if (change.recent_from) out.number(*change.recent_from);
    if (keywords) pack_keywords(out, change);
    switch (change.kind) {
        case ChangeKind::added:
            pack_added(out, change);
            break;
        case ChangeKind::flags:
            pack_flags(out, change);
            break;
        case ChangeKind::expunged:
            pack_expunged(out, change);
            break;
        case ChangeKind::recent:
            break;
        case ChangeKind::mailbox_created:
            out.text(change.name);
            out.number(change.uidvalidity);
            out.text(change.uses);
            break;
        case ChangeKind::mailbox_renamed:
            out.text(change.old_name);
            out.text(change.name);
            break;
        case ChangeKind::mailbox_deleted:
            out.text(change.name);
            break;
        case ChangeKind::special_use:
            out.text(change.uses);
            break;
        case ChangeKind::subscription:
            out.text(change.name);
            out.byte(change.subscribed ? 1 : 0);
            break;
        case ChangeKind::attributes:
            pack_attributes(out, change);
            break;
    }
    return data;
}

Result<Change> decode_change(std::string_view data) {
    Unpacker in(data);
    const std::uint8_t written_by = in.byte();
    if (in.ok() && written_by > version)
        return Error(Errc::unsupported, "a change record of a newer version");
    Change change;
    change.kind = static_cast<ChangeKind>(in.byte());
    const std::uint8_t parts = in.byte();
    if (parts & has_recent_from) change.recent_from = static_cast<Uid>(in.number_up_to(max_uid));
    change.keyword_sets.resize(1);
    if (parts & has_keywords) unpack_keywords(in, change);
    if (in.ok()) unpack_body(in, change);
    if (!in.ok() || !in.at_end() || written_by == 0) {
        return Error(Errc::corrupt, "a change record does not decode");
    }
    return change;
}

}  // namespace postern::mail
