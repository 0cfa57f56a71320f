#include "kernel/app/privileges.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace postern::app {

namespace {

Error failed(const std::string& what) {
    return {Errc::permission_denied, what + ": " + std::strerror(errno)};
}

}  // namespace

Result<void> drop_privileges(const std::string& user, const std::string& group) {
    if (user.empty() || geteuid() != 0) return {};
    const passwd* account = getpwnam(user.c_str());
    if (account == nullptr) return Error(Errc::not_found, "there is no user `" + user + "` (server.user)");
    const uid_t uid = account->pw_uid;
    gid_t gid = account->pw_gid;
    if (!group.empty()) {
        const struct group* entry = getgrnam(group.c_str());
        if (entry == nullptr)
            return Error(Errc::not_found, "there is no group `" + group + "` (server.group)");
        gid = entry->gr_gid;
    }
    if (initgroups(user.c_str(), gid) != 0) return failed("cannot set the groups of " + user);
    if (setresgid(gid, gid, gid) != 0) return failed("cannot become the group of " + user);
    if (setresuid(uid, uid, uid) != 0) return failed("cannot become " + user);
    if (uid != 0 && setuid(0) == 0)
        return Error(Errc::internal, "root could be regained after becoming " + user);
    return {};
}

std::size_t raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

Result<void> make_data_directory(const std::string& path, const std::string& user) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    if (mkdir(path.c_str(), 0700) != 0) {
        if (errno != EEXIST) return failed("the data folder " + path + " cannot be made");
        return {};
    }
    if (user.empty() || geteuid() != 0) return {};
    const passwd* account = getpwnam(user.c_str());
    if (account == nullptr) return {};  // drop_privileges says it
    if (chown(path.c_str(), account->pw_uid, account->pw_gid) != 0) return failed("chown " + path);
    return {};
}

}  // namespace postern::app
