// Tests (RFC 5228 section 5)
#include "base.hpp"

namespace postern::sieve {

namespace {

TestPtr compile_constant(Compiler& compiler, const Node& node) {
    Arguments(compiler, node).end();
    return make_test([value = node.name == "true"](Machine&) { return value; });
}

TestPtr compile_not(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    TestPtr inner = in.test();
    in.end();
    return make_test([inner = std::move(inner)](Machine& machine) { return !inner->evaluate(machine); });
}

/// allof and anyof stop as soon as the answer is known.
TestPtr compile_all_any(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    std::vector<TestPtr> inner = in.tests();
    in.end();
    return make_test([inner = std::move(inner), any = node.name == "anyof"](Machine& machine) {
        for (const TestPtr& test : inner) {
            const bool found = test->evaluate(machine);
            if (machine.failed()) return false;
            if (found == any) return any;
        }
        return !any;
    });
}

TestPtr compile_size(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    const Argument* tag = in.next_tag();
    const bool over = tag != nullptr && tag->tag == ":over";
    if (tag == nullptr || (!over && tag->tag != ":under")) {
        compiler.fail(node.place, "size wants :over or :under");
        return nullptr;
    }
    const std::uint64_t limit = in.number("the size");
    in.end();
    return make_test([over, limit](Machine& machine) {
        const std::uint64_t size = machine.content()->size();
        return over ? size > limit : size < limit;
    });
}

void check_fields(Compiler& compiler, Place place, const std::vector<Text>& names) {
    for (const Text& name : names) {
        if (name.is_constant() && !is_field_name(name.constant())) {
            compiler.fail(place, "\"" + name.constant() + "\" is no name of a header field");
        }
    }
}

TestPtr compile_exists(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    Stages stages;
    while (const Argument* tag = in.next_tag()) {
        if (!stages.take(compiler, in, *tag)) in.unexpected(*tag);
    }
    const Place at = in.place();
    std::vector<Text> names = in.strings("the list of header fields");
    check_fields(compiler, at, names);
    in.end();
    return make_test([stages = std::move(stages), names = std::move(names)](Machine& machine) {
        for (const Text& name : names) {
            if (fields_of(machine, stages, {name.value(machine)}).empty()) return false;
        }
        return true;
    });
}

/// Tests of header fields: tags, names, keys.
struct FieldTest {
    Matching matching;
    Stages stages;
    std::vector<Text> names;

    FieldTest(Compiler& compiler, const Node& node, Matching::Parts parts) : matching(compiler, parts) {
        Arguments in(compiler, node);
        while (const Argument* tag = in.next_tag()) {
            if (!matching.take(in, *tag) && !stages.take(compiler, in, *tag)) in.unexpected(*tag);
        }
        const Place at = in.place();
        names = in.strings("the list of header fields");
        check_fields(compiler, at, names);
        matching.read_keys(in);
        in.end();
    }
};

TestPtr compile_header(Compiler& compiler, const Node& node) {
    FieldTest test(compiler, node, Matching::Parts::no);
    return make_test([test = std::move(test)](Machine& machine) {
        std::vector<std::string> values;
        for (const FieldValue& field : fields_of(machine, test.stages, values_of(test.names, machine)))
            values.push_back(text_of(field));
        return test.matching.test(machine, values);
    });
}

TestPtr compile_address(Compiler& compiler, const Node& node) {
    FieldTest test(compiler, node, Matching::Parts::yes);
    return make_test([test = std::move(test)](Machine& machine) {
        std::vector<std::string> values;
        for (const FieldValue& field : fields_of(machine, test.stages, values_of(test.names, machine))) {
            for (const AddressText& address : addresses_of(field))
                test.matching.add_address(address.local, address.domain, values);
        }
        return test.matching.test(machine, values);
    });
}

/// The parts of the envelope that a test names; those named by variables are looked up when it runs.
struct EnvelopeTest {
    Matching matching;
    std::vector<Text> names;
    std::optional<int> zone;
    const Registry* registry;
    std::vector<std::string> allowed;
};

TestPtr compile_envelope(Compiler& compiler, const Node& node) {
    EnvelopeTest test{Matching(compiler, Matching::Parts::yes), {}, {}, &compiler.registry(), {}};
    Arguments in(compiler, node);
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":zone" && compiler.has("envelope-deliverby")) {
            const Place at = in.place();
            test.zone = zone_of(in.constant("the time zone"));
            if (!test.zone) compiler.fail(at, "a time zone is a sign and four digits");
        } else if (!test.matching.take(in, *tag)) {
            in.unexpected(*tag);
        }
    }
    const Place at = in.place();
    test.names = in.strings("the parts of the envelope");
    test.matching.read_keys(in);
    in.end();
    for (const auto& [name, part] : compiler.registry().envelope_parts) {
        if (compiler.has(part->capability())) test.allowed.push_back(name);
    }
    for (const Text& name : test.names) {
        if (!name.is_constant()) continue;
        const std::string lower = to_lower(name.constant());
        const bool known = std::ranges::find(test.allowed, lower) != test.allowed.end();
        if (!known) {
            compiler.fail(at, "the envelope has no part \"" + name.constant() + "\"");
        } else if (test.matching.has_address_part() &&
                   !find(compiler.registry().envelope_parts, lower)->is_address()) {
            compiler.fail(at, "\"" + name.constant() + "\" is no address");
        }
    }
    return make_test([test = std::move(test), place = node.place](Machine& machine) {
        std::vector<std::string> values;
        if (machine.environment().is_stored()) {
            // RFC 6785 section 4.6
            machine.fail(place, "a message that is in a mailbox has no envelope");
            return false;
        }
        for (const Text& text : test.names) {
            const std::string name = to_lower(text.value(machine));
            if (std::ranges::find(test.allowed, name) == test.allowed.end()) {
                machine.fail(place, "the envelope has no part \"" + name + "\"");
                return false;
            }
            if (!machine.envelope().known) continue;
            const EnvelopePart& part = *find(test.registry->envelope_parts, name);
            for (std::string& value : part.values(machine, test.zone)) {
                if (!part.is_address()) {
                    values.push_back(std::move(value));
                } else if (const auto address = split_address(value)) {
                    test.matching.add_address(address->local, address->domain, values);
                } else {
                    // The null reverse path is the empty address, whatever part of it (RFC 5228 section 5.4).
                    values.emplace_back();
                }
            }
        }
        return test.matching.test(machine, values);
    });
}

}  // namespace

void add_tests(Pieces& pieces) {
    pieces.test("true", "", compile_constant);
    pieces.test("false", "", compile_constant);
    pieces.test("not", "", compile_not);
    pieces.test("allof", "", compile_all_any);
    pieces.test("anyof", "", compile_all_any);
    pieces.test("size", "", compile_size);
    pieces.test("exists", "", compile_exists);
    pieces.test("header", "", compile_header);
    pieces.test("address", "", compile_address);
    pieces.capability("envelope");
    pieces.test("envelope", "envelope", compile_envelope);
}

}  // namespace postern::sieve
