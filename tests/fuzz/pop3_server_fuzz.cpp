// What POP3 clients send, and messages as they are sent to them: a client that undoes the dots has the message again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pop3/text.hpp"
#include "pop3/unique_ids.hpp"
#include "postern/smtp/data_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const pop3::Command command = pop3::split_command(text);
    if (command.verb.size() + command.arguments.size() > size) std::abort();
    std::string_view arguments = command.arguments;
    while (pop3::take_number(arguments)) continue;

    const auto top = pop3::top_length(text, size % 7);
    if (top && *top > size) std::abort();
    pop3::DotStuffer stuffer;
    std::string wire;
    stuffer.append(text.substr(0, size / 2), wire);
    stuffer.append(text.substr(size / 2), wire);
    stuffer.finish(wire);
    smtp::DataReader reader(wire.size());
    std::string_view rest = wire;
    reader.feed(rest);
    if (!reader.done() || !rest.empty()) std::abort();
    if (text.find("\n.") == std::string_view::npos && !reader.take().starts_with(text)) std::abort();

    const auto given = pop3::parse_given({{MailboxId{1}, "pop3/uidl/0", std::string(text)}});
    for (const auto& [uid, id] : given) {
        if (uid == 0 || !pop3::is_unique_id(id)) std::abort();
    }
    return 0;
}
