#pragma once
// Typed state of extensions (X8, X9): the core session knows none by name.
//
//     struct SavedSearch { postern::imap::UidSet uids; };
//     constexpr postern::imap::SlotKey<SavedSearch> saved_search{"saved search"};
//     session.selected()->slots.get(saved_search).uids = ...;
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "postern/export.hpp"

namespace postern::imap {

/// Identity of a slot: its address. Define it once, with static storage, in the plugin that owns the state.
template <class T>
struct SlotKey {
    const char* name;  ///< for diagnostics
};

/// A handful of objects of different types, found by key. Slots of a session live until it ends or un-authenticates,
/// slots of a selected mailbox until it is closed. Not thread-safe: the session's core only.
class POSTERN_SDK Slots {
public:
    Slots() = default;
    Slots(Slots&&) noexcept = default;
    Slots& operator=(Slots&&) noexcept = default;

    /// The object, made by its default constructor at first use. The reference is valid until drop() or clear().
    template <class T>
    T& get(const SlotKey<T>& key) {
        if (T* found = find(key)) return *found;
        auto made = std::make_unique<Holder<T>>();
        T& object = made->object;
        entries_.emplace_back(&key, std::move(made));
        return object;
    }
    /// The object, or null if it was never made.
    template <class T>
    T* find(const SlotKey<T>& key) const {
        for (const auto& [address, base] : entries_) {
            if (address == &key) return &static_cast<Holder<T>*>(base.get())->object;
        }
        return nullptr;
    }
    template <class T>
    void drop(const SlotKey<T>& key) {
        std::erase_if(entries_, [&](const auto& entry) { return entry.first == &key; });
    }
    void clear() { entries_.clear(); }

private:
    struct POSTERN_SDK Base {
        virtual ~Base();
    };
    template <class T>
    struct Holder final : Base {
        T object{};
    };
    std::vector<std::pair<const void*, std::unique_ptr<Base>>> entries_;
};

}  // namespace postern::imap
