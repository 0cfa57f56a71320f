#pragma once
// SEARCH as a predicate tree (RFC 3501 section 6.4.4).
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/export.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/sequence_set.hpp"

namespace postern::imap {

/// A key that an extension contributed. Its owner, found by name() in the registry, evaluates it.
class POSTERN_SDK SearchExtension {
public:
    SearchExtension() = default;
    virtual ~SearchExtension();
    SearchExtension(const SearchExtension&) = delete;
    SearchExtension& operator=(const SearchExtension&) = delete;
    /// Under which the key is registered, upper case.
    virtual std::string_view name() const = 0;
    /// For logs and tests: the key and its arguments.
    virtual std::string to_string() const;
};

/// One node of the tree. Which members mean something is said at each kind.
struct POSTERN_SDK SearchNode {
    enum class Kind : std::uint8_t {
        all,          ///< every message
        none,         ///< no message
        conjunction,  ///< children
        disjunction,  ///< children
        negation,     ///< children[0]
        message_set,  ///< set: message numbers
        uid_set,      ///< set
        system_flag,  ///< flag: is set (RECENT too)
        keyword,      ///< text: the keyword as written; compares in any case
        header,       ///< name: field; text: substring, empty means the field exists
        body,         ///< text
        text,         ///< text: header or body
        larger,       ///< number: octets
        smaller,      ///< number: octets
        internal_before,
        internal_on,
        internal_since,  ///< date, of INTERNALDATE, zone disregarded
        sent_before,
        sent_on,
        sent_since,  ///< date, of the Date field, zone disregarded
        extension,   ///< extension
    };
    Kind kind = Kind::all;
    SystemFlag flag = flag_seen;
    std::uint64_t number = 0;
    std::chrono::year_month_day date{};
    std::string name;  ///< header field, lower case
    std::string text;  ///< UTF-8, folded by mime::fold(), but for keywords
    SequenceSet set;
    std::vector<SearchNode> children;
    std::shared_ptr<const SearchExtension>
        extension;  ///< shared: trees are copied by saved and live searches

    static SearchNode of(Kind kind);
    static SearchNode of_flag(SystemFlag flag);
    static SearchNode of_set(Kind kind, SequenceSet set);
    static SearchNode of_text(Kind kind, std::string folded);
    static SearchNode of_header(std::string name, std::string folded);
    static SearchNode of_number(Kind kind, std::uint64_t number);
    static SearchNode of_date(Kind kind, std::chrono::year_month_day date);
    static SearchNode of_extension(std::shared_ptr<const SearchExtension> extension);
    static SearchNode negated(SearchNode child);
    /// Joins children; one child stands for itself, nested nodes of the same kind are merged.
    static SearchNode joined(Kind kind, std::vector<SearchNode> children);

    /// Some node satisfies `test` (called as bool(const SearchNode&)).
    template <class Test>
    bool any(const Test& test) const {
        if (test(*this)) return true;
        for (const SearchNode& child : children) {
            if (child.any(test)) return true;
        }
        return false;
    }
    /// "(and (flag \Seen) (not (header subject \"x\")))", for logs and tests.
    std::string to_string() const;
};

}  // namespace postern::imap
