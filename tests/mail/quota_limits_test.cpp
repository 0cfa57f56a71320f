// Limits as text.
#include <gtest/gtest.h>

#include "postern/mail/quota.hpp"

namespace postern::mail {
namespace {

TEST(QuotaLimits, TextComesBack) {
    QuotaLimits limits;
    EXPECT_EQ(limits.to_text(), "");
    EXPECT_FALSE(limits.any());
    limits[QuotaResource::mailbox] = 0;
    limits[QuotaResource::storage] = 9223372036854775807ULL;
    EXPECT_EQ(limits.to_text(), "STORAGE 9223372036854775807 MAILBOX 0");
    EXPECT_EQ(*QuotaLimits::from_text(limits.to_text()), limits);
    EXPECT_EQ(*QuotaLimits::from_text(" storage 9223372036854775807  mailbox 0 "), limits);
    EXPECT_FALSE(QuotaLimits::from_text("")->any());
    for (const std::string_view text : {"STORAGE", "COFFEE 1", "STORAGE -1", "STORAGE 1x",
                                        "STORAGE 9223372036854775808", "STORAGE MESSAGE 1"}) {
        EXPECT_FALSE(QuotaLimits::from_text(text)) << text;
    }
}

}  // namespace
}  // namespace postern::mail
