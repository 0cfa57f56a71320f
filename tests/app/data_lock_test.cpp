// Two servers do not share a data folder.
#include "kernel/app/data_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

namespace postern::app {
namespace {

TEST(DataLock, OneAtATime) {
    const auto folder = std::filesystem::temp_directory_path() / ("postern-lock-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    {
        const auto first = DataLock::take(folder.string());
        ASSERT_TRUE(first);
        const auto second = DataLock::take(folder.string());
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::already_exists);
        EXPECT_EQ(second.error().text, "another Postern works on " + folder.string());
    }
    EXPECT_TRUE(DataLock::take(folder.string())) << "it ends with its owner";
    std::filesystem::remove_all(folder);
    EXPECT_FALSE(DataLock::take(folder.string())) << "without the folder there is nothing to lock";
}

}  // namespace
}  // namespace postern::app
