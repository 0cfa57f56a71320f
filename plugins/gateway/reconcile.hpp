#pragma once
// A listing held against the receipts: which remote message is which. Pure; nothing is decided here.
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "postern/gateway/remote.hpp"
#include "postern/store/records.hpp"

namespace postern::gateway {

/// States in which a message is believed to be on the server, or may be.
constexpr store::ReceiptStates active_states =
    store::bit(store::ReceiptState::listed) | store::bit(store::ReceiptState::deferred) |
    store::bit(store::ReceiptState::stored) | store::bit(store::ReceiptState::delete_wanted) |
    store::bit(store::ReceiptState::delete_sent) | store::bit(store::ReceiptState::suspect);

/// States that remember a message which is not there any more.
constexpr store::ReceiptStates tombstone_states = store::bit(store::ReceiptState::delete_done) |
                                                  store::bit(store::ReceiptState::vanished) |
                                                  store::bit(store::ReceiptState::expired);

/// Whether its content was stored here: what it became there is another question.
inline bool has_message(const store::Receipt& receipt) {
    return receipt.message != MessageId{} && receipt.state != store::ReceiptState::listed &&
           receipt.state != store::ReceiptState::deferred;
}

struct Match {
    std::size_t item = 0;
    std::size_t receipt = 0;
    bool twin = false;      ///< the id names several messages, or did
    bool doubtful = false;  ///< same id, other size: only the header tells
};

struct UnknownItem {
    std::size_t item = 0;
    std::uint32_t occurrence = 0;  ///< free under this id
};

struct Reconciliation {
    std::vector<Match> known;          ///< active receipts that are listed
    std::vector<Match> returned;       ///< tombstones that are listed again
    std::vector<UnknownItem> unknown;  ///< in the listing's order
    std::vector<std::size_t> missing;  ///< active receipts that are not listed
};

/// Header fingerprints by item, of those that are known.
using ItemHeaders = std::unordered_map<std::size_t, std::string>;

/// Items without id are left out: the caller gives them one (or not) before. Where the header of an item is known, and
/// that of a receipt, they are of one message only if these are equal. O(n log n).
Reconciliation reconcile(std::span<const RemoteItem> items, std::span<const store::Receipt> receipts,
                         const ItemHeaders& headers = {});

/// Items that share id and size with others, so that only their headers tell which receipt is theirs, where it matters
/// (gateway.md 2.3 (d): never by position).
std::vector<std::size_t> ambiguous_twins(std::span<const RemoteItem> items,
                                         std::span<const store::Receipt> receipts);

/// Whether a listing looks as if the provider had renumbered everything (gateway.md 1.1, "Changed UIDLs").
bool looks_renumbered(const Reconciliation& r, std::size_t listed);

}  // namespace postern::gateway
