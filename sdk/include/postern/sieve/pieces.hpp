#pragma once
// How an extension is written: it says what it brings, mostly as functions, and is a plugin by that.
//
//     class Copy final : public sieve::ExtensionPlugin {
//     public:
//         explicit Copy(Host& host) : ExtensionPlugin(host) {
//             capability("copy");
//             tag(":copy", "copy", {"fileinto", "redirect"}, compile_copy);
//         }
//     };
//     POSTERN_PLUGIN(Copy, {.id = "sieve-copy", .dependencies = sieve::needs_engine});
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "postern/plugin/plugin.hpp"
#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

/// Objects of the extension points, owned here and registered together.
class POSTERN_SDK Pieces {
public:
    Pieces();
    ~Pieces();
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;

    void capability(std::string name, std::vector<std::string> implies = {});
    void command(std::string name, std::string capability, StatementPtr (*compile)(Compiler&, const Node&));
    void test(std::string name, std::string capability, TestPtr (*compile)(Compiler&, const Node&));
    /// `needs`: a tag that must be there too, for all commands but fileinto and keep.
    void tag(std::string name, std::string capability, std::vector<std::string> applies_to,
             StagePtr (*compile)(Compiler&, Arguments&, const Argument&), std::string needs = {});
    template <class Interface>
    void piece(std::string name, std::unique_ptr<Interface> object) {
        auto shared = std::shared_ptr<Interface>(std::move(object));
        entries_.push_back({[name = std::move(name), shared](Registrar& registrar) {
            registrar.add<Interface>(name, *shared);
        }});
    }
    void declare(Registrar& registrar);

private:
    struct Entry {
        std::function<void(Registrar&)> declare;
    };
    std::vector<Entry> entries_;
};

/// A plugin that is nothing but pieces.
class POSTERN_SDK ExtensionPlugin : public Plugin, protected Pieces {
public:
    explicit ExtensionPlugin(Host&) {}
    Result<void> declare(Registrar& registrar) override;
};

inline constexpr postern_interface needs_engine[] = {
    {"postern.sieve.engine", 1, 0, postern_requires},
    {nullptr, 0, 0, 0},
};

/// A statement, test, stage or part of text from a function object.
template <class F>
StatementPtr make_statement(F run) {
    class Made final : public Statement {
    public:
        explicit Made(F f) : f_(std::move(f)) {}
        Flow run(Machine& machine) const override { return f_(machine); }

    private:
        F f_;
    };
    return std::make_unique<Made>(std::move(run));
}

template <class F>
TestPtr make_test(F evaluate) {
    class Made final : public Test {
    public:
        explicit Made(F f) : f_(std::move(f)) {}
        bool evaluate(Machine& machine) const override { return f_(machine); }

    private:
        F f_;
    };
    return std::make_unique<Made>(std::move(evaluate));
}

template <class F>
StagePtr make_action_stage(F apply, int order = 0) {
    class Made final : public Stage {
    public:
        Made(F f, int order) : f_(std::move(f)), order_(order) {}
        int order() const override { return order_; }
        void apply(Machine& machine, Action& action) const override { f_(machine, action); }

    private:
        F f_;
        int order_;
    };
    return std::make_unique<Made>(std::move(apply), order);
}

template <class F>
StagePtr make_field_stage(int order, F select) {
    class Made final : public Stage {
    public:
        Made(F f, int order) : f_(std::move(f)), order_(order) {}
        int order() const override { return order_; }
        void select(Machine& machine, const std::vector<std::string>& fields,
                    std::vector<FieldValue>& values) const override {
            f_(machine, fields, values);
        }

    private:
        F f_;
        int order_;
    };
    return std::make_unique<Made>(std::move(select), order);
}

// What tests of header fields share.

/// Orders of field stages: which parts' headers, which of the fields, what of them.
constexpr int field_stage_parts = 10, field_stage_index = 20, field_stage_value = 30;

/// Fields of that name in the header of a part, from the top.
POSTERN_SDK std::vector<FieldValue> fields_of_part(Machine& machine, std::uint32_t part,
                                                   std::string_view name);
/// Those of the message of all names, one name after the other, after the stages.
POSTERN_SDK std::vector<FieldValue> fields_of(Machine& machine, const Stages& stages,
                                              const std::vector<std::string>& names);
/// As tests see it: decoded to UTF-8, without blanks around it (RFC 5228 section 2.7.2).
POSTERN_SDK std::string text_of(const FieldValue& value);
/// First field of the message as text, "" if there is none.
POSTERN_SDK std::string header_text(Machine& machine, std::string_view name);
/// One address as "local@domain"; nothing if the text is none.
struct AddressText {
    std::string local;
    std::string domain;
};
POSTERN_SDK std::vector<AddressText> addresses_of(const FieldValue& value);
POSTERN_SDK std::optional<AddressText> split_address(std::string_view address);

}  // namespace postern::sieve
