#pragma once
#include <string>

#include "postern/result.hpp"

namespace postern::app {

/// Says that a server works on a data folder: a lock on its file `lock`, which the system drops with the process.
class DataLock {
public:
    /// Errc::already_exists if another process holds it.
    static Result<DataLock> take(const std::string& data_directory);
    DataLock(DataLock&& other) noexcept;
    DataLock& operator=(DataLock&& other) noexcept;
    ~DataLock();

private:
    explicit DataLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace postern::app
