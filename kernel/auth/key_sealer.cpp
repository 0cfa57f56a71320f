#include "kernel/auth/key_sealer.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "kernel/auth/openssl_octets.hpp"
#include "kernel/auth/random_octets.hpp"

namespace postern::auth {

namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t tag_size = 16;
constexpr std::size_t head_size = 1 + 4 + salt_size;
constexpr std::size_t data_key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t wrapped_size = head_size + data_key_size + tag_size;  ///< what a rotation replaces
constexpr char without_data_key = 1;
constexpr char with_data_key = 2;

using ValueKey = std::array<std::uint8_t, data_key_size>;

ValueKey derive(const KeySealer::Key& master, std::string_view salt, std::string_view context) {
    std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> kdf(
        EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), &EVP_PKEY_CTX_free);
    ValueKey key{};
    std::size_t size = key.size();
    require(
        kdf && EVP_PKEY_derive_init(kdf.get()) == 1 &&
            EVP_PKEY_CTX_set_hkdf_md(kdf.get(), EVP_sha256()) == 1 &&
            EVP_PKEY_CTX_set1_hkdf_salt(kdf.get(), octets(salt), static_cast<int>(salt.size())) == 1 &&
            EVP_PKEY_CTX_set1_hkdf_key(kdf.get(), master.octets.data(),
                                       static_cast<int>(master.octets.size())) == 1 &&
            EVP_PKEY_CTX_add1_hkdf_info(kdf.get(), octets(context), static_cast<int>(context.size())) == 1 &&
            EVP_PKEY_derive(kdf.get(), key.data(), &size) == 1,
        "HKDF failed");
    return key;
}

/// For keys that are used once: derived ones.
const std::string used_once(nonce_size, '\0');

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Cipher make_cipher() {
    return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

std::string encrypt(const ValueKey& key, std::string_view nonce, std::string_view head,
                    std::string_view context, std::string_view plain) {
    Cipher cipher = make_cipher();
    std::string out(plain.size() + tag_size, '\0');
    int n = 0;
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    require(
        cipher &&
            EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), octets(nonce)) == 1 &&
            EVP_EncryptUpdate(cipher.get(), nullptr, &n, octets(head), static_cast<int>(head.size())) == 1 &&
            EVP_EncryptUpdate(cipher.get(), nullptr, &n, octets(context), static_cast<int>(context.size())) ==
                1 &&
            EVP_EncryptUpdate(cipher.get(), to, &n, octets(plain), static_cast<int>(plain.size())) == 1 &&
            EVP_EncryptFinal_ex(cipher.get(), to + n, &n) == 1 &&
            EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, to + plain.size()) == 1,
        "AES-GCM failed");
    return out;
}

/// `sealed`: the text and its tag.
Result<std::string> decrypt(const ValueKey& key, std::string_view nonce, std::string_view head,
                            std::string_view context, std::string_view sealed) {
    Cipher cipher = make_cipher();
    const std::string_view text = sealed.substr(0, sealed.size() - tag_size);
    const std::string_view tag = sealed.substr(text.size());
    std::string out(text.size(), '\0');
    std::string tag_copy(tag);
    int n = 0;
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    const bool ok =
        cipher &&
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), octets(nonce)) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &n, octets(head), static_cast<int>(head.size())) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &n, octets(context), static_cast<int>(context.size())) ==
            1 &&
        EVP_DecryptUpdate(cipher.get(), to, &n, octets(text), static_cast<int>(text.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag_copy.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), to + n, &n) == 1;
    if (!ok) {
        explicit_bzero(out.data(), out.size());
        return Error(Errc::corrupt, "a sealed value was altered or belongs elsewhere");
    }
    return out;
}

void append_id(std::string& out, std::uint32_t id) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(id >> shift));
}

std::uint32_t read_id(std::string_view in) {
    std::uint32_t id = 0;
    for (char c : in.substr(0, 4)) id = id << 8 | static_cast<std::uint8_t>(c);
    return id;
}

Result<KeySealer::Key> parse_key(std::string_view line) {
    KeySealer::Key key;
    const std::size_t space = line.find(' ');
    const Error bad(Errc::invalid, "a line is not \"<id> <64 hex digits>\"");
    if (space == std::string_view::npos || line.size() != space + 1 + 64) return bad;
    if (std::from_chars(line.data(), line.data() + space, key.id).ptr != line.data() + space) return bad;
    for (std::size_t i = 0; i < key.octets.size(); ++i) {
        const char* at = line.data() + space + 1 + 2 * i;
        if (std::from_chars(at, at + 2, key.octets[i], 16).ptr != at + 2) return bad;
    }
    return key;
}

std::string new_key_line(std::uint32_t id) {
    KeySealer::Key key;
    require(RAND_bytes(key.octets.data(), static_cast<int>(key.octets.size())) == 1, "no random octets");
    std::string text = std::to_string(id) + ' ';
    for (std::uint8_t octet : key.octets) {
        constexpr char digits[] = "0123456789abcdef";
        text.push_back(digits[octet >> 4]);
        text.push_back(digits[octet & 15]);
    }
    explicit_bzero(key.octets.data(), key.octets.size());
    return text + '\n';
}

