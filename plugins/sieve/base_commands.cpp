// stop, keep, discard, redirect, fileinto (RFC 5228 sections 3.3 and 4)
#include "base.hpp"

namespace postern::sieve {

BaseLanguage::BaseLanguage() {
    add_commands(*this);
    add_tests(*this);
    add_matching(*this);
    add_encoded_character(*this);
}

namespace {

/// Takes the tags of extensions.
Stages read_stages(Compiler& compiler, Arguments& in) {
    Stages stages;
    while (const Argument* tag = in.next_tag()) {
        if (!stages.take(compiler, in, *tag)) in.unexpected(*tag);
    }
    return stages;
}

Action action_at(const char* kind, Place place) {
    Action out;
    out.kind = kind;
    out.place = place;
    return out;
}

StatementPtr compile_stop(Compiler& compiler, const Node& node) {
    Arguments(compiler, node).end();
    return make_statement([](Machine&) { return Flow::stop; });
}

StatementPtr compile_keep(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Stages stages = read_stages(compiler, in);
    in.end();
    return make_statement([stages = std::move(stages), place = node.place](Machine& machine) {
        Action action = action_at("keep", place);
        stages.apply(machine, action);
        machine.act(std::move(action));
        return Flow::next;
    });
}

StatementPtr compile_discard(Compiler& compiler, const Node& node) {
    Arguments(compiler, node).end();
    return make_statement([place = node.place](Machine& machine) {
        machine.act(action_at("discard", place));
        return Flow::next;
    });
}

StatementPtr compile_redirect(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Stages stages = read_stages(compiler, in);
    const Place at = in.place();
    Text address = in.string("the address");
    in.end();
    // ":list" makes it the name of a list (RFC 6134 section 2.3).
    const bool literal = !in.seen(":list");
    if (literal && address.is_constant() && !is_address(address.constant())) {
        compiler.fail(at, "\"" + address.constant() + "\" is no address");
    }
    return make_statement([stages = std::move(stages), address = std::move(address), place = node.place,
                           literal](Machine& machine) {
        Action action = action_at("redirect", place);
        action.set("address", address.value(machine));
        if (literal && !is_address(action.value("address"))) {
            machine.fail(place, "redirect: \"" + action.value("address") + "\" is no address");
            return Flow::stop;
        }
        stages.apply(machine, action);
        machine.act(std::move(action));
        return Flow::next;
    });
}

StatementPtr compile_fileinto(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Stages stages = read_stages(compiler, in);
    const Place at = in.place();
    Text mailbox = in.string("the mailbox");
    in.end();
    if (mailbox.is_constant() && mailbox.constant().empty()) compiler.fail(at, "the mailbox has no name");
    return make_statement(
        [stages = std::move(stages), mailbox = std::move(mailbox), place = node.place](Machine& machine) {
            Action action = action_at("fileinto", place);
            action.set("mailbox", mailbox.value(machine));
            if (action.value("mailbox").empty()) {
                machine.fail(place, "fileinto: the mailbox has no name");
                return Flow::stop;
            }
            stages.apply(machine, action);
            machine.act(std::move(action));
            return Flow::next;
        });
}

}  // namespace

void add_commands(Pieces& pieces) {
    pieces.command("stop", "", compile_stop);
    pieces.command("keep", "", compile_keep);
    pieces.command("discard", "", compile_discard);
    pieces.command("redirect", "", compile_redirect);
    pieces.capability("fileinto");
    pieces.command("fileinto", "fileinto", compile_fileinto);
}

}  // namespace postern::sieve
