#include "kernel/app/data_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace postern::app {

Result<DataLock> DataLock::take(const std::string& data_directory) {
    const std::string path = data_directory + "/lock";
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return Error(Errc::permission_denied, path + ": " + std::strerror(errno));
    DataLock out(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        return Error(Errc::already_exists, "another Postern works on " + data_directory);
    }
    return out;
}

DataLock::DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

DataLock::~DataLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace postern::app
