// The command reader over arbitrary octets in arbitrary pieces, then every production of the argument cursor. The first
// octet chooses the lexical features and the size of the pieces; the same input in one piece must give the same commands.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/arguments.hpp"
#include "postern/imap/command_reader.hpp"
#include "postern/imap/fetch.hpp"
#include "postern/imap/list_pattern.hpp"

namespace {

using namespace postern::imap;

void require(bool condition) {
    if (!condition) std::abort();
}

template <class T>
void parse_with(const Command& command, const LexicalFeatures& features, std::size_t from, const T& parse) {
    ArgumentCursor in(command, features);
    in.rewind(from);
    parse(in);
    require(in.position() <= command.text.size());
}

void read_arguments(const Command& command, const LexicalFeatures& features) {
    const std::size_t space = command.text.find(' ');
    const std::size_t from = space == std::string_view::npos ? 0 : space + 1;
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)parse_fetch(in); });
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)parse_store(in); });
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)parse_status(in); });
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)parse_mailbox_arguments(in); });
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)in.date(); });
    parse_with(command, features, from, [](ArgumentCursor& in) { (void)in.date_time(); });
    parse_with(command, features, from, [](ArgumentCursor& in) {
        const auto value = in.value();
        if (value) (void)value->to_string();
    });
    parse_with(command, features, from, [](ArgumentCursor& in) {
        const auto list = parse_list(in);
        if (!list) return;
        const ListPattern pattern(list->reference, list->patterns.front().substr(0, 200), '/');
        (void)pattern.matches("INBOX/a/b");
        (void)pattern.may_match_below("a");
    });
    parse_with(command, features, from, [](ArgumentCursor& in) {
        const auto set = in.sequence_set();
        if (!set) return;
        const NumberSet resolved = set->resolve(1000);
        require(resolved.empty() || *NumberSet::parse(resolved.to_string()) == resolved);
    });
}

std::vector<std::string> run(std::string_view input, std::size_t piece, const LexicalFeatures& features) {
    ReaderLimits limits;
    limits.line = 300;
    limits.buffered_literal = 200;
    limits.command = 1000;
    limits.streamed_literal = 400;
    CommandReader reader(features, limits);
    std::vector<std::string> commands;
    while (!input.empty()) {
        std::string part(input.substr(0, piece));  // a copy of its own size, so that overruns are seen
        input.remove_prefix(part.size());
        std::string_view rest = part;
        for (;;) {
            const ReadStep s = reader.feed(rest);
            require(s.consumed <= rest.size());
            rest.remove_prefix(s.consumed);
            if (s.event == ReadEvent::need_more) break;
            if (s.event == ReadEvent::command) {
                read_arguments(s.command, features);
                commands.push_back(std::string(s.command.tag) + " " + std::string(s.command.text));
            } else if (s.event == ReadEvent::literal_offered) {
                if (s.literal.size % 3 == 0) {
                    reader.accept_streamed();
                } else if (s.literal.size % 3 == 1) {
                    reader.accept_buffered();
                } else {
                    reader.refuse("no");
                }
            }
        }
        require(rest.empty());
    }
    return commands;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    LexicalFeatures features;
    features.non_synchronising_literals = data[0] & 1;
    features.non_synchronising_limit = data[0] & 2 ? 100 : 0;
    features.literal8 = data[0] & 4;
    features.utf8_quoted = features.utf8_mailbox_names = data[0] & 8;
    features.set_reference = data[0] & 16;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = run(input, input.size() + 1, features);
    const auto pieces = run(input, 1 + data[0] / 32, features);
    require(whole == pieces);
    return 0;
}
