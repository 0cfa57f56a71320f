#pragma once
// Capabilities (X2), server-wide features (X6) and tokens of ENABLE (X3).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/lexical.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern::imap {

class Session;

/// The tokens of one CAPABILITY response, being collected.
class POSTERN_SDK CapabilityList {
public:
    void add(std::string token);
    /// Takes a token away again (superseded, or pointless now). Case-insensitive.
    void remove(std::string_view token);
    bool has(std::string_view token) const;
    const std::vector<std::string>& tokens() const { return tokens_; }

private:
    std::vector<std::string> tokens_;
};

/// X2. Asked whenever a list is sent, in the order of order(). Registered under the capability's name.
class POSTERN_SDK Capability {
public:
    static constexpr InterfaceId interface_id{"postern.imap.capability", 1, 0};
    virtual ~Capability();
    virtual int order() const;  ///< 0; later ones can remove what earlier ones added
    /// Adds what holds for this session now: phase, TLS and user are the session's to say.
    virtual void contribute(const Session& session, CapabilityList& list) const = 0;
};

/// When a fixed capability is shown.
enum class Phase : std::uint8_t { before_sign_in = 1, after_sign_in = 2, always = 3 };

/// The usual capability: fixed tokens.
class POSTERN_SDK StaticCapability final : public Capability {
public:
    explicit StaticCapability(std::vector<std::string> tokens, Phase phase = Phase::always)
        : tokens_(std::move(tokens)), phase_(phase) {}
    void contribute(const Session& session, CapabilityList& list) const override;

private:
    std::vector<std::string> tokens_;
    Phase phase_;
};

/// What a fresh session starts with.
struct SessionFeatures {
    LexicalFeatures lexical;
    bool initial_response = false;  ///< AUTHENTICATE takes the first response in the command (RFC 4959)
    bool several_appends = false;   ///< APPEND takes several messages, all or nothing (RFC 3502)
};

/// X6. Applied to every new session, and again when it un-authenticates. Registered under the plugin's name.
class POSTERN_SDK Feature {
public:
    static constexpr InterfaceId interface_id{"postern.imap.feature", 1, 0};
    virtual ~Feature();
    virtual void apply(SessionFeatures& features) const = 0;
};

/// X3. A token ENABLE (RFC 5161) accepts; the ENABLE plugin looks them up. Registered under the token.
class POSTERN_SDK EnableToken {
public:
    static constexpr InterfaceId interface_id{"postern.imap.enable_token", 1, 0};
    virtual ~EnableToken();
    /// Switches it on, implied tokens too. Answers whether the token belongs into the ENABLED response; untagged
    /// lines may be written. Calling it again is harmless.
    virtual bool enable(Session& session) = 0;
};

}  // namespace postern::imap
