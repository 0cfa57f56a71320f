#pragma once
// No exception of a plugin's passes the host.
#include <exception>
#include <string>
#include <utility>

namespace postern::plugin {

/// Runs `call`; "" if it returned, what it threw otherwise.
template <class Call>
std::string guarded(Call&& call) {
    try {
        std::forward<Call>(call)();
        return "";
    } catch (const std::exception& e) {
        return *e.what() == '\0' ? "(no text)" : e.what();
    } catch (...) {
        return "(an exception of unknown type)";
    }
}

}  // namespace postern::plugin
