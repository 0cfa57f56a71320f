#pragma once
#include <cstdlib>

namespace postern::gateway::test {

/// A number that whoever runs a test has set.
inline unsigned from_environment(const char* name, unsigned fallback) {
    const char* text = std::getenv(name);
    return text == nullptr ? fallback : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace postern::gateway::test
