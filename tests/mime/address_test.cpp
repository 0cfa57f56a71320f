#include "postern/mime/address.hpp"

#include <gtest/gtest.h>

namespace postern::mime {
namespace {

/// name|route|mailbox|host of each entry, "{name" for a group's beginning, "}" for its end.
std::string show(std::string_view value) {
    std::string out;
    for (const Address& a : parse_addresses(value)) {
        if (!out.empty()) out += " ; ";
        if (a.kind == AddressKind::group_begin) {
            out += "{" + a.name;
        } else if (a.kind == AddressKind::group_end) {
            out += "}";
        } else {
            out += a.name + "|" + a.route + "|" + a.mailbox + "|" + a.host;
        }
    }
    return out;
}

struct AddressCase {
    std::string value;
    std::string shown;
};

class Addresses : public testing::TestWithParam<AddressCase> {};

TEST_P(Addresses, AreRead) {
    EXPECT_EQ(show(GetParam().value), GetParam().shown) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc5322, Addresses,
    testing::Values(
        // Appendix A.1.1 to A.1.3
        AddressCase{"John Doe <jdoe@machine.example>", "John Doe||jdoe|machine.example"},
        AddressCase{"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
                    "Mary Smith||mary|x.test ; ||jdoe|example.org ; Who?||one|y.test"},
        AddressCase{"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
                    "||boss|nil.test ; Giant; \"Big\" Box||sysservices|example.net"},
        AddressCase{"\"Joe Q. Public\" <john.q.public@example.com>",
                    "Joe Q. Public||john.q.public|example.com"},
        AddressCase{"A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
                    "{A Group ; Ed Jones||c|a.test ; ||joe|where.test ; John||jdoe|one.test ; }"},
        AddressCase{"Undisclosed recipients:;", "{Undisclosed recipients ; }"},
        // A.5
        AddressCase{"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
                    "Pete||pete|silly.test"},
        AddressCase{
            "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
            "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
            "{A Group ; Chris Jones||c|public.example ; ||joe|example.org ; John||jdoe|one.test ; }"},
        AddressCase{"(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;",
                    "{Hidden recipients ; }"},
        // A.6.1
        AddressCase{"Joe Q. Public <john.q.public@example.com>", "Joe Q. Public||john.q.public|example.com"},
        AddressCase{"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
                    "Mary Smith|@node.test|mary|example.net ; ||jdoe|test.example"},
        // A.6.3
        AddressCase{"John Doe <jdoe@machine(comment).  example>", "John Doe||jdoe|machine.example"}));

INSTANTIATE_TEST_SUITE_P(
    AsSent, Addresses,
    testing::Values(
        AddressCase{"", ""}, AddressCase{" , ,, ", ""}, AddressCase{"root", "||root|"},
        AddressCase{"jdoe@example.org (John Doe)", "John Doe||jdoe|example.org"},
        AddressCase{"a@b <c@d>", "a@b||c|d"}, AddressCase{"a@b <>", "||a|b"},
        AddressCase{"\"a@b\" <c@d>", "a@b||c|d"},
        AddressCase{"\"quoted local\"@example.org", "||quoted local|example.org"},
        AddressCase{"<\"a>b\"@example.org>", "||a>b|example.org"},
        AddressCase{"a@[192.0.2.1]", "||a|[192.0.2.1]"},
        AddressCase{"<a@[IPv6:2001:db8::1]>", "||a|[IPv6:2001:db8::1]"},
        AddressCase{"=?utf-8?q?J=C3=B6rg,_Dr=2E?= <j@x>", "=?utf-8?q?J=C3=B6rg,_Dr=2E?=||j|x"},
        AddressCase{"=?utf-8?b?SsO2?=\r\n =?utf-8?b?cmc=?= <j@x>", "=?utf-8?b?SsO2?= =?utf-8?b?cmc=?=||j|x"},
        AddressCase{"a@b; c@d", "||a|b ; ||c|d"}, AddressCase{"a@b c@d", "||a|b"},
        AddressCase{"Name <unclosed@example.org", "Name||unclosed|example.org"},
        AddressCase{"Name <unclosed@example.org, next@x", "Name||unclosed|example.org ; ||next|x"},
        AddressCase{"Group: a@b", "{Group ; ||a|b ; }"}, AddressCase{"Two: x: a@b;", "{Two ; ||x: a|b ; }"},
        AddressCase{"<>", "|||"}, AddressCase{"Name <>", "Name|||"}, AddressCase{"@host", "||@host|"},
        AddressCase{"a@", "||a|"}, AddressCase{"\"unterminated <a@b>", "||unterminated <a@b>|"},
        AddressCase{"(only a comment)", ""}, AddressCase{"(unterminated a@b", ""},
        AddressCase{"a@b@c", "||a|b@c"}, AddressCase{"First.Last. <a@b>", "First.Last.||a|b"},
        AddressCase{"\"two\"  words\t<a@b>", "two words||a|b"}, AddressCase{">a@b<", "||>a|b"}));

TEST(Addresses, AreBounded) {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "a@b,";
    EXPECT_EQ(parse_addresses(many, 10).size(), 10U);
}

TEST(Addresses, TimeIsLinear) {
    for (const std::string_view piece :
         {"<", "\"", "(", "=?", "=?a?q?,", "@", ":", "<@", "[", "<a,", "(\\", ";"}) {
        std::string value;
        while (value.size() < 300000) value += piece;
        EXPECT_LE(parse_addresses(value, 1000000).size(), value.size()) << piece;
    }
}

}  // namespace
}  // namespace postern::mime
