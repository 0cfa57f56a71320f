// foreverypart, mime, replace, enclose, extracttext (RFC 5703)
#include <algorithm>

#include "parts.hpp"
#include "postern/mime/decode.hpp"

namespace postern::sieve {

namespace {

using mime::Message;
using mime::Part;

// foreverypart and break

class Loop final : public Statement {
public:
    Loop(Block block, std::uint32_t number) : block_(std::move(block)), number_(number) {}

    Flow run(Machine& machine) const override {
        const auto outer = machine.part();
        // An inner loop sees the parts within the current one (section 3).
        std::uint32_t part = outer ? *outer + 1 : 0;
        Flow flow = Flow::next;
        while (flow == Flow::next && machine.spend(1)) {
            const auto& parts = machine.message().parts;
            if (part >= parts.size() || (outer && parts[part].depth <= parts[*outer].depth)) break;
            machine.set_part(part);
            flow = run_block(block_, machine);
            ++part;
        }
        machine.set_part(outer);
        if (flow == Flow::quit && machine.loop_to_quit() == number_) return Flow::next;
        return flow;
    }

private:
    Block block_;
    std::uint32_t number_;
};

StatementPtr compile_loop(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::string name;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":name") {
            name = in.constant("the loop's name");
        } else {
            in.unexpected(*tag);
        }
    }
    auto& loops = compiler.loops();
    const auto number = static_cast<std::uint32_t>(loops.size());
    if (number >= 8) compiler.fail(node.place, "too many loops in each other");
    loops.push_back(name);
    Block block = in.block();
    loops.pop_back();
    in.end();
    return std::make_unique<Loop>(std::move(block), number);
}

StatementPtr compile_break(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::string name;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":name") {
            name = in.constant("the loop's name");
        } else {
            in.unexpected(*tag);
        }
    }
    in.end();
    const auto& loops = compiler.loops();
    std::size_t at = loops.size();
    while (at > 0 && !name.empty() && loops[at - 1] != name) --at;
    if (at == 0)
        compiler.fail(node.place,
                      name.empty() ? "break outside of a loop" : "there is no loop \"" + name + "\"");
    return make_statement([number = static_cast<std::uint32_t>(at - 1)](Machine& machine) {
        machine.quit_loop(number);
        return Flow::quit;
    });
}

// mime: which header fields tests look at

using Fields = std::vector<FieldValue>;

Fields fields_in(Machine& machine, const std::vector<std::uint32_t>& parts,
                 const std::vector<std::string>& names) {
    Fields out;
    for (const std::string& name : names) {
        for (const std::uint32_t part : parts)
            std::ranges::move(fields_of_part(machine, part, name), std::back_inserter(out));
    }
    return out;
}

StagePtr compile_mime(Compiler&, Arguments&, const Argument&) {
    return make_field_stage(field_stage_parts,
                            [](Machine& machine, const std::vector<std::string>& names, Fields& values) {
                                values = fields_in(machine, {machine.part().value_or(0)}, names);
                            });
}

StagePtr compile_anychild(Compiler&, Arguments&, const Argument&) {
    return make_field_stage(
        field_stage_parts + 1, [](Machine& machine, const std::vector<std::string>& names, Fields& values) {
            const auto parts = with_descendants(machine.message(), machine.part().value_or(0));
            values = fields_in(machine, parts, names);
        });
}

void check_option(Compiler& compiler, const Arguments& in, const Argument& tag) {
    for (const char* other : {":type", ":subtype", ":contenttype", ":param"}) {
        if (tag.tag != other && in.seen(other)) compiler.fail(tag.place, tag.tag + " contradicts " + other);
    }
}

/// What :type, :subtype and :contenttype make of a field (section 4.1).
std::string aspect(const Message& message, const FieldValue& value, const std::string& wanted) {
    const Part& part = message.parts[value.part];
    if (mime::equal_ascii_nocase(value.field, "Content-Type")) {
        if (!part.has_type) return {};
        if (wanted == ":type") return std::string(part.type);
        if (wanted == ":subtype") return std::string(part.subtype);
        return std::string(part.type) + "/" + std::string(part.subtype);
    }
    const bool disposition = mime::equal_ascii_nocase(value.field, "Content-Disposition");
    return disposition && wanted != ":subtype" ? std::string(part.disposition) : std::string();
}

StagePtr compile_aspect(Compiler& compiler, Arguments& in, const Argument& tag) {
    check_option(compiler, in, tag);
    return make_field_stage(
        field_stage_value,
        [wanted = tag.tag](Machine& machine, const std::vector<std::string>&, Fields& values) {
            for (FieldValue& value : values) value.text = aspect(machine.message(), value, wanted);
        });
}

StagePtr compile_param(Compiler& compiler, Arguments& in, const Argument& tag) {
    check_option(compiler, in, tag);
    return make_field_stage(
        field_stage_value, [names = in.strings("the names of parameters")](
                               Machine& machine, const std::vector<std::string>&, Fields& values) {
            const Message& message = machine.message();
            Fields out;
            for (const FieldValue& value : values) {
                const Part& part = message.parts[value.part];
                const bool type = mime::equal_ascii_nocase(value.field, "Content-Type");
                if (!type && !mime::equal_ascii_nocase(value.field, "Content-Disposition")) continue;
                const auto parameters =
                    type ? message.parameters_of(part) : message.disposition_parameters_of(part);
                for (const std::string& name : values_of(names, machine)) {
                    std::string text = mime::decode_parameter(parameters, name);
                    if (!text.empty()) out.push_back({value.field, {}, value.part, std::move(text)});
                }
            }
            values = std::move(out);
        });
}

