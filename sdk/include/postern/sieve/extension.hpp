#pragma once
// The extension points of Sieve. An extension is a plugin `sieve-NAME` that registers a Capability and what it brings. Each
// piece says which capability a script must `require` to use it; "" is the base language.
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/mime/address.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/sieve/machine.hpp"

namespace postern::sieve {

class Compiler;
class Arguments;
class Comparator;

/// A name that can be required, registered under it. Comparators need none: theirs is "comparator-" and their name.
class POSTERN_SDK Capability {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.capability", 1, 0};
    virtual ~Capability();
    /// Of others that it brings with it, as "spamtestplus" does "spamtest".
    virtual std::vector<std::string> implies() const;
};

/// A command ("fileinto"), registered under its name.
class POSTERN_SDK CommandType {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.command", 1, 0};
    virtual ~CommandType();
    virtual std::string_view capability() const = 0;
    /// Mistakes go to the compiler; the answer is not used then.
    virtual StatementPtr compile(Compiler& compiler, const Node& node) = 0;
};

/// A test ("header"), registered under its name.
class POSTERN_SDK TestType {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.test", 1, 0};
    virtual ~TestType();
    virtual std::string_view capability() const = 0;
    virtual TestPtr compile(Compiler& compiler, const Node& node) = 0;
};

/// A tagged argument (":copy") of commands and tests of others, registered under its name.
class POSTERN_SDK TagType {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.tag", 1, 0};
    virtual ~TagType();
    virtual std::string_view capability() const = 0;
    virtual bool applies_to(std::string_view name) const = 0;
    /// A tag that must be there too when this one is given to that command; "" if none.
    virtual std::string_view needs(std::string_view name) const;
    /// Reads the tag's own arguments from `in`. Null where it only says something to other tags.
    virtual StagePtr compile(Compiler& compiler, Arguments& in, const Argument& tag) = 0;
};

/// A compiled match type with its parameter.
class POSTERN_SDK Match {
public:
    virtual ~Match();
    /// True if any of the values matches any of the keys.
    virtual bool matches(Machine& machine, const Comparator& comparator, std::span<const std::string> values,
                         std::span<const std::string> keys) const = 0;
    /// It counts values: those that are there, whatever they say. Addresses are counted one by one.
    virtual bool counts() const;
    /// The comparator must be able to look for substrings.
    virtual bool needs_substrings() const;
    /// A comparator may be given.
    virtual bool takes_comparator() const;
};

/// A match type (":contains"), registered under its name.
class POSTERN_SDK MatchType {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.match", 1, 0};
    virtual ~MatchType();
    virtual std::string_view capability() const = 0;
    virtual std::unique_ptr<Match> compile(Compiler& compiler, Arguments& in, const Argument& tag) = 0;
    /// Looks at the keys when they are known while compiling (a regular expression).
    virtual void check_key(Compiler& compiler, Place place, const std::string& key);
};

/// A collation (RFC 4790), registered under its name ("i;octet").
class POSTERN_SDK Comparator {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.comparator", 1, 0};
    virtual ~Comparator();
    /// Two texts are equal if this is.
    virtual std::string fold(std::string_view text) const = 0;
    /// Texts can be searched in each other after fold().
    virtual bool has_substrings() const;
    virtual bool equal(std::string_view a, std::string_view b) const;
    /// Less than, equal to, greater than 0.
    virtual int compare(std::string_view a, std::string_view b) const;
};

/// A part of an address (":localpart"), registered under its name.
class POSTERN_SDK AddressPart {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.address", 1, 0};
    virtual ~AddressPart();
    virtual std::string_view capability() const = 0;
    /// Nothing if the address has no such part.
    virtual std::optional<std::string> of(std::string_view local, std::string_view domain) const = 0;
};

/// A part of the envelope ("from"), registered under its name.
class POSTERN_SDK EnvelopePart {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.envelope", 1, 0};
    virtual ~EnvelopePart();
    virtual std::string_view capability() const = 0;
    /// It is an address: only then address parts apply.
    virtual bool is_address() const;
    virtual std::vector<std::string> values(Machine& machine, std::optional<int> zone_minutes) const = 0;
};

/// What may stand in strings ("${name}").
class POSTERN_SDK StringSyntax {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.string", 1, 0};
    virtual ~StringSyntax();
    virtual std::string_view capability() const = 0;
    virtual int order() const = 0;
    /// While compiling: what the string means.
    virtual std::string rewrite(Compiler& compiler, const Place& place, std::string text);
    /// Splits the string into parts; empty if it is constant. Only one of all may.
    virtual std::vector<std::unique_ptr<TextPart>> split(Compiler& compiler, const Place& place,
                                                         const std::string& text);
};

/// A modifier of "set" (":lower"), registered under its name (RFC 5229 section 4.1).
class POSTERN_SDK Modifier {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.modifier", 1, 0};
    virtual ~Modifier();
    virtual std::string_view capability() const = 0;
    virtual int precedence() const = 0;
    virtual std::string apply(std::string value) const = 0;
};

/// Variables that an extension keeps ("${global.name}"), registered under the namespace (RFC 5229 section 3).
class POSTERN_SDK Namespace {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.namespace", 1, 0};
    virtual ~Namespace();
    virtual std::string_view capability() const = 0;
    virtual std::string get(Machine& machine, const std::string& name) const = 0;
    /// False if they cannot be set.
    virtual bool can_set() const;
    virtual void set(Machine& machine, const std::string& name, std::string value) const;
};

/// Told of every action before it is taken, the implicit keep included.
class POSTERN_SDK ActionHook {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.action", 1, 0};
    virtual ~ActionHook();
    virtual void before(Machine& machine, Action& action) = 0;
};

/// A way to notify (RFC 5435), registered under its URI scheme.
class POSTERN_SDK NotifyMethod {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.notify", 1, 0};
    virtual ~NotifyMethod();
    /// What is wrong with the URI, "" if nothing.
    virtual std::string check(std::string_view uri) const = 0;
    /// Value of a notification capability ("online", "fcc"); nothing if unknown.
    virtual std::optional<std::string> capability(std::string_view uri, std::string_view name) const;
    /// Fills the action: recipient, subject, text. Its values have what the script said.
    virtual void prepare(Machine& machine, Action& action) const = 0;
};

/// Lists that are kept elsewhere (RFC 6134).
class POSTERN_SDK ExternalLists {
public:
    static constexpr InterfaceId interface_id{"postern.sieve.lists", 1, 0};
    virtual ~ExternalLists();
    /// URI schemes, as ManageSieve tells them.
    virtual std::vector<std::string> schemes() const = 0;
    virtual bool exists(std::string_view name) const = 0;
    /// The member that the value is, if any.
    virtual std::optional<std::string> find(std::string_view name, std::string_view value) const = 0;
    /// Its addresses; nothing if it cannot be enumerated.
    virtual std::optional<std::vector<std::string>> members(std::string_view name) const = 0;
};

/// Everything the extension points were given. Read-only after collect().
struct POSTERN_SDK Registry {
    template <class Interface>
    using Table = std::map<std::string, Interface*, std::less<>>;
    Table<Capability> capabilities;
    Table<CommandType> commands;
    Table<TestType> tests;
    Table<TagType> tags;
    Table<MatchType> matches;
    Table<Comparator> comparators;
    Table<AddressPart> address_parts;
    Table<EnvelopePart> envelope_parts;
    Table<NotifyMethod> notify_methods;
    Table<Modifier> modifiers;
    Table<Namespace> namespaces;
    std::vector<StringSyntax*> strings;  ///< in order
    std::vector<ActionHook*> hooks;
    ExternalLists* lists = nullptr;

    void collect(const Lookup& lookup);
    bool knows(std::string_view capability) const;
    /// Sorted, as ManageSieve announces them.
    std::vector<std::string> capability_names() const;
};

template <class Interface>
Interface* find(const Registry::Table<Interface>& table, std::string_view name) {
    const auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
}

}  // namespace postern::sieve
