#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/auth/auth.hpp"
#include "postern/auth/sealing_keys.hpp"

namespace postern::auth {

/// Sealer over a file of master keys, kept outside the database. The file (mode 0400) holds one key a line,
/// "<id> <64 hex digits>"; values are sealed under the first, opened under the one they name: a line added at the top
/// rotates the key, also while the server runs, which reads the file again when it has changed. Each value has a random data
/// key of its own, under which its text is (AES-256-GCM); the data key stands before it, sealed under one that is derived
/// (HKDF-SHA256) from the master key, a random salt and the context, which names the account, the source and the kind of
/// secret. Another master key means to seal the data key anew: the text stays as it is. Layout: version (2) | key id (4) |
/// salt (16) | data key (32), tag (16) | nonce (12) | text, tag (16).
///
/// Version 1 had no data key: version (1) | key id (4) | salt (16) | text, tag (16). It is read, and written no more.
class KeySealer final : public Sealer, public SealingKeys {
public:
    struct Key {
        std::uint32_t id = 0;
        std::array<std::uint8_t, 32> octets{};
    };

    /// Reads `file`, making it with one new key if it does not exist. Errc::invalid if others may read it or it does
    /// not parse.
    static Result<KeySealer> open_file(const std::string& file);
    /// Without a file.
    explicit KeySealer(std::vector<Key> keys);
    KeySealer(KeySealer&&) noexcept;
    ~KeySealer() override;

    std::string seal(std::string_view context, std::string_view plain) override;
    Result<std::string> open(std::string_view context, std::string_view sealed) override;
    bool is_current(std::string_view sealed) override;
    /// The same value under the first key: its data key alone is sealed anew. One of version 1 gets a data key.
    Result<std::string> reseal(std::string_view context, std::string_view sealed);

    /// A key for `purpose` alone, the same after a restart and on every node with this file, until the oldest key leaves it.
    std::array<std::uint8_t, 32> derived_key(std::string_view purpose);

    /// Ids, in the order of the file: values are sealed under the first.
    std::vector<std::uint32_t> key_ids();
    /// The id of the key that a value is sealed under; 0 if it is no sealed value.
    static std::uint32_t key_id_of(std::string_view sealed);
    /// Puts a new key at the top of `file`, which is replaced in one step; answers its id. Errc::conflict while another
    /// process does the same.
    static Result<std::uint32_t> add_key(const std::string& file);

private:
    Result<std::string> open_data_key(std::string_view context, std::string_view head,
                                      std::string_view sealed) const;
    std::string seal_data_key(std::string_view context, std::string_view data_key) const;
    std::string seal_locked(std::string_view context, std::string_view plain) const;
    Result<std::string> open_locked(std::string_view context, std::string_view sealed);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace postern::auth
