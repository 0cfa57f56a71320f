#pragma once
// Tells other nodes of our commits and us of theirs (LISTEN/NOTIFY), on a thread and a connection of its own.
//
// Writers do not send NOTIFY in their transaction: a commit with a pending notification takes a lock of the whole
// database cluster. They report here; what comes together goes out together. A notification may be lost: it says
// "look", the log says what.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "postern/store/store.hpp"
#include "store-postgresql/connection.hpp"

namespace postern::store::postgresql {

class Notifier {
public:
    Notifier(ConnectOptions options, std::chrono::milliseconds delay);
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    /// A session committed. Does not block.
    void committed(AccountId account, Modseq modseq);
    /// Returns when LISTEN is in force, so that no later commit of another node is missed.
    Result<void> listen(ChangeListener listener);
    /// Sends what is pending and ends the thread.
    void close();

private:
    using Changes = std::map<AccountId, Modseq>;

    void run();
    void serve();
    void keep_listening();
    void send_pending();
    void send(const Changes& changes);
    void receive();
    void deliver(std::string_view payload);
    /// Until the socket has something (if connected), a wake-up comes or the time is over.
    void wait(std::chrono::milliseconds timeout);
    void wake();
    void attempt_ended(bool listening);
    bool is_closing();

    Connection connection_;  ///< thread only
    std::chrono::milliseconds delay_;
    std::string origin_;  ///< tells our own notifications from those of others
    int wake_fd_ = -1;

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable attempted_;
    Changes pending_;
    ChangeListener listener_;
    std::uint64_t attempts_ = 0;  ///< to listen
    bool is_listening_ = false;
    bool closing_ = false;

    std::uint64_t listening_on_ = 0;  ///< generation of the connection that has said LISTEN; thread only
    bool heard_before_ = false;       ///< so a new connection means a gap; thread only
    std::thread thread_;
};

}  // namespace postern::store::postgresql
