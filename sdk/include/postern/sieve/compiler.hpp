#pragma once
// From the tree to a program: what commands and tests of all extensions need to be compiled.
#include "postern/sieve/extension.hpp"

namespace postern::sieve {

/// A compiled script, with those it includes. Immutable; any thread; holds only while the plugins are loaded.
class POSTERN_SDK Program {
public:
    virtual ~Program();
    /// What it requires, and what scripts it includes do.
    virtual bool uses(std::string_view capability) const = 0;
};
using ProgramPtr = std::shared_ptr<const Program>;

enum class ScriptLocation : std::uint8_t { personal, global };

/// One script being compiled. Mistakes are collected; after one the answers are placeholders.
class POSTERN_SDK Compiler {
public:
    virtual ~Compiler();

    virtual const Registry& registry() const = 0;
    /// True if the script has required it, or it is "".
    virtual bool has(std::string_view capability) const = 0;
    /// As `require` does. False if nobody brings it.
    virtual bool require(const std::string& capability) = 0;
    /// From here on what is unknown fails when it runs, not now (RFC 5463 section 4).
    virtual void tolerate_unknown() = 0;
    virtual void fail(Place place, std::string text) = 0;

    virtual Text text(const String& string) = 0;
    virtual TestPtr test(const Node& node) = 0;
    virtual Block block(const std::vector<Node>& nodes) = 0;

    /// Script of that name, compiled; null if there is none. Mistakes in it are told here.
    virtual ProgramPtr include(ScriptLocation location, const std::string& name, Place place) = 0;
    /// Names of the loops around what is being compiled, innermost last; "" has none. The index is the loop's number.
    virtual std::vector<std::string>& loops() = 0;
    /// Nothing but `require` stood before (RFC 6609 wants "global" to stand early).
    virtual bool at_start() const = 0;
};

/// Reads the arguments of one command, test or tag in their order: tags first, then positional ones (RFC 5228 section 2.6).
/// Whatever is missing or of another kind is a mistake, told to the compiler.
class POSTERN_SDK Arguments {
public:
    Arguments(Compiler& compiler, const Node& node) : compiler_(compiler), node_(node) {}

    const Node& node() const { return node_; }
    /// The next tag, or null when a positional argument follows, or nothing. A tag given twice is a mistake.
    const Argument* next_tag();
    bool seen(std::string_view tag) const;
    void unexpected(const Argument& tag);

    std::uint64_t number(std::string_view what);
    Text string(std::string_view what);
    std::vector<Text> strings(std::string_view what);
    /// A string that must be known now.
    std::string constant(std::string_view what);
    bool next_is_string() const;
    bool next_is_number() const;
    std::size_t left() const { return node_.arguments.size() - next_; }
    Place place() const;

    TestPtr test();
    std::vector<TestPtr> tests();
    Block block();
    /// No further argument, and no test or block that was not asked for.
    void end();

private:
    const Argument* positional(std::string_view what, bool (*fits)(const Argument&));

    Compiler& compiler_;
    const Node& node_;
    std::size_t next_ = 0;
    std::vector<std::string> seen_;
    bool tests_taken_ = false;
    bool block_taken_ = false;
};

/// Tags of extensions on one command or test.
class POSTERN_SDK Stages {
public:
    /// False if the tag is none of an extension that the script requires and that applies here.
    bool take(Compiler& compiler, Arguments& in, const Argument& tag);
    void apply(Machine& machine, Action& action) const;
    void select(Machine& machine, const std::vector<std::string>& fields,
                std::vector<FieldValue>& values) const;

private:
    std::vector<StagePtr> stages_;
};

/// Modifiers of "set" (RFC 5229 section 4.1) in the order of their precedence.
class POSTERN_SDK Modifiers {
public:
    bool take(Compiler& compiler, const Argument& tag);
    std::string apply(std::string value) const;

private:
    std::vector<Modifier*> modifiers_;  ///< largest precedence first
};

/// COMPARATOR, MATCH-TYPE and, if wanted, ADDRESS-PART of a test (RFC 5228 section 2.7).
class POSTERN_SDK Matching {
public:
    enum class Parts : std::uint8_t { no, yes };
    explicit Matching(Compiler& compiler, Parts parts = Parts::no) : compiler_(&compiler), parts_(parts) {}

    /// True if the tag is one of these.
    bool take(Arguments& in, const Argument& tag);
    /// The keys, which are the next argument. Completes the clause with its defaults.
    void read_keys(Arguments& in);
    /// As read_keys() where there are no keys.
    void finish(Arguments& in);

    /// Any of the values matches any of the keys.
    bool test(Machine& machine, std::span<const std::string> values) const;
    /// As test(); each word of a key is a key (RFC 5232 section 2).
    bool test_words(Machine& machine, std::span<const std::string> values) const;
    bool counts() const { return match_ && match_->counts(); }
    bool has_address_part() const { return part_given_; }
    /// Appends what the address part makes of an address.
    void add_address(std::string_view local, std::string_view domain, std::vector<std::string>& values) const;
    const std::vector<Text>& keys() const { return keys_; }

private:
    bool test(Machine& machine, std::span<const std::string> values, std::vector<std::string> keys) const;

    Compiler* compiler_;
    Parts parts_;
    const Comparator* comparator_ = nullptr;
    MatchType* type_ = nullptr;
    std::unique_ptr<Match> match_;
    AddressPart* part_ = nullptr;
    bool part_given_ = false;
    bool comparator_given_ = false;
    std::vector<Text> keys_;
};

/// Name of a header field? (RFC 5322 section 3.6.8)
POSTERN_SDK bool is_field_name(std::string_view name);
/// addr-spec, as redirect and vacation want it: something like local@domain, without blanks.
POSTERN_SDK bool is_address(std::string_view text);
POSTERN_SDK std::string to_lower(std::string_view text);
/// "+0130" to minutes; nothing if it is no zone.
POSTERN_SDK std::optional<int> zone_of(std::string_view text);
/// Characters of UTF-8 text.
POSTERN_SDK std::size_t count_characters(std::string_view text);

}  // namespace postern::sieve
