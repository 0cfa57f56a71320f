#pragma once
// Session modes (X7): named bits a client switches on for the rest of its session.
#include <cstdint>

#include "postern/export.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"

namespace postern::imap {

class Session;

/// What a mode may forbid.
enum class ArgumentKind : std::uint8_t {
    message_number,  ///< a set of message numbers: FETCH, STORE, COPY, SEARCH without UID, and within search keys
    charset,         ///< SEARCH CHARSET
};

/// Registered under its name ("CONDSTORE"), so that other plugins find it with Lookup::find. Objects are shared by all
/// sessions: state of a session belongs into a slot.
class POSTERN_SDK SessionMode {
public:
    static constexpr InterfaceId interface_id{"postern.imap.mode", 1, 0};
    static constexpr unsigned max_modes = 64;
    virtual ~SessionMode();

    /// Right after it was switched on. May change Session::features() and writer_modes().
    virtual void entered(Session& session);
    /// A veto: protocol_violation is answered BAD; a text such as "[CODE] text" carries a response code.
    virtual Result<void> permit(const Session& session, ArgumentKind kind) const;

    /// Number of the bit, given by the IMAP core before the server starts.
    unsigned index() const { return index_; }
    void set_index(unsigned index) { index_ = index; }

private:
    unsigned index_ = max_modes;
};

}  // namespace postern::imap