// replace, enclose, extracttext

StatementPtr compile_replace(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::optional<Text> subject, from;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":subject") {
            subject = in.string("the subject");
        } else if (tag->tag == ":from") {
            from = in.string("the address");
        } else if (tag->tag != ":mime") {
            in.unexpected(*tag);
        }
    }
    const bool entity = in.seen(":mime");
    if (entity && (subject || from)) compiler.fail(node.place, ":mime contradicts :subject and :from");
    Text text = in.string("the replacement");
    in.end();
    return make_statement(
        [=, subject = std::move(subject), from = std::move(from), text = std::move(text)](Machine& machine) {
            Replacement with;
            with.text = text.value(machine);
            with.is_entity = entity;
            if (subject) with.subject = subject->value(machine);
            if (from) {
                FieldValue value;
                const std::string given = from->value(machine);
                value.raw = given;
                const auto addresses = addresses_of(value);
                const bool good = given.find_first_of("\r\n") == std::string::npos && !addresses.empty() &&
                                  std::ranges::all_of(addresses, [](const AddressText& a) {
                                      return is_address(a.local + "@" + a.domain);
                                  });
                if (good) with.from = given;
            }
            machine.edit(replaced(machine.message(), machine.part().value_or(0), with));
            return Flow::next;
        });
}

/// Before it was enclosed: what "redirect" sends (section 6).
struct EncloseState final : State {
    std::shared_ptr<const std::string> before;
};

class RedirectsInside final : public ActionHook {
public:
    void before(Machine& machine, Action& action) override {
        if (action.kind != "redirect") return;
        if (auto inside = machine.state<EncloseState>("enclose").before) action.content = std::move(inside);
    }
};

StatementPtr compile_enclose(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::optional<Text> subject;
    std::vector<Text> headers;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":subject") {
            subject = in.string("the subject");
        } else if (tag->tag == ":headers") {
            headers = in.strings("the list of header fields");
        } else {
            in.unexpected(*tag);
        }
    }
    Text text = in.string("the text");
    in.end();
    return make_statement([subject = std::move(subject), headers = std::move(headers),
                           text = std::move(text)](Machine& machine) {
        Enclosure with;
        with.text = text.value(machine);
        if (subject) with.subject = subject->value(machine);
        with.headers = values_of(headers, machine);
        EncloseState& state = machine.state<EncloseState>("enclose");
        if (state.before == nullptr) state.before = machine.content();
        machine.edit(enclosed(machine, with));
        return Flow::next;
    });
}

StatementPtr compile_extract(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Modifiers modifiers;
    std::optional<std::uint64_t> first;
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":first") {
            first = in.number("the number of characters");
        } else if (!modifiers.take(compiler, *tag)) {
            in.unexpected(*tag);
        }
    }
    if (!compiler.has("variables")) compiler.fail(node.place, "extracttext needs require \"variables\"");
    if (compiler.loops().empty()) compiler.fail(node.place, "extracttext outside of foreverypart");
    const std::string name = to_lower(in.constant("the variable's name"));
    in.end();
    return make_statement([=, modifiers = std::move(modifiers)](Machine& machine) {
        std::string text = machine.part() ? text_of_part(machine.message(), *machine.part()) : "";
        machine.spend(text.size() / 256);
        if (first) {
            std::size_t end = 0;
            for (std::uint64_t left = *first; end < text.size(); ++end) {
                const bool starts = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
                if (starts && left-- == 0) break;
            }
            text.resize(end);
        }
        machine.set_variable(name, modifiers.apply(std::move(text)));
        return Flow::next;
    });
}

class Mime final : public ExtensionPlugin {
public:
    explicit Mime(Host& host) : ExtensionPlugin(host) {
        for (const char* name : {"foreverypart", "mime", "replace", "enclose", "extracttext"})
            capability(name);
        command("foreverypart", "foreverypart", compile_loop);
        command("break", "foreverypart", compile_break);
        tag(":mime", "mime", {"header", "address", "exists"}, compile_mime);
        tag(":anychild", "mime", {"header", "address", "exists"}, compile_anychild, ":mime");
        for (const char* name : {":type", ":subtype", ":contenttype"})
            tag(name, "mime", {"header"}, compile_aspect, ":mime");
        tag(":param", "mime", {"header"}, compile_param, ":mime");
        command("replace", "replace", compile_replace);
        command("enclose", "enclose", compile_enclose);
        command("extracttext", "extracttext", compile_extract);
        piece<ActionHook>("enclose", std::make_unique<RedirectsInside>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Mime,
               {.id = "sieve-mime",
                .summary = "Sieve: foreverypart, mime, replace, enclose, extracttext (RFC 5703)",
                .dependencies = postern::sieve::needs_engine});