/// A file that is not there yet, on stable storage.
Result<void> create_file(const std::string& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0) {
        return Error(errno == EEXIST ? Errc::conflict : Errc::invalid, file + ": " + strerror(errno));
    }
    const bool written =
        ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
    ::close(fd);
    if (written) return {};
    ::unlink(file.c_str());
    return Error(Errc::invalid, file + ": cannot be written");
}

/// Which content a file has, as far as its facts tell.
struct Stamp {
    ino_t inode = 0;
    off_t size = 0;
    time_t seconds = 0;
    long nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const struct stat& facts) {
    return {facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

struct KeyFile {
    std::string text;
    Stamp stamp;
};

Result<KeyFile> read_key_file(const std::string& file) {
    int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        auto created = create_file(file, new_key_line(1));
        if (!created && created.error().code != Errc::conflict) return created.error();
        fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) return Error(Errc::invalid, file + ": " + strerror(errno));
    struct stat facts {};
    const bool shared = fstat(fd, &facts) != 0 || (facts.st_mode & 0077) != 0;
    KeyFile out{std::string(64 * 1024, '\0'), stamp_of(facts)};
    const ssize_t n = ::read(fd, out.text.data(), out.text.size());
    ::close(fd);
    if (shared) return Error(Errc::invalid, file + ": others may read it; make it mode 0400");
    if (n < 0) return Error(Errc::invalid, file + ": " + strerror(errno));
    out.text.resize(static_cast<std::size_t>(n));
    return out;
}

Result<std::vector<KeySealer::Key>> parse_keys(const std::string& file, std::string_view text) {
    std::vector<KeySealer::Key> keys;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty()) continue;
        auto key = parse_key(line);
        if (!key) return Error(Errc::invalid, file + ": " + key.error().text);
        keys.push_back(*key);
    }
    if (keys.empty()) return Error(Errc::invalid, file + ": holds no key");
    return keys;
}

}  // namespace

struct KeySealer::State {
    std::mutex guard;
    std::vector<Key> keys;
    std::string file;  ///< "" if there is none
    Stamp stamp;

    ~State() { wipe(); }
    void wipe() {
        for (Key& key : keys) explicit_bzero(key.octets.data(), key.octets.size());
    }
    /// What cannot be read or parsed changes nothing: the keys at hand go on.
    void refresh() {
        struct stat facts {};
        if (file.empty() || ::stat(file.c_str(), &facts) != 0 || stamp_of(facts) == stamp) return;
        auto read = read_key_file(file);
        if (!read) return;
        auto newer = parse_keys(file, read->text);
        explicit_bzero(read->text.data(), read->text.size());
        if (!newer) return;
        wipe();
        keys = std::move(*newer);
        stamp = read->stamp;
    }
    const Key* find(std::uint32_t id) const {
        for (const Key& key : keys) {
            if (key.id == id) return &key;
        }
        return nullptr;
    }
};

KeySealer::KeySealer(std::vector<Key> keys) : state_(std::make_unique<State>()) {
    state_->keys = std::move(keys);
}

KeySealer::KeySealer(KeySealer&&) noexcept = default;
KeySealer::~KeySealer() = default;

Result<KeySealer> KeySealer::open_file(const std::string& file) {
    auto read = read_key_file(file);
    if (!read) return read.error();
    auto keys = parse_keys(file, read->text);
    explicit_bzero(read->text.data(), read->text.size());
    if (!keys) return keys.error();
    KeySealer sealer(std::move(*keys));
    sealer.state_->file = file;
    sealer.state_->stamp = read->stamp;
    return sealer;
}

std::array<std::uint8_t, 32> KeySealer::derived_key(std::string_view purpose) {
    const std::lock_guard lock(state_->guard);
    return derive(state_->keys.back(), "derived key", purpose);
}

std::vector<std::uint32_t> KeySealer::key_ids() {
    const std::lock_guard lock(state_->guard);
    state_->refresh();
    std::vector<std::uint32_t> ids;
    for (const Key& key : state_->keys) ids.push_back(key.id);
    return ids;
}

std::uint32_t KeySealer::key_id_of(std::string_view sealed) {
    if (sealed.empty()) return 0;
    const std::size_t least =
        sealed[0] == with_data_key ? wrapped_size + nonce_size + tag_size : head_size + tag_size;
    const bool known = sealed[0] == with_data_key || sealed[0] == without_data_key;
    return known && sealed.size() >= least ? read_id(sealed.substr(1)) : 0;
}

