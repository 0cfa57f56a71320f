#pragma once
// Unique ids of messages and how those that were given are kept. No I/O.
#include <map>
#include <string>
#include <vector>

#include "pop3/maildrop.hpp"
#include "postern/store/transaction.hpp"

namespace postern::pop3 {

/// Attributes of INBOX with the ids that were given: one for every 256 UIDs, with a line "UID ID" each.
constexpr std::string_view given_prefix = "pop3/uidl/";

/// "5c8fd1b40000002a": of a message that has no other.
std::string own_id(std::uint32_t uidvalidity, Uid uid);

std::map<Uid, std::string> parse_given(const std::vector<store::Attribute>& attributes);

/// What is to be written after `ids` were given: the blocks that change. Ids of messages that are gone are left out of them, and
/// blocks without any are removed.
std::vector<store::AttributeWrite> given_writes(MailboxId mailbox, const std::vector<Item>& items,
                                                const std::vector<std::string>& ids,
                                                const std::vector<store::Attribute>& before);

/// Replaces ids that occur before, or are not valid, by own ones.
void make_unique(std::vector<std::string>& ids, const std::vector<Item>& items, std::uint32_t uidvalidity);

}  // namespace postern::pop3
