#pragma once
// A store of its own for one world. Which driver it is, the program decides that links one of the makers.
#include <memory>

#include "postern/store/store.hpp"

namespace postern::gateway::test {

class StoreFolder {
public:
    virtual ~StoreFolder() = default;
    virtual store::Store& store() = 0;
};

/// Empty.
std::unique_ptr<StoreFolder> make_store_folder();

}  // namespace postern::gateway::test
