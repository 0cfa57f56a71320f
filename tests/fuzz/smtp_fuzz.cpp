// Lines of SMTP clients and servers, and content: whatever comes, what is taken keeps to its bounds.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "postern/smtp/address.hpp"
#include "postern/smtp/command.hpp"
#include "postern/smtp/data_reader.hpp"
#include "postern/smtp/reply.hpp"

namespace {

using namespace postern::smtp;

void read_line(std::string_view line) {
    const Command command = split_command(line);
    MailArguments mail;
    if (!parse_mail(command.arguments, mail) && mail.sender.size() > max_address) std::abort();
    RecipientArguments to;
    if (!parse_recipient(command.arguments, to)) {
        const auto parts = split_address(to.recipient.address);
        // What was taken as an address is one, and stays the same in its usual form.
        if (!parts && to.recipient.address.find("\"\"") == std::string::npos) std::abort();
        if (parts) {
            const auto again = split_address(canonical_address(*parts));
            if (again && (again->local != parts->local || again->domain != parts->domain)) std::abort();
        }
    }
    parse_chunk(command.arguments);
    parse_xclient(command.arguments);
}

void read_content(std::string_view octets) {
    DataReader whole(octets.size());
    std::string_view rest = octets;
    whole.feed(rest);
    DataReader single(octets.size());
    std::size_t used = 0;
    for (; used < octets.size() && !single.done(); ++used) {
        std::string_view piece = octets.substr(used, 1);
        single.feed(piece);
        if (!piece.empty()) std::abort();
    }
    if (whole.done() != single.done() || used != octets.size() - rest.size() || whole.take() != single.take())
        std::abort();
    std::string stuffed;
    append_stuffed(octets, stuffed);
    DataReader back(octets.size() + 2);
    std::string_view again = stuffed;
    back.feed(again);
    if (!back.done() || !again.empty() || !back.take().starts_with(octets)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_line(text.substr(0, text.find('\n')));
    read_content(text);
    ReplyParser parser;
    for (std::string_view rest = text; !rest.empty();) {
        const auto state = parser.feed(rest);
        if (state == ReplyParser::State::failed) break;
        if (state == ReplyParser::State::done) parser.take();
    }
    return 0;
}
