#pragma once
// Which text is nearly what was asked for, and how nearly. Folded text (mime::fold()) is decomposed, so that leaving out
// combining marks leaves out accents.
#include <string>
#include <string_view>
#include <vector>

namespace postern::imap {

/// A search string made ready.
class FuzzyPattern {
public:
    /// `folded` as mime::fold() makes it.
    explicit FuzzyPattern(std::string_view folded);

    /// How well a folded text answers, from 1 to 100; 0: not at all. 100 is the string itself. Otherwise each of its words
    /// must be near some word of the text: the same but for accents, one beginning with the other, or one letter different
    /// (two in long words) or swapped. Of three words or more one may be missing.
    int score(std::string_view folded) const;

private:
    std::string whole_;  ///< without combining marks
    std::vector<std::u32string> words_;
};

/// Letters that have to be changed, added, left out or swapped with the next one to make one word the other; `limit` + 1 if
/// more than `limit`.
int edit_distance(std::u32string_view a, std::u32string_view b, int limit);

}  // namespace postern::imap
