#pragma once
// What must hold for every input, mail or not. Used by the corpus tests, the mutation test and the fuzz target.
#include <string>
#include <string_view>

namespace postern::mime::test {

/// Runs the whole library over `raw`. Empty if all is well, else what is wrong.
std::string violated_invariant(std::string_view raw);

/// Reads one IMAP value (list, string, NIL, number) as a client would. False if the text is anything else.
bool is_imap_value(std::string_view text);

}  // namespace postern::mime::test
