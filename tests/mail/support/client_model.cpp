#include "tests/mail/support/client_model.hpp"

namespace postern::mail::test {

KnownFlags flags_of(const Mailbox& mailbox, Slot slot) {
    KnownFlags known;
    const Columns columns = mailbox.columns();
    known.flags = columns.flags[slot];
    for (const auto index : mailbox.keyword_set(columns.keywords[slot])) {
        known.keywords.insert(mailbox.keywords()[index]);
    }
    return known;
}

ClientModel::ClientModel(std::shared_ptr<Mailbox> mailbox, bool read_only)
    : mailbox_(std::move(mailbox)), view_(mailbox_->open_view(read_only)) {
    const Columns columns = mailbox_->columns();
    for (Slot slot = view_->lower_bound(1); slot != no_slot; slot = view_->next(slot)) {
        uids_.push_back(columns.uid[slot]);
        flags_[columns.uid[slot]] = flags_of(*mailbox_, slot);
    }
    EXPECT_EQ(view_->count(), uids_.size());
}

void ClientModel::take_expunged(const ViewChanges& changes) {
    for (const auto& gone : changes.expunged) {
        ASSERT_GE(gone.number, 1U);
        ASSERT_LE(gone.number, uids_.size());
        EXPECT_EQ(uids_[gone.number - 1], gone.uid);
        uids_.erase(uids_.begin() + gone.number - 1);
        flags_.erase(gone.uid);
    }
}

void ClientModel::sync(bool allow_expunge) {
    const bool promised = view_->has_changes(allow_expunge);
    const Modseq before = view_->told_modseq();
    const ViewChanges changes = view_->sync(allow_expunge);
    if (!promised) {
        EXPECT_TRUE(changes.empty());
    }
    if (!allow_expunge) {
        EXPECT_TRUE(changes.expunged.empty());
    }
    EXPECT_GE(changes.modseq, before);
    EXPECT_EQ(changes.modseq, view_->told_modseq());
    take_expunged(changes);
    if (changes.exists) {
        EXPECT_GT(*changes.exists, uids_.size());
        const Columns columns = mailbox_->columns();
        while (uids_.size() < *changes.exists) {
            const Slot slot = view_->slot_of_number(static_cast<std::uint32_t>(uids_.size() + 1));
            ASSERT_NE(slot, no_slot);
            uids_.push_back(columns.uid[slot]);
            flags_[columns.uid[slot]] = flags_of(*mailbox_, slot);  // the client fetches what is new
        }
    }
    Slot last = no_slot;
    for (const Slot slot : changes.flags) {
        if (last != no_slot) {
            EXPECT_GT(slot, last);
        }
        last = slot;
        EXPECT_NE(view_->number_of(slot), 0U);
        flags_[mailbox_->columns().uid[slot]] = flags_of(*mailbox_, slot);
    }
    EXPECT_FALSE(view_->has_changes(allow_expunge));
}

void ClientModel::assume(const StoreFlagsRequest& request, const StoreFlagsResult& result) {
    const std::set<Slot> gone(result.gone.begin(), result.gone.end());
    for (const Slot slot : request.slots) {
        const auto known = flags_.find(mailbox_->columns().uid[slot]);
        if (known == flags_.end() || gone.contains(slot)) continue;
        KnownFlags& flags = known->second;
        switch (request.mode) {
            case StoreFlagsRequest::Mode::replace:
                flags.flags = request.flags;
                flags.keywords = {request.keywords.begin(), request.keywords.end()};
                break;
            case StoreFlagsRequest::Mode::add:
                flags.flags |= request.flags;
                flags.keywords.insert(request.keywords.begin(), request.keywords.end());
                break;
            case StoreFlagsRequest::Mode::remove:
                flags.flags &= static_cast<FlagBits>(~request.flags);
                for (const auto& keyword : request.keywords) flags.keywords.erase(keyword);
                break;
        }
    }
}

void ClientModel::check_numbers() const {
    ASSERT_EQ(view_->count(), uids_.size());
    const Columns columns = mailbox_->columns();
    std::uint32_t recent = 0;
    Slot slot = view_->lower_bound(0);
    for (std::uint32_t number = 1; number <= uids_.size(); ++number) {
        const Uid uid = uids_[number - 1];
        ASSERT_EQ(view_->slot_of_number(number), slot);
        ASSERT_NE(slot, no_slot);
        ASSERT_EQ(columns.uid[slot], uid);
        ASSERT_EQ(view_->number_of(slot), number);
        ASSERT_EQ(view_->slot_of_uid(uid), slot);
        ASSERT_EQ(view_->lower_bound(uid), slot);
        ASSERT_EQ(view_->is_expunged(slot), !columns.is_alive(slot));
        recent += view_->is_recent(slot);
        slot = view_->next(slot);
    }
    EXPECT_EQ(slot, no_slot);
    EXPECT_EQ(view_->slot_of_number(0), no_slot);
    EXPECT_EQ(view_->slot_of_number(static_cast<std::uint32_t>(uids_.size() + 1)), no_slot);
    EXPECT_EQ(view_->last_uid(), uids_.empty() ? 0 : uids_.back());
    EXPECT_EQ(view_->recent(), recent);
}

void ClientModel::check_complete() const {
    std::vector<Uid> there;
    const Columns columns = mailbox_->columns();
    for (Slot slot = 0; slot < mailbox_->slot_count(); ++slot) {
        if (!columns.is_alive(slot)) continue;
        there.push_back(columns.uid[slot]);
        const auto known = flags_.find(columns.uid[slot]);
        ASSERT_NE(known, flags_.end());
        EXPECT_EQ(known->second, flags_of(*mailbox_, slot)) << "uid " << columns.uid[slot];
    }
    EXPECT_EQ(uids_, there);
    EXPECT_EQ(flags_.size(), there.size());
}

}  // namespace postern::mail::test
