#pragma once
// The only C surface between host and plugin: one exported symbol, `postern_plugin_v1`. Everything in it is static
// data, so reading it runs no plugin code. Structs grow at the end only; the host reads min(struct_size, sizeof).
#include <cxxabi.h>
#include <boost/version.hpp>
#include <cstddef>
#include <cstdint>

#include "postern/export.hpp"

namespace postern {
class Plugin;
class Host;
}  // namespace postern

extern "C" {

/// The build facts that must agree before C++ may cross the boundary. Compared field by field; every difference is
/// printed with both values (kernel/plugin/abi_check.cpp).
struct postern_abi_stamp {
    std::uint32_t struct_size;
    std::uint32_t sdk_major;  ///< POSTERN_SDK_MAJOR
    const char* compiler;     ///< "gcc" or "clang"
    std::uint32_t compiler_major;
    std::uint32_t cxx_abi;         ///< __GXX_ABI_VERSION
    std::uint32_t stdlib_release;  ///< _GLIBCXX_RELEASE
    std::uint32_t stdlib_new_abi;  ///< _GLIBCXX_USE_CXX11_ABI
    std::uint32_t cplusplus;       ///< __cplusplus
    const char* boost;             ///< BOOST_LIB_VERSION
    const char* asio;              ///< how Asio was configured
    const char* sanitizers;        ///< "", "address", "thread"
    std::uint32_t pointer_size;
};

/// How a plugin depends on an interface or another plugin.
enum postern_strength : std::uint32_t {
    postern_requires = 0,  ///< must be there, and is set up before this plugin
    postern_uses = 1,      ///< used if there, and then set up before this plugin
    postern_after = 2,     ///< order only
};

/// An interface by id ("postern.imap.command") and version. As a requirement: same major, at least this minor.
/// As a requirement of another plugin: its plugin id, with major and minor 0.
struct postern_interface {
    const char* id;
    std::uint16_t major;
    std::uint16_t minor;
    std::uint32_t strength;  ///< postern_strength; 0 in `provides`
};

/// "PSTN", little endian.
constexpr std::uint32_t postern_plugin_magic = 0x4e545350;

/// What a plugin says of itself.
struct postern_plugin {
    std::uint32_t struct_size;
    std::uint32_t magic;
    const postern_abi_stamp* stamp;
    const char* id;       ///< the name used in YAML: "imap-idle"
    const char* version;  ///< "1.2.0"
    const char* vendor;
    const char* license;
    const char* summary;                    ///< one line, for `posternctl plugins`
    const char* status;                     ///< "stable", "alpha"
    const char* security_posture;           ///< "untrusted-peers", "trusted-peers": who may talk to it
    const postern_interface* provides;      ///< ends with a null id; may be null
    const postern_interface* dependencies;  ///< ends with a null id; may be null
    const char* const* conflicts;           ///< plugin ids, ends with null; may be null
    /// One "key: type  description" a line; "" takes no settings. The host reports keys that are not here. A line that
    /// starts with '/' ("/accounts: map  ...") claims that top-level section of the file: configure() gets it as one
    /// more key ("accounts").
    const char* config_schema;
    /// Allocates the plugin; no I/O, no threads. Ownership passes to the host. May throw: the host catches.
    postern::Plugin* (*create)(postern::Host& host);
};

}  // extern "C"

#define POSTERN_SDK_MAJOR 1

#if defined(__SANITIZE_ADDRESS__)
#define POSTERN_SANITIZERS "address"
#elif defined(__SANITIZE_THREAD__)
#define POSTERN_SANITIZERS "thread"
#else
#define POSTERN_SANITIZERS ""
#endif

#if defined(BOOST_ASIO_DYN_LINK) && defined(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
#define POSTERN_ASIO "shared, no frame recycling"
#elif defined(BOOST_ASIO_DYN_LINK)
#define POSTERN_ASIO "shared"
#else
#define POSTERN_ASIO "header-only"
#endif

namespace postern {

/// The stamp of the translation unit that includes this header.
inline constexpr postern_abi_stamp abi_stamp {
    sizeof(postern_abi_stamp), POSTERN_SDK_MAJOR,
#if defined(__clang__)
        "clang", __clang_major__,
#else
        "gcc", __GNUC__,
#endif
        __GXX_ABI_VERSION, _GLIBCXX_RELEASE, _GLIBCXX_USE_CXX11_ABI, static_cast<std::uint32_t>(__cplusplus),
        BOOST_LIB_VERSION, POSTERN_ASIO, POSTERN_SANITIZERS, sizeof(void*),
};

}  // namespace postern
