// The service manager is told with one datagram.
#include "kernel/runtime/sd_notify.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace postern::runtime {
namespace {

TEST(SdNotify, SendsToThePathAndToTheAbstractNamespace) {
    for (const char first : {'/', '@'}) {
        const std::string tail = "tmp/postern-notify-" + std::to_string(getpid());
        const std::string name = first + tail;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (first == '@') address.sun_path[0] = '\0';
        const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
        setenv("NOTIFY_SOCKET", name.c_str(), 1);
        EXPECT_TRUE(sd_notify("READY=1"));
        char buffer[64];
        const auto got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(got)), "READY=1");
        close(fd);
        if (first == '/') unlink(name.c_str());
    }
    unsetenv("NOTIFY_SOCKET");
    EXPECT_FALSE(sd_notify("READY=1"));
}

}  // namespace
}  // namespace postern::runtime
