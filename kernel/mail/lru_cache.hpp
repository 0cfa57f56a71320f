#pragma once
#include <cstdint>
#include <list>
#include <unordered_map>

namespace postern::mail {

/// Values by key, bounded by the octets they say they take; the least recently used goes first. One thread.
template <class Key, class Value, class Hash>
class LruCache {
public:
    explicit LruCache(std::size_t budget) : budget_(budget) {}

    /// Null if it is not there. Valid until the next put().
    const Value* find(const Key& key) {
        const auto found = index_.find(key);
        if (found == index_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &found->second->value;
    }

    void put(const Key& key, Value value, std::size_t octets) {
        if (octets > budget_ / 4) return;
        const auto found = index_.find(key);
        if (found != index_.end()) {
            used_ -= found->second->octets;
            entries_.erase(found->second);
            index_.erase(found);
        }
        entries_.push_front({key, std::move(value), octets});
        index_.emplace(key, entries_.begin());
        used_ += octets;
        while (used_ > budget_) {
            const Entry& oldest = entries_.back();
            used_ -= oldest.octets;
            index_.erase(oldest.key);
            entries_.pop_back();
        }
    }

    std::size_t used() const { return used_; }
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Key key;
        Value value;
        std::size_t octets;
    };
    std::size_t budget_;
    std::size_t used_ = 0;
    std::list<Entry> entries_;  // most recent first
    std::unordered_map<Key, typename std::list<Entry>::iterator, Hash> index_;
};

}  // namespace postern::mail
