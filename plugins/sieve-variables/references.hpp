#pragma once
// "${name}", "${3}", "${space.name}" (RFC 5229 section 3)
#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

struct Reference {
    const Namespace* space = nullptr;  ///< null: a variable of the script
    std::string name;                  ///< lower case; empty for "${3}"
    std::size_t match = 0;

    bool is_match() const { return name.empty(); }
};

/// Nothing if the text is no variable-name. A namespace that nobody keeps is a mistake, told to the compiler.
std::optional<Reference> parse_reference(Compiler& compiler, Place place, std::string_view text);

std::unique_ptr<StringSyntax> make_variable_syntax();

}  // namespace postern::sieve
