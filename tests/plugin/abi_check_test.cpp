// Every field of the stamp is compared.
#include "kernel/plugin/abi_check.hpp"

#include <gtest/gtest.h>

namespace postern::plugin {
namespace {

TEST(AbiCheck, TheSameBuildHasNoDifferences) {
    EXPECT_TRUE(abi_differences(abi_stamp, abi_stamp).empty());
}

TEST(AbiCheck, EachFieldCounts) {
    const auto count = [](auto change) {
        postern_abi_stamp other = abi_stamp;
        change(other);
        return abi_differences(abi_stamp, other).size();
    };
    EXPECT_EQ(count([](auto& s) { s.sdk_major = 9; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.compiler = "clang"; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.compiler_major = 9; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.cxx_abi = 9; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.stdlib_release = 9; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.stdlib_new_abi = 0; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.cplusplus = 9; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.boost = nullptr; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.asio = "header-only"; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.sanitizers = "other"; }), 1U);
    EXPECT_EQ(count([](auto& s) { s.pointer_size = 4; }), 1U);
    EXPECT_EQ(count([](auto& s) {
                  s.struct_size = 8;
                  s.boost = nullptr;
              }),
              1U)
        << "nothing behind a short stamp is read";
}

TEST(AbiCheck, SaysNoneForNoSanitizer) {
    postern_abi_stamp host = abi_stamp;
    host.sanitizers = "";
    postern_abi_stamp other = host;
    other.sanitizers = "thread";
    EXPECT_EQ(abi_differences(host, other)[0], "sanitizers: this server has none, the plugin thread");
}

}  // namespace
}  // namespace postern::plugin
