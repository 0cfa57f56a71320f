#pragma once
// A provider with folders, a store, and a Postern between them. What is there is compared with what is here as a whole.
#include <boost/asio/co_spawn.hpp>

#include "tests/gateway/support/fake_folders.hpp"
#include "tests/gateway/support/world.hpp"

namespace postern::gateway::test {

class FolderWorld : public World {
protected:
    FolderWorld() {
        plugged_ = &folder_connector_;
        audited_ = false;
    }
    void set_step(std::function<void()> step) override { hooks_.step = there_.step = std::move(step); }
    /// A poll; where the provider pauses (FolderProvider::at_pull), `act` is called before it goes on.
    SessionReport poll_and(const std::function<void()>& act, UnixTime after = 60) {
        clock_ += after;
        bool done = false;
        auto& runtime = node_->runtime;
        runtime.spawn(runtime.core(0), "poll", polled(node_->worker, done));
        while (!done) {
            if (there_.paused) {
                act();
                there_.paused = false;
            }
            runtime.run(breath());
        }
        return node_->worker->last_report();
    }

    FolderProvider there_;
    FolderConnector folder_connector_{there_};

private:
    static Task<bool> breath() { co_return true; }
    static Task<void> polled(std::shared_ptr<Worker> worker, bool& done) {
        co_await worker->poll();
        done = true;
    }
};

}  // namespace postern::gateway::test
