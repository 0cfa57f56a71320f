// mailboxid (RFC 9042): mailboxidexists, :mailboxid
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_exists(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::vector<Text> ids = in.strings("the list of mailbox ids");
    in.end();
    return make_test([ids = std::move(ids)](Machine& machine) {
        return std::ranges::all_of(values_of(ids, machine), [&](const std::string& id) {
            return machine.environment().mailbox_of_id(id).has_value();
        });
    });
}

StagePtr compile_id(Compiler& compiler, Arguments& in, const Argument& tag) {
    if (in.seen(":specialuse")) compiler.fail(tag.place, ":specialuse and :mailboxid contradict each other");
    return make_action_stage([id = in.string("the mailbox id")](Machine& machine, Action& action) {
        action.details["mailboxid"] = {id.value(machine)};
        if (const auto mailbox = machine.environment().mailbox_of_id(action.value("mailboxid"))) {
            action.details["found"] = {*mailbox};
        }
    });
}

class MailboxIds final : public ExtensionPlugin {
public:
    explicit MailboxIds(Host& host) : ExtensionPlugin(host) {
        capability("mailboxid");
        test("mailboxidexists", "mailboxid", compile_exists);
        tag(":mailboxid", "mailboxid", {"fileinto", "vacation", "notify"}, compile_id, ":fcc");
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::MailboxIds, {.id = "sieve-mailboxid",
                                            .summary = "Sieve: mailboxid (RFC 9042)",
                                            .dependencies = postern::sieve::needs_engine});
