#pragma once
// The interface that the sample plugins offer and use.
#include "postern/plugin/registry.hpp"

class Greeting {
public:
    static constexpr postern::InterfaceId interface_id{"sample.greeting", 1, 2};
    virtual const char* text() const = 0;

protected:
    ~Greeting() = default;
};
