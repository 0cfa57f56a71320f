// Search programs, as text without literals and with the literals of a command.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "postern/imap/command_reader.hpp"
#include "postern/imap/search_parser.hpp"

namespace {

using namespace postern::imap;

class Key final : public SearchExtension {
public:
    std::string_view name() const override { return "XKEY"; }
};

SearchKeyParser lookup(std::string_view keyword) {
    if (keyword != "XKEY") return {};
    return [](std::string_view, ArgumentCursor& in, SearchParser& parser) -> postern::Result<SearchNode> {
        if (const auto r = in.space(); !r) return r.error();
        auto nested = parser.key(in);
        if (!nested) return nested;
        return SearchNode::of_extension(std::make_shared<Key>());
    };
}

void search(ArgumentCursor in) {
    SearchParser parser(lookup, {200, 30});
    const auto node = parser.program(in);
    if (!node) {
        if (node.error().text.empty()) std::abort();
        return;
    }
    if (node->to_string().empty()) std::abort();
    const SearchNode copy = *node;
    if (copy.to_string() != node->to_string()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    search(ArgumentCursor(text));

    LexicalFeatures features;
    features.non_synchronising_literals = features.set_reference = true;
    CommandReader reader(features);
    const std::string line = "t " + std::string(text) + "\r\n";
    std::string_view rest = line;
    for (;;) {
        const ReadStep s = reader.feed(rest);
        rest.remove_prefix(s.consumed);
        if (s.event == ReadEvent::literal_offered) {
            reader.accept_buffered();
        } else if (s.event == ReadEvent::command) {
            search(ArgumentCursor(s.command, features));
        } else if (s.event == ReadEvent::need_more) {
            return 0;
        }
    }
}