Result<std::uint32_t> KeySealer::add_key(const std::string& file) {
    auto read = read_key_file(file);
    if (!read) return read.error();
    auto keys = parse_keys(file, read->text);
    if (!keys) return keys.error();
    std::uint32_t newest = 0;
    for (Key& key : *keys) {
        newest = std::max(newest, key.id);
        explicit_bzero(key.octets.data(), key.octets.size());
    }
    // A name of its own: whoever comes at the same time is told.
    const std::string draft = file + ".new";
    std::string text = new_key_line(newest + 1) + read->text;
    auto created = create_file(draft, text);
    explicit_bzero(text.data(), text.size());
    explicit_bzero(read->text.data(), read->text.size());
    if (!created) return created.error();
    if (::rename(draft.c_str(), file.c_str()) != 0) {
        const Error error(Errc::invalid, file + ": " + strerror(errno));
        ::unlink(draft.c_str());
        return error;
    }
    const std::string folder = file.substr(0, file.rfind('/') + 1);
    const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        fsync(directory);
        ::close(directory);
    }
    return newest + 1;
}

// The head, and the data key sealed under the first master key.
std::string KeySealer::seal_data_key(std::string_view context, std::string_view data_key) const {
    const Key& master = state_->keys.front();
    std::string head(1, with_data_key);
    append_id(head, master.id);
    const std::string salt = random_octets(salt_size);
    head += salt;
    ValueKey key = derive(master, salt, context);
    const std::string wrapped = encrypt(key, used_once, head, context, data_key);
    explicit_bzero(key.data(), key.size());
    return head + wrapped;
}

// What was sealed under a master key: the data key, or in version 1 the text itself.
Result<std::string> KeySealer::open_data_key(std::string_view context, std::string_view head,
                                             std::string_view sealed) const {
    const Key* master = state_->find(read_id(head.substr(1)));
    if (master == nullptr) {
        state_->refresh();
        master = state_->find(read_id(head.substr(1)));
    }
    if (master == nullptr)
        return Error(Errc::corrupt, "sealed under a master key that is not in the key file");
    ValueKey key = derive(*master, head.substr(5), context);
    auto plain = decrypt(key, used_once, head, context, sealed);
    explicit_bzero(key.data(), key.size());
    return plain;
}

std::string KeySealer::seal_locked(std::string_view context, std::string_view plain) const {
    std::string random = random_octets(data_key_size);
    std::string out = seal_data_key(context, random);
    ValueKey data_key{};
    std::copy(random.begin(), random.end(), data_key.begin());
    explicit_bzero(random.data(), random.size());
    const std::string nonce = random_octets(nonce_size);
    // Not the head: it changes when the master key does.
    const std::string_view version(out.data(), 1);
    const std::string text = encrypt(data_key, nonce, version, context, plain);
    explicit_bzero(data_key.data(), data_key.size());
    return out + nonce + text;
}

Result<std::string> KeySealer::open_locked(std::string_view context, std::string_view sealed) {
    if (key_id_of(sealed) == 0) return Error(Errc::corrupt, "not a sealed value");
    const std::string_view head = sealed.substr(0, head_size);
    if (sealed[0] == without_data_key) return open_data_key(context, head, sealed.substr(head_size));
    auto random = open_data_key(context, head, sealed.substr(head_size, data_key_size + tag_size));
    if (!random) return random;
    ValueKey data_key{};
    std::copy(random->begin(), random->end(), data_key.begin());
    explicit_bzero(random->data(), random->size());
    auto plain = decrypt(data_key, sealed.substr(wrapped_size, nonce_size), sealed.substr(0, 1), context,
                         sealed.substr(wrapped_size + nonce_size));
    explicit_bzero(data_key.data(), data_key.size());
    return plain;
}

std::string KeySealer::seal(std::string_view context, std::string_view plain) {
    const std::lock_guard lock(state_->guard);
    state_->refresh();
    return seal_locked(context, plain);
}

Result<std::string> KeySealer::open(std::string_view context, std::string_view sealed) {
    const std::lock_guard lock(state_->guard);
    return open_locked(context, sealed);
}

bool KeySealer::is_current(std::string_view sealed) {
    const std::lock_guard lock(state_->guard);
    state_->refresh();
    return key_id_of(sealed) == state_->keys.front().id;
}

Result<std::string> KeySealer::reseal(std::string_view context, std::string_view sealed) {
    const std::lock_guard lock(state_->guard);
    state_->refresh();
    if (key_id_of(sealed) == 0) return Error(Errc::corrupt, "not a sealed value");
    if (sealed[0] == without_data_key) {
        auto plain = open_locked(context, sealed);
        if (!plain) return plain;
        std::string anew = seal_locked(context, *plain);
        explicit_bzero(plain->data(), plain->size());
        return anew;
    }
    auto data_key = open_data_key(context, sealed.substr(0, head_size),
                                  sealed.substr(head_size, data_key_size + tag_size));
    if (!data_key) return data_key;
    std::string anew = seal_data_key(context, *data_key);
    explicit_bzero(data_key->data(), data_key->size());
    return anew.append(sealed.substr(wrapped_size));
}

}  // namespace postern::auth
