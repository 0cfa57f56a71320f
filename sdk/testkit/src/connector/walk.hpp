#pragma once
// One session that uses all there is: list, fetch, flag, append, remove, close. Whatever is answered without a fault must be
// true; whatever fails must do so with a fault that fits. So it can be walked with any trouble at any step.
#include "connector/connector_case.hpp"

namespace postern::testkit {

class Walk {
public:
    /// The provider gets three messages of its own.
    explicit Walk(ConnectorCase& test);

    /// Faults of which kinds fit the trouble. Empty: none.
    std::vector<gateway::FaultKind> allowed;
    /// False where what the kit says in the provider's place may look like a reply: then only what it has is looked at.
    bool replies_are_true = true;

    /// The whole way; true if nothing failed. The line is gone afterwards.
    bool run();
    /// A session after it finds what the provider has.
    void check_next_session();

    static constexpr int messages = 3;
    static constexpr std::size_t removed = 1;  ///< index of the message that is removed

private:
    void list();
    void fetch_all();
    void change();
    void remove();
    void close();
    /// True if it holds a value. A fault is looked at.
    template <class T>
    bool good(const char* what, const gateway::Outcome<T>& outcome) {
        if (outcome) return true;
        note(what, outcome.error());
        return false;
    }
    void note(const char* what, const gateway::Fault& fault);
    bool alive() const { return session_ != nullptr && session_->alive(); }
    void check_provider();

    ConnectorCase& test_;
    std::vector<std::string> before_;
    std::string appended_;
    SessionPtr session_;
    gateway::PullPage page_;
    bool failed_ = false;
    bool removal_asked_ = false;      ///< it may have happened
    bool removal_answered_ = false;   ///< the action had no fault
    bool removal_confirmed_ = false;  ///< it must have happened
    bool append_asked_ = false;
    bool append_confirmed_ = false;
};

}  // namespace postern::testkit
