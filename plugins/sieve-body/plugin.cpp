// body (RFC 5173): :raw, :content, :text
#include "postern/mime/decode.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

using mime::Message;
using mime::Part;
using mime::PartKind;

enum class Transform : std::uint8_t { raw, content, text };

/// "type", "type/subtype" or "" (section 5.2).
bool has_type(const Part& part, std::string_view wanted) {
    if (wanted.empty()) return true;
    const auto slash = wanted.find('/');
    if (slash == std::string_view::npos) return mime::equal_ascii_nocase(part.type, wanted);
    if (slash == 0 || slash + 1 == wanted.size() || wanted.find('/', slash + 1) != std::string_view::npos)
        return false;
    return part.is(wanted.substr(0, slash), wanted.substr(slash + 1));
}

/// Before the first part and after the last one, without the lines between parts.
void add_prologue_and_epilogue(const Message& message, const Part& part, std::vector<std::string>& out) {
    const Part* last = &message.parts[part.first_child];
    std::string_view prologue = message.raw.substr(part.body_begin, last->header_begin - part.body_begin);
    const auto delimiter = prologue.rfind("--");
    out.emplace_back(prologue.substr(0, delimiter == std::string_view::npos ? 0 : delimiter));
    while (last->next_sibling != mime::no_part) last = &message.parts[last->next_sibling];
    std::string_view epilogue = message.raw.substr(last->body_end, part.body_end - last->body_end);
    const auto close = epilogue.find("--");
    const auto line_end = close == std::string_view::npos ? close : epilogue.find('\n', close);
    out.emplace_back(line_end == std::string_view::npos ? std::string_view() : epilogue.substr(line_end + 1));
}

std::string decoded(Machine& machine, const Message& message, const Part& part) {
    const std::string_view body = message.body(part);
    machine.spend(body.size() / 256);
    std::string octets = mime::decode_transfer(part.encoding, body);
    if (!part.is_text()) return octets;
    std::string text;
    mime::append_utf8(mime::decode_parameter(message.parameters_of(part), "charset"), octets, text);
    return text;
}

void add_part(Machine& machine, const Message& message, const Part& part, std::vector<std::string>& out) {
    if (part.kind == PartKind::multipart) {
        add_prologue_and_epilogue(message, part, out);
    } else if (part.kind == PartKind::message) {
        out.emplace_back(message.header(message.parts[part.first_child]));
    } else {
        out.push_back(decoded(machine, message, part));
    }
}

struct BodyTest {
    Matching matching;
    Transform transform = Transform::text;
    std::vector<Text> types;

    bool evaluate(Machine& machine) const {
        std::vector<std::string> values;
        const Message& message = machine.message();
        if (transform == Transform::raw) values.emplace_back(message.raw.substr(message.root().body_begin));
        std::vector<std::string> wanted{"text"};
        if (transform == Transform::content) wanted = values_of(types, machine);
        for (const Part& part : message.parts) {
            if (transform == Transform::raw || machine.failed()) break;
            const bool chosen =
                std::ranges::any_of(wanted, [&](const std::string& type) { return has_type(part, type); });
            if (chosen) add_part(machine, message, part, values);
        }
        // Match variables stay as they are (section 6).
        const std::vector<std::string> before = machine.matches();
        const bool found = matching.test(machine, values);
        if (machine.wants_matches()) machine.set_matches(before);
        return found;
    }
};

TestPtr compile_body(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    BodyTest test{Matching(compiler), Transform::text, {}};
    bool given = false;
    while (const Argument* tag = in.next_tag()) {
        if (test.matching.take(in, *tag)) continue;
        const bool content = tag->tag == ":content";
        if (!content && tag->tag != ":raw" && tag->tag != ":text") {
            in.unexpected(*tag);
            continue;
        }
        if (given) compiler.fail(tag->place, "only one of :raw, :content and :text can be given");
        given = true;
        if (content) test.types = in.strings("the list of content types");
        test.transform = content ? Transform::content : tag->tag == ":raw" ? Transform::raw : Transform::text;
    }
    test.matching.read_keys(in);
    in.end();
    return make_test([test = std::move(test)](Machine& machine) { return test.evaluate(machine); });
}

class Body final : public ExtensionPlugin {
public:
    explicit Body(Host& host) : ExtensionPlugin(host) {
        capability("body");
        test("body", "body", compile_body);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Body, {.id = "sieve-body",
                                      .summary = "Sieve: body (RFC 5173)",
                                      .dependencies = postern::sieve::needs_engine});
