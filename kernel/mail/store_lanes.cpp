#include "kernel/mail/store_lanes.hpp"

namespace postern::mail {

namespace {

/// Commits of different accounts wait for the disk, not for each other: a few more than cores keep it busy.
constexpr std::size_t parallel_writers = 4;

}  // namespace

StoreLanes::StoreLanes(Runtime& runtime, store::Store& store)
    : runtime_(runtime),
      sessions_(store),
      committer_(runtime, sessions_, store.capabilities().parallel_writes ? parallel_writers : 1),
      readers_(std::max<std::size_t>(store.capabilities().reader_sessions, 1)) {}

}  // namespace postern::mail
