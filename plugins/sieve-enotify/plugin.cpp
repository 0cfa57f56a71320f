// enotify (RFC 5435): notify, valid_notify_method, notify_method_capability, :encodeurl
#include <algorithm>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

/// The method of a URI; null with `why` set if it is none that can be used.
const NotifyMethod* method_of(const Registry& registry, const std::string& uri, std::string& why) {
    const auto colon = uri.find(':');
    const std::string scheme = colon == std::string::npos ? "" : to_lower(uri.substr(0, colon));
    const NotifyMethod* method = find(registry.notify_methods, scheme);
    why = method == nullptr ? "there is no way to notify \"" + uri + "\"" : method->check(uri);
    return why.empty() ? method : nullptr;
}

/// "name=value" (section 3.5)
bool is_option(std::string_view text) {
    const auto end = text.find('=');
    if (end == std::string_view::npos || end == 0 ||
        text.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
        return false;
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return plain(text[0]) && std::ranges::all_of(text.substr(0, end), [&](char c) {
               return plain(c) || c == '.' || c == '-' || c == '_';
           });
}

struct Notification {
    Stages stages;
    std::optional<Text> from, importance, message;
    std::vector<Text> options;
    Text uri;
    const Registry* registry = nullptr;
    Place place;

    Flow run(Machine& machine) const {
        Action action;
        action.kind = "notify";
        action.place = place;
        action.cancels_keep = false;
        action.set("method", uri.value(machine));
        std::string why;
        const NotifyMethod* method = method_of(*registry, action.value("method"), why);
        if (method == nullptr) {
            machine.fail(place, why);
            return Flow::stop;
        }
        action.set("importance", importance ? importance->value(machine) : "2");
        if (from) action.set("from", from->value(machine));
        if (message) action.set("message", message->value(machine));
        for (std::string& option : values_of(options, machine)) {
            if (is_option(option)) action.details["options"].push_back(std::move(option));
        }
        stages.apply(machine, action);
        method->prepare(machine, action);
        // The method may find that nobody should be told.
        if (!machine.failed() && action.content != nullptr) machine.act(std::move(action));
        return Flow::next;
    }
};

StatementPtr compile_notify(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Notification out;
    while (const Argument* tag = in.next_tag()) {
        const Place at = in.place();
        if (tag->tag == ":from") {
            out.from = in.string("the sender");
        } else if (tag->tag == ":importance") {
            out.importance = in.string("the importance");
            const bool known = !out.importance->is_constant() || out.importance->constant() == "1" ||
                               out.importance->constant() == "2" || out.importance->constant() == "3";
            if (!known) compiler.fail(at, "the importance is \"1\", \"2\" or \"3\"");
        } else if (tag->tag == ":options") {
            out.options = in.strings("the list of options");
            for (const Text& option : out.options) {
                if (option.is_constant() && !is_option(option.constant()))
                    compiler.fail(at, "\"" + option.constant() + "\" is no option: name=value");
            }
        } else if (tag->tag == ":message") {
            out.message = in.string("the message");
        } else if (!out.stages.take(compiler, in, *tag)) {
            in.unexpected(*tag);
        }
    }
    const Place at = in.place();
    out.uri = in.string("the method");
    in.end();
    out.registry = &compiler.registry();
    out.place = node.place;
    std::string why;
    const auto scheme = out.uri.is_constant() ? out.uri.constant().find(':') : std::string::npos;
    // A scheme that is unknown fails only when it is used (section 3.2).
    if (scheme != std::string::npos &&
        find(compiler.registry().notify_methods, to_lower(out.uri.constant().substr(0, scheme))) != nullptr &&
        method_of(compiler.registry(), out.uri.constant(), why) == nullptr) {
        compiler.fail(at, why);
    }
    return make_statement([out = std::move(out)](Machine& machine) { return out.run(machine); });
}

TestPtr compile_valid(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::vector<Text> uris = in.strings("the list of methods");
    in.end();
    return make_test([uris = std::move(uris), &registry = compiler.registry()](Machine& machine) {
        return std::ranges::all_of(values_of(uris, machine), [&](const std::string& uri) {
            std::string why;
            return method_of(registry, uri, why) != nullptr;
        });
    });
}

TestPtr compile_capability(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (!matching.take(in, *tag)) in.unexpected(*tag);
    }
    Text uri = in.string("the method");
    Text name = in.string("the capability");
    matching.read_keys(in);
    in.end();
    return make_test([matching = std::move(matching), uri = std::move(uri), name = std::move(name),
                      &registry = compiler.registry()](Machine& machine) {
        std::string why;
        const std::string wanted = uri.value(machine);
        const NotifyMethod* method = method_of(registry, wanted, why);
        const auto value =
            method == nullptr ? std::nullopt : method->capability(wanted, to_lower(name.value(machine)));
        if (!value) return false;
        return matching.test(machine, std::span(&*value, matching.counts() && value->empty() ? 0 : 1));
    });
}

class EncodeUrl final : public Modifier {
public:
    std::string_view capability() const override { return "enotify"; }
    int precedence() const override { return 15; }
    std::string apply(std::string value) const override {
        std::string out;
        for (const unsigned char c : value) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               c == '-' || c == '.' || c == '_' || c == '~';
            if (plain) {
                out += static_cast<char>(c);
            } else {
                out += '%';
                out += "0123456789ABCDEF"[c >> 4];
                out += "0123456789ABCDEF"[c & 15];
            }
        }
        return out;
    }
};

class Notify final : public ExtensionPlugin {
public:
    explicit Notify(Host& host) : ExtensionPlugin(host) {
        capability("enotify");
        command("notify", "enotify", compile_notify);
        test("valid_notify_method", "enotify", compile_valid);
        test("notify_method_capability", "enotify", compile_capability);
        piece<Modifier>(":encodeurl", std::make_unique<EncodeUrl>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Notify, {.id = "sieve-enotify",
                                        .summary = "Sieve: enotify (RFC 5435)",
                                        .dependencies = postern::sieve::needs_engine});
