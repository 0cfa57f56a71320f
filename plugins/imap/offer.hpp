#pragma once
#include "core_engine.hpp"
#include "registries.hpp"

namespace postern::imap {

/// What the sessions of a listener have: everything that is loaded, or all but what its `without:` names.
struct Offer {
    explicit Offer(const Settings& settings) : engine(registries, settings) {}
    Offer(const Offer&) = delete;
    Offer& operator=(const Offer&) = delete;

    Registries registries;
    CoreEngine engine;
};

}  // namespace postern::imap
