// editheader (RFC 5293): addheader, deleteheader
#include <algorithm>

#include "postern/sieve/compose.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

/// Changes that are passed over (RFC 5293 section 6, RFC 5703 section 5).
bool is_protected(std::string_view name, bool deleting) {
    const std::string lower = to_lower(name);
    if (lower == "original-subject" || lower == "original-from") return true;
    return deleting && (lower == "received" || lower == "auto-submitted");
}

void check_name(Compiler& compiler, Place place, const Text& name) {
    if (name.is_constant() && !is_field_name(name.constant())) {
        compiler.fail(place, "\"" + name.constant() + "\" is no name of a header field");
    }
}

StatementPtr compile_add(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag != ":last") in.unexpected(*tag);
    }
    const bool last = in.seen(":last");
    const Place at = in.place();
    Text name = in.string("the header field");
    check_name(compiler, at, name);
    Text value = in.string("the value");
    in.end();
    return make_statement(
        [last, name = std::move(name), value = std::move(value), place = node.place](Machine& machine) {
            const std::string field = name.value(machine);
            if (!is_field_name(field)) {
                machine.fail(place, "\"" + field + "\" is no name of a header field");
                return Flow::stop;
            }
            if (!is_protected(field, false)) {
                machine.edit(add_field(*machine.content(), field, encode_header(value.value(machine)), last));
            }
            return Flow::next;
        });
}

struct Deletion {
    std::optional<Matching> matching;  ///< none: whatever the value
    Text name;
    std::uint64_t index = 0;  ///< 0: all
    bool last = false;

    void run(Machine& machine) const {
        const std::string wanted = name.value(machine);
        if (is_protected(wanted, true)) return;
        const std::string_view message = *machine.content();
        const std::string_view header = message.substr(0, mime::header_length(message));
        std::vector<FieldValue> found;
        std::vector<std::string_view> raw;
        for (mime::HeaderReader reader(header); const mime::Field* field = reader.next();) {
            if (!mime::equal_ascii_nocase(field->name, wanted)) continue;
            found.push_back({field->name, field->value, 0, std::nullopt});
            raw.push_back(field->raw);
        }
        std::vector<std::string_view> doomed;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const std::size_t counted = last ? found.size() - i : i + 1;
            if (index != 0 && counted != index) continue;
            const std::string text = text_of(found[i]);
            if (!matching || matching->test(machine, std::span(&text, 1))) doomed.push_back(raw[i]);
        }
        if (doomed.empty() || machine.failed()) return;
        std::string out;
        std::size_t at = 0;
        for (const std::string_view field : doomed) {
            const auto begin = static_cast<std::size_t>(field.data() - message.data());
            out.append(message.substr(at, begin - at));
            at = begin + field.size();
        }
        machine.edit(out.append(message.substr(at)));
    }
};

StatementPtr compile_delete(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Deletion deletion;
    Matching matching(compiler);
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":index") {
            const Place at = in.place();
            deletion.index = in.number("the number of the field");
            if (deletion.index == 0) compiler.fail(at, ":index counts from 1");
        } else if (tag->tag == ":last") {
            deletion.last = true;
        } else if (!matching.take(in, *tag)) {
            in.unexpected(*tag);
        }
    }
    if (deletion.last && !in.seen(":index")) compiler.fail(node.place, ":last is of no use without :index");
    const Place at = in.place();
    deletion.name = in.string("the header field");
    check_name(compiler, at, deletion.name);
    if (in.next_is_string()) {
        matching.read_keys(in);
        deletion.matching = std::move(matching);
    }
    in.end();
    return make_statement([deletion = std::move(deletion)](Machine& machine) {
        deletion.run(machine);
        return Flow::next;
    });
}

class EditHeader final : public ExtensionPlugin {
public:
    explicit EditHeader(Host& host) : ExtensionPlugin(host) {
        capability("editheader");
        command("addheader", "editheader", compile_add);
        command("deleteheader", "editheader", compile_delete);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::EditHeader, {.id = "sieve-editheader",
                                            .summary = "Sieve: editheader (RFC 5293)",
                                            .dependencies = postern::sieve::needs_engine});
