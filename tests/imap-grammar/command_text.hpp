#pragma once
// Test support: a command's arguments as they came over the wire, literals included.
#include <string>
#include <string_view>

#include "postern/imap/command_reader.hpp"

namespace postern::imap {

/// Sends `arguments` through a CommandReader that allows everything; literals are kept in the command.
class CommandText {
public:
    explicit CommandText(std::string_view arguments) {
        LexicalFeatures features;
        features.non_synchronising_literals = features.literal8 = true;
        CommandReader reader(features, ReaderLimits::authenticated());
        const std::string input = std::string("t ").append(arguments) + "\r\n";
        std::string_view rest = input;
        for (;;) {
            const ReadStep s = reader.feed(rest);
            rest.remove_prefix(s.consumed);
            if (s.event == ReadEvent::literal_offered) {
                reader.accept_buffered();
            } else if (s.event == ReadEvent::command) {
                stored_ = StoredCommand(s.command);
                complete_ = rest.empty();
                return;
            } else {
                return;
            }
        }
    }
    Command command() const { return stored_.view(); }
    /// The arguments were exactly one command.
    bool complete() const { return complete_; }

private:
    StoredCommand stored_;
    bool complete_ = false;
};

}  // namespace postern::imap
