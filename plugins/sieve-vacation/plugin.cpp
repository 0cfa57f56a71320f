// vacation (RFC 5230)
#include "reply.hpp"

namespace postern::sieve {

namespace {

constexpr std::uint64_t day = 24 * 60 * 60;
constexpr std::uint64_t max_days = 365;

struct VacationState final : State {
    bool done = false;
};

/// What identifies the response: its handle, or what it says, before variables are put in (section 4.2).
std::string identity(const Node& node) {
    std::string handle, said;
    std::string tag;
    for (const Argument& argument : node.arguments) {
        if (argument.kind == Argument::Kind::tag) {
            tag = argument.tag;
            if (tag == ":mime") said += ":mime\n";
            continue;
        }
        const bool counts = tag.empty() || tag == ":subject" || tag == ":from" || tag == ":mime";
        if (argument.is_string() && tag == ":handle") handle = argument.strings.front().text;
        if (argument.is_string() && (counts || &argument == &node.arguments.back())) {
            const std::string& text = argument.strings.front().text;
            said += tag + " " + std::to_string(text.size()) + " " + text + "\n";
        }
        tag.clear();
    }
    return handle.empty() ? said : "handle " + handle;
}

StatementPtr compile_vacation(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Reply reply;
    std::uint64_t days = 7;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":days") {
            if (in.seen(":seconds")) compiler.fail(tag->place, ":seconds and :days contradict each other");
            days = std::clamp<std::uint64_t>(in.number("the number of days"), 1, max_days);
        } else if (tag->tag == ":subject") {
            reply.subject = in.string("the subject");
        } else if (tag->tag == ":from") {
            const Place at = in.place();
            reply.from = in.string("the address");
            if (reply.from->is_constant() && !is_mailbox_list(reply.from->constant())) {
                compiler.fail(at, "\"" + reply.from->constant() + "\" is no address");
            }
        } else if (tag->tag == ":addresses") {
            reply.addresses = in.strings("the list of addresses");
        } else if (tag->tag == ":mime") {
            reply.mime = true;
        } else if (tag->tag == ":handle") {
            in.string("the handle");
        } else if (!reply.stages.take(compiler, in, *tag)) {
            in.unexpected(*tag);
        }
    }
    reply.reason = in.string("the reason");
    in.end();
    reply.identity = identity(node);
    reply.seconds = days * day;
    return make_statement([reply = std::move(reply), place = node.place](Machine& machine) {
        VacationState& state = machine.state<VacationState>("vacation");
        if (state.done) {
            machine.fail(place, "vacation can be done only once");
            return Flow::stop;
        }
        state.done = true;
        reply.send(machine, place);
        return Flow::next;
    });
}

class Vacation final : public ExtensionPlugin {
public:
    explicit Vacation(Host& host) : ExtensionPlugin(host) {
        capability("vacation");
        command("vacation", "vacation", compile_vacation);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Vacation, {.id = "sieve-vacation",
                                          .summary = "Sieve: vacation (RFC 5230)",
                                          .dependencies = postern::sieve::needs_engine});
