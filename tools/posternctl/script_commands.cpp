// script list|show|put|activate|remove: the Sieve scripts of an account.
#include <algorithm>

#include "kernel/mail/attribute_table.hpp"
#include "kernel/mail/id_generator.hpp"
#include "postern/mail/scripts.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/options.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/sieve_tools.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// Writes scripts, and the version that tells every server of it, at once. Answers the exit status.
int write(StoreAccess& access, const Invocation& call, std::vector<store::ScriptWrite> writes,
          const std::string& done) {
    const auto account = access.session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    mail::IdGenerator ids;
    store::Transaction transaction;
    transaction.account = account->id;
    transaction.scripts = std::move(writes);
    store::AttributeWrite& version = transaction.attributes.emplace_back();
    version.attribute.entry = mail::scripts_version_entry;
    version.attribute.value = std::to_string(ids.next());
    transaction.changes = mail::changes_of(transaction.attributes);
    const auto written = std::move(access.session->commit({&transaction, 1}).front());
    if (!written) return fail(written.error().to_string());
    Report report;
    report.set("login", account->login);
    if (call.arguments.size() > 1) report.set("script", call.arguments[1]);
    report.say(done);
    return report.finish();
}

int write(const Invocation& call, store::ScriptWrite change, const std::string& done) {
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    return write(*access, call, {std::move(change)}, done);
}

/// Null after printing why.
const store::Script* find_script(const std::vector<store::Script>& scripts, const std::string& name) {
    const auto found = std::find_if(scripts.begin(), scripts.end(),
                                    [&](const store::Script& one) { return one.name == name; });
    if (found != scripts.end()) return &*found;
    fail("there is no script " + name);
    return nullptr;
}

Result<std::vector<store::Script>> read_scripts(StoreAccess& access, const std::string& login) {
    const auto account = access.session->find_account(login);
    if (!account) return Error(account.error().code, login + ": " + account.error().text);
    return access.session->read_scripts(account->id);
}

}  // namespace

int script_list(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl script list LOGIN", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto scripts = read_scripts(*access, call.arguments[0]);
    if (!scripts) return fail(scripts.error().to_string());
    Report report({"scripts"});
    for (const store::Script& script : *scripts) {
        report.add(
            "scripts", {{"name", script.name}, {"octets", script.text.size()}, {"active", script.active}},
            one_line(script.name) + "  " + show_size(script.text.size()) + (script.active ? "  active" : ""));
    }
    return report.finish();
}

int script_show(const Invocation& call) {
    if (call.arguments.size() != 2) return fail("usage: posternctl script show LOGIN NAME", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto scripts = read_scripts(*access, call.arguments[0]);
    if (!scripts) return fail(scripts.error().to_string());
    const store::Script* found = find_script(*scripts, call.arguments[1]);
    if (found == nullptr) return 1;
    Report report;
    report.set("name", found->name);
    report.set("active", found->active);
    report.set("text", found->text);
    std::string text = found->text;
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    report.say(text);
    return report.finish();
}

int script_put(const Invocation& call) {
    Invocation rest = call;
    const bool activate = take_flag(rest.arguments, "--activate");
    if (rest.arguments.size() != 3 || rest.arguments[1].empty())
        return fail("usage: posternctl script put LOGIN NAME FILE [--activate]", 2);
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    sieve::Interpreter engine;
    engine.collect(access->setup.plugins->lookup());
    if (engine.registry().commands.empty()) return fail("the configuration does not list the plugin `sieve`");
    const std::string& file = rest.arguments[2];
    if (!compile_file(engine, file)) return 1;
    std::vector<store::ScriptWrite> writes(1);
    writes[0].name = rest.arguments[1];
    writes[0].text = read_file(file).value_or("");
    if (activate) {
        store::ScriptWrite& second = writes.emplace_back();
        second.kind = store::ScriptWrite::Kind::activate;
        second.name = rest.arguments[1];
    }
    return write(*access, rest, std::move(writes),
                 "script " + rest.arguments[1] + (activate ? " stored, and active now" : " stored"));
}

int script_activate(const Invocation& call) {
    if (call.arguments.size() != 2)
        return fail("usage: posternctl script activate LOGIN NAME (\"\": none is active)", 2);
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::activate;
    change.name = call.arguments[1];
    const bool none = change.name.empty();
    return write(call, std::move(change),
                 none ? "no script is active now" : "script " + call.arguments[1] + " is active now");
}

int script_remove(const Invocation& call) {
    if (call.arguments.size() != 2) return fail("usage: posternctl script remove LOGIN NAME", 2);
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto scripts = read_scripts(*access, call.arguments[0]);
    if (!scripts) return fail(scripts.error().to_string());
    const store::Script* found = find_script(*scripts, call.arguments[1]);
    if (found == nullptr) return 1;
    // As RFC 5804 section 2.10 has it.
    if (found->active) return fail("the active script cannot be removed");
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::remove;
    change.name = call.arguments[1];
    return write(*access, call, {std::move(change)}, "script " + call.arguments[1] + " removed");
}

}  // namespace posternctl
