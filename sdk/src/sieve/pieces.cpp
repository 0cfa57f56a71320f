#include "postern/sieve/pieces.hpp"

#include <algorithm>
#include <iterator>

#include "postern/mime/decode.hpp"

namespace postern::sieve {

namespace {

class NamedCapability final : public Capability {
public:
    explicit NamedCapability(std::vector<std::string> implied) : implied_(std::move(implied)) {}
    std::vector<std::string> implies() const override { return implied_; }

private:
    std::vector<std::string> implied_;
};

template <class Interface, class Answer>
class FromFunction final : public Interface {
public:
    using Function = Answer (*)(Compiler&, const Node&);
    FromFunction(std::string capability, Function compile)
        : capability_(std::move(capability)), compile_(compile) {}
    std::string_view capability() const override { return capability_; }
    Answer compile(Compiler& compiler, const Node& node) override { return compile_(compiler, node); }

private:
    std::string capability_;
    Function compile_;
};

class TagFromFunction final : public TagType {
public:
    using Function = StagePtr (*)(Compiler&, Arguments&, const Argument&);
    TagFromFunction(std::string capability, std::vector<std::string> names, Function compile,
                    std::string needs)
        : capability_(std::move(capability)),
          names_(std::move(names)),
          compile_(compile),
          needs_(std::move(needs)) {}
    std::string_view capability() const override { return capability_; }
    bool applies_to(std::string_view name) const override {
        return std::ranges::find(names_, name) != names_.end();
    }
    std::string_view needs(std::string_view name) const override {
        return name == "fileinto" || name == "keep" ? std::string_view() : needs_;
    }
    StagePtr compile(Compiler& compiler, Arguments& in, const Argument& tag) override {
        return compile_(compiler, in, tag);
    }

private:
    std::string capability_;
    std::vector<std::string> names_;
    Function compile_;
    std::string needs_;
};

std::string trimmed(std::string text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

Pieces::Pieces() = default;
Pieces::~Pieces() = default;

void Pieces::capability(std::string name, std::vector<std::string> implies) {
    piece<Capability>(std::move(name), std::make_unique<NamedCapability>(std::move(implies)));
}

void Pieces::command(std::string name, std::string capability,
                     StatementPtr (*compile)(Compiler&, const Node&)) {
    using Made = FromFunction<CommandType, StatementPtr>;
    piece<CommandType>(std::move(name), std::make_unique<Made>(std::move(capability), compile));
}

void Pieces::test(std::string name, std::string capability, TestPtr (*compile)(Compiler&, const Node&)) {
    using Made = FromFunction<TestType, TestPtr>;
    piece<TestType>(std::move(name), std::make_unique<Made>(std::move(capability), compile));
}

void Pieces::tag(std::string name, std::string capability, std::vector<std::string> applies_to,
                 StagePtr (*compile)(Compiler&, Arguments&, const Argument&), std::string needs) {
    piece<TagType>(std::move(name),
                   std::make_unique<TagFromFunction>(std::move(capability), std::move(applies_to), compile,
                                                     std::move(needs)));
}

void Pieces::declare(Registrar& registrar) {
    for (const Entry& entry : entries_) entry.declare(registrar);
}

Result<void> ExtensionPlugin::declare(Registrar& registrar) {
    Pieces::declare(registrar);
    return {};
}

std::vector<FieldValue> fields_of_part(Machine& machine, std::uint32_t part, std::string_view name) {
    std::vector<FieldValue> out;
    const mime::Message& message = machine.message();
    if (part >= message.parts.size()) return out;
    const auto fields = message.fields_of(message.parts[part]);
    machine.spend(1 + fields.size() / 16);
    for (const mime::Field& field : fields) {
        if (mime::equal_ascii_nocase(field.name, name))
            out.push_back({field.name, field.value, part, std::nullopt});
    }
    return out;
}

std::vector<FieldValue> fields_of(Machine& machine, const Stages& stages,
                                  const std::vector<std::string>& names) {
    std::vector<FieldValue> out;
    for (const std::string& name : names)
        std::ranges::move(fields_of_part(machine, 0, name), std::back_inserter(out));
    stages.select(machine, names, out);
    return out;
}

std::string text_of(const FieldValue& value) {
    return value.text ? *value.text : trimmed(mime::decode_header(value.raw));
}

std::string header_text(Machine& machine, std::string_view name) {
    const auto found = fields_of_part(machine, 0, name);
    return found.empty() ? std::string() : text_of(found.front());
}

std::vector<AddressText> addresses_of(const FieldValue& value) {
    std::vector<AddressText> out;
    for (mime::Address& address : mime::parse_addresses(value.text ? *value.text : value.raw)) {
        if (address.kind != mime::AddressKind::mailbox) continue;
        out.push_back({std::move(address.mailbox), std::move(address.host)});
    }
    return out;
}

std::optional<AddressText> split_address(std::string_view address) {
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) {
        if (address.empty()) return std::nullopt;
        return AddressText{std::string(address), {}};
    }
    return AddressText{std::string(address.substr(0, at)), std::string(address.substr(at + 1))};
}

}  // namespace postern::sieve
