#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/auth/auth.hpp"

namespace postern::auth {

/// Sealer over a file of master keys, kept outside the database. The file (mode 0400) holds one key a line,
/// "<id> <64 hex digits>"; values are sealed under the first, opened under the one they name: adding a line at the top
/// rotates the key. Each value gets a key of its own, derived (HKDF-SHA256) from the master key, a random salt and the
/// context, then AES-256-GCM. Layout: version (1) | key id (4) | salt (16) | text | tag (16).
class KeySealer final : public Sealer {
public:
    struct Key {
        std::uint32_t id = 0;
        std::array<std::uint8_t, 32> octets{};
    };

    /// Reads `file`, making it with one new key if it does not exist. Errc::invalid if others may read it or it does
    /// not parse.
    static Result<KeySealer> open_file(const std::string& file);
    explicit KeySealer(std::vector<Key> keys);
    KeySealer(KeySealer&&) noexcept = default;
    ~KeySealer() override;

    std::string seal(std::string_view context, std::string_view plain) override;
    Result<std::string> open(std::string_view context, std::string_view sealed) override;

private:
    std::vector<Key> keys_;
};

}  // namespace postern::auth
