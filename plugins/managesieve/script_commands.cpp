// The commands on scripts (RFC 5804 sections 2.5 to 2.12).
#include <algorithm>

#include "postern/mime/decode.hpp"
#include "session.hpp"

namespace postern::managesieve {

namespace {

/// Section 1.6: no controls, U+2028 or U+2029; 128 characters must be possible.
bool is_script_name(std::string_view name) {
    if (name.empty() || name.size() > 512 || !mime::is_utf8(name)) return false;
    if (name.find("\xe2\x80\xa8") != std::string_view::npos ||
        name.find("\xe2\x80\xa9") != std::string_view::npos)
        return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (c < ' ' || c == 0x7f) return false;
        if (c == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) return false;
    }
    return true;
}

const store::Script* find_script(const std::vector<store::Script>& scripts, std::string_view name) {
    const auto found = std::ranges::find(scripts, name, &store::Script::name);
    return found == scripts.end() ? nullptr : &*found;
}

}  // namespace

Task<void> Session::dispatch_signed_in() {
    const std::string name = reader_.command().name;
    if (name == "LISTSCRIPTS") {
        co_await list_scripts();
    } else if (name == "PUTSCRIPT") {
        co_await put_script();
    } else if (name == "CHECKSCRIPT") {
        co_await check_script();
    } else if (name == "GETSCRIPT") {
        co_await get_script();
    } else if (name == "SETACTIVE") {
        co_await set_active();
    } else if (name == "DELETESCRIPT") {
        co_await delete_script();
    } else if (name == "RENAMESCRIPT") {
        co_await rename_script();
    } else if (name == "HAVESPACE") {
        co_await have_space();
    } else if (name == "UNAUTHENTICATE") {
        unauthenticate();
    } else {
        no("There is no such command.");
        if (++bad_ >= 20) ending_ = true;
    }
}

bool Session::valid_name(const std::string& name) {
    if (is_script_name(name)) return true;
    no("This cannot be the name of a script.");
    return false;
}

Task<bool> Session::load(Scripts* scripts) {
    const AccountId id = identity_->account;
    auto loaded = co_await services_.scripts->read(id);
    if (!loaded) {
        failed(loaded.error());
        co_return false;
    }
    *scripts = std::move(*loaded);
    co_return true;
}

bool Session::check(const std::string& script, const Scripts& others) {
    const sieve::ScriptSource source = [&others](const std::string& name) -> std::optional<std::string> {
        const store::Script* found = find_script(others, name);
        if (found == nullptr) return std::nullopt;
        return found->text;
    };
    const sieve::Compiled compiled = services_.engine->compile(script, source);
    if (compiled.faults.empty()) return true;
    std::string text;
    for (const sieve::Fault& fault : compiled.faults)
        text += (text.empty() ? "" : "\r\n") + fault.to_string();
    no(text);
    return false;
}

bool Session::has_space(const Scripts& scripts, const std::string& name, std::uint64_t size) {
    const sieve::Limits& limits = services_.engine->limits();
    std::uint64_t all = size;
    for (const store::Script& script : scripts) all += script.name == name ? 0 : script.text.size();
    if (size > limits.script_octets || all > limits.scripts_octets) {
        no("The script is too large.", "QUOTA/MAXSIZE");
        return false;
    }
    if (find_script(scripts, name) == nullptr && scripts.size() >= limits.scripts) {
        no("There are too many scripts.", "QUOTA/MAXSCRIPTS");
        return false;
    }
    return true;
}

Task<void> Session::write(store::ScriptWrite change) {
    std::vector<store::ScriptWrite> changes(1);
    changes.front() = std::move(change);
    mail::Cause cause;
    cause.protocol = "managesieve";
    cause.command = reader_.command().name;
    cause.login = identity_->login;
    const std::shared_ptr<mail::Account> account = account_;
    auto written = co_await services_.scripts->write(account, std::move(changes), std::move(cause));
    if (written) {
        ok();
    } else {
        failed(written.error());
    }
}

Task<void> Session::have_space() {
    if (!arguments_are("sn") || !valid_name(text(0))) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    const std::string name = text(0);
    const std::uint64_t size = reader_.command().arguments[1].number;
    if (has_space(scripts, name, size)) ok();
}

Task<void> Session::put_script() {
    if (!arguments_are("ss") || !valid_name(text(0))) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::put;
    change.name = text(0);
    change.text = text(1);
    if (!has_space(scripts, change.name, change.text.size()) || !check(change.text, scripts)) co_return;
    co_await write(std::move(change));
}

Task<void> Session::check_script() {
    if (!arguments_are("s")) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    if (check(text(0), scripts)) ok();
}

Task<void> Session::list_scripts() {
    if (!arguments_are("")) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    for (const store::Script& script : scripts) {
        write_string(script.name);
        output_ += script.active ? " ACTIVE\r\n" : "\r\n";
    }
    ok();
}

Task<void> Session::get_script() {
    if (!arguments_are("s")) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    const store::Script* found = find_script(scripts, text(0));
    if (found == nullptr) {
        no("There is no such script.", "NONEXISTENT");
        co_return;
    }
    output_ += "{" + std::to_string(found->text.size()) + "}\r\n" + found->text + "\r\n";
    ok();
}

Task<void> Session::set_active() {
    if (!arguments_are("s")) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::activate;
    change.name = text(0);
    const store::Script* found = find_script(scripts, change.name);
    if (!change.name.empty() && found == nullptr) {
        no("There is no such script.", "NONEXISTENT");
        co_return;
    }
    // An extension may have gone since the script was put here (section 2.8).
    if (found != nullptr && !check(found->text, scripts)) co_return;
    co_await write(std::move(change));
}

Task<void> Session::delete_script() {
    if (!arguments_are("s")) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::remove;
    change.name = text(0);
    const store::Script* found = find_script(scripts, change.name);
    if (found == nullptr) {
        no("There is no such script.", "NONEXISTENT");
    } else if (found->active) {
        no("The active script cannot be deleted.", "ACTIVE");
    } else {
        co_await write(std::move(change));
    }
}

Task<void> Session::rename_script() {
    if (!arguments_are("ss") || !valid_name(text(1))) co_return;
    Scripts scripts;
    const bool loaded = co_await load(&scripts);
    if (!loaded) co_return;
    store::ScriptWrite change;
    change.kind = store::ScriptWrite::Kind::rename;
    change.name = text(0);
    change.new_name = text(1);
    if (find_script(scripts, change.name) == nullptr) {
        no("There is no such script.", "NONEXISTENT");
    } else if (find_script(scripts, change.new_name) != nullptr) {
        no("There is a script of that name.", "ALREADYEXISTS");
    } else {
        co_await write(std::move(change));
    }
}

}  // namespace postern::managesieve
