#pragma once
#include <string>

#include "postern/imap/ext/command_handler.hpp"

namespace example {

/// A command of our own. Names that start with "X" are for such (RFC 3501 section 6.5.1).
///
///     C: a1 XHELLO world
///     S: * XHELLO "Good morning, world"
///     S: a1 OK XHELLO completed
class HelloCommand final : public postern::imap::CommandHandler {
public:
    void set_greeting(std::string greeting) { greeting_ = std::move(greeting); }

    postern::imap::CommandTraits traits() const override { return {.states = postern::imap::in_any_state}; }
    postern::Task<postern::imap::CommandResult> run(postern::imap::CommandContext* context) override;

private:
    std::string greeting_;
};

}  // namespace example
