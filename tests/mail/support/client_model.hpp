#pragma once
// What an IMAP client knows of a mailbox, built from nothing but what View::sync tells it.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "postern/mail/mailbox.hpp"

namespace postern::mail::test {

/// Flags and keywords of a message, comparable between mailboxes that intern differently.
struct KnownFlags {
    FlagBits flags = 0;
    std::set<std::string> keywords;
    bool operator==(const KnownFlags&) const = default;
};
KnownFlags flags_of(const Mailbox& mailbox, Slot slot);

class ClientModel {
public:
    ClientModel(std::shared_ptr<Mailbox> mailbox, bool read_only);

    Mailbox& mailbox() { return *mailbox_; }
    View& view() { return *view_; }
    std::shared_ptr<Mailbox> shared() const { return mailbox_; }
    std::size_t count() const { return uids_.size(); }

    void sync(bool allow_expunge);
    /// STORE .SILENT: the client takes it that it worked.
    void assume(const StoreFlagsRequest& request, const StoreFlagsResult& result);
    /// The view answers every question about numbers and UIDs as the client remembers it.
    void check_numbers() const;
    /// After a sync that told everything: what the client knows is what is there.
    void check_complete() const;

private:
    void take_expunged(const ViewChanges& changes);

    std::shared_ptr<Mailbox> mailbox_;
    std::unique_ptr<View> view_;
    std::vector<Uid> uids_;  // by message number
    std::map<Uid, KnownFlags> flags_;
};

}  // namespace postern::mail::test
