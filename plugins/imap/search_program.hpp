#pragma once
// A search tree made ready for one mailbox, and its evaluation message by message (RFC 3501 section 6.4.4). Answers
// with what is at hand, and says when more is needed: columns first, then the record, the header, the whole content.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/search_option.hpp"
#include "postern/imap/ext/session.hpp"
#include "registries.hpp"

namespace postern::imap {

/// How much of a message is at hand.
enum class Level : std::uint8_t { columns, record, header, content };

enum class Answer : std::uint8_t { no, yes, unknown };

/// One message and what was loaded of it.
struct SearchedMessage {
    FetchedMessage message;
    Level level = Level::columns;
    std::string_view header;     ///< from level header on
    std::string_view body_text;  ///< decoded and folded, at level content, if the program needs it
    std::string_view all_text;
};

class SearchProgram {
public:
    /// `tree` outlives the program. Errors: message numbers that do not exist.
    static Result<SearchProgram> compile(Session& session, const SearchNode& tree,
                                         const Registries& registries);

    Answer evaluate(const SearchedMessage& message) { return evaluate(root_, message); }
    /// Slots beyond these cannot match; empty: no such bound.
    const std::optional<std::vector<mail::Slot>>& bounds() const { return root_.bounds; }
    /// What BODY and TEXT keys look for, folded.
    std::vector<std::string> texts() const;
    /// What the search index says about texts(), in their order.
    void narrow(std::vector<mail::TextCandidatesPtr> candidates);
    bool needs_body_text() const { return needs_body_text_; }
    bool needs_all_text() const { return needs_all_text_; }

private:
    struct Test {
        const SearchNode* node = nullptr;
        std::vector<Test> children;                     ///< cheap ones first
        std::optional<std::vector<mail::Slot>> bounds;  ///< matches lie within, ascending
        bool exact = false;                             ///< ... and all of them match
        std::optional<std::uint16_t> keyword;
        std::int64_t day = 0;
        mime::FieldId field = mime::FieldId::other;
        const SearchKey* key = nullptr;
        mail::TextCandidatesPtr candidates;  ///< body, text: null if nothing is excluded
        Need need = Need::columns;           ///< of the key
        int cost = 0;
    };

    SearchProgram(Session& session, const Registries& registries)
        : session_(&session), registries_(&registries) {}
    template <class AnyTest, class Visit>
    static void each_text(AnyTest& test, const Visit& visit);
    Result<Test> compile_node(const SearchNode& node);
    Result<void> compile_children(Test& test);
    Result<void> compile_set(Test& test);
    void compile_extension(Test& test);

    Answer evaluate(const Test& test, const SearchedMessage& m);
    static Answer evaluate_text(const Test& test, const SearchedMessage& m);
    Answer evaluate_children(const Test& test, const SearchedMessage& m);
    Answer evaluate_columns(const Test& test, const FetchedMessage& m) const;
    Answer evaluate_extension(const Test& test, const SearchedMessage& m) const;
    Answer evaluate_header(const Test& test, const SearchedMessage& m);
    Answer evaluate_sent(const Test& test, const SearchedMessage& m) const;
    bool header_matches(const Test& test, std::string_view block);

    Session* session_;
    const Registries* registries_;
    Test root_;
    bool needs_body_text_ = false;
    bool needs_all_text_ = false;
    std::string scratch_;
    std::string folded_;
};

}  // namespace postern::imap
