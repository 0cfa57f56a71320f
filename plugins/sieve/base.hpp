#pragma once
// RFC 5228 in pieces, with its optional extensions fileinto, envelope and encoded-character.
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

class BaseLanguage : public Pieces {
public:
    BaseLanguage();
};

// Each file's part.
void add_commands(Pieces& pieces);
void add_tests(Pieces& pieces);
void add_matching(Pieces& pieces);
void add_encoded_character(Pieces& pieces);

}  // namespace postern::sieve
