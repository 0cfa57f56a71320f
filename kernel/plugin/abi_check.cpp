#include "kernel/plugin/abi_check.hpp"

#include <cstring>

namespace postern::plugin {

namespace {

class Comparison {
public:
    void number(const char* field, std::uint32_t host, std::uint32_t plugin) {
        if (host != plugin) differ(field, std::to_string(host), std::to_string(plugin));
    }
    void text(const char* field, const char* host, const char* plugin) {
        const char* shown = plugin == nullptr ? "(nothing)" : plugin;
        if (plugin == nullptr || std::strcmp(host, plugin) != 0) differ(field, quote(host), quote(shown));
    }
    std::vector<std::string> take() { return std::move(lines_); }

private:
    static std::string quote(const char* text) { return *text == '\0' ? "none" : text; }
    void differ(const char* field, const std::string& host, const std::string& plugin) {
        lines_.push_back(std::string(field) + ": this server has " + host + ", the plugin " + plugin);
    }
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> abi_differences(const postern_abi_stamp& host, const postern_abi_stamp& plugin) {
    Comparison compare;
    // A stamp of another size has other fields: nothing behind its head can be compared.
    if (plugin.struct_size < sizeof(postern_abi_stamp)) {
        compare.number("size of the ABI stamp", host.struct_size, plugin.struct_size);
        return compare.take();
    }
    compare.number("SDK major version", host.sdk_major, plugin.sdk_major);
    compare.text("compiler", host.compiler, plugin.compiler);
    compare.number("compiler major version", host.compiler_major, plugin.compiler_major);
    compare.number("C++ ABI (__GXX_ABI_VERSION)", host.cxx_abi, plugin.cxx_abi);
    compare.number("standard library release", host.stdlib_release, plugin.stdlib_release);
    compare.number("standard library's new string ABI", host.stdlib_new_abi, plugin.stdlib_new_abi);
    compare.number("C++ level (__cplusplus)", host.cplusplus, plugin.cplusplus);
    compare.text("Boost", host.boost, plugin.boost);
    compare.text("Asio", host.asio, plugin.asio);
    compare.text("sanitizers", host.sanitizers, plugin.sanitizers);
    compare.number("pointer size", host.pointer_size, plugin.pointer_size);
    return compare.take();
}

}  // namespace postern::plugin
